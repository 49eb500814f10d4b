package dev.tidemark.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class ServeOptionsTest {

    @Command
    private static final class Holder {
        @CommandLine.Mixin
        private final ServeOptions options = new ServeOptions();
    }

    private static ServeOptions options(String line) {
        Holder holder = new Holder();
        new CommandLine(holder).parseArgs(line.isEmpty() ? new String[0] : line.split(" "));
        return holder.options;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "--bind 0.0.0.0 ~ nothing says who may call",
                "--bind 0.0.0.0 --tls-cert c --tls-key k ~ nothing says who may call",
                "--bind no.such.host.invalid ~ no address of this machine",
                "--jwt-issuer https://issuer.example ~ --jwt-issuer and --jwt-audience belong together",
                "--jwt-audience a ~ belong together",
                "--tls-cert c ~ --tls-cert and --tls-key belong together",
                "--client-ca c ~ --client-ca is given without",
                "--allow-anyone --jwt-issuer https://i --jwt-audience a ~ contradicts",
                "--concurrency 0 ~ --concurrency must be 1 to",
                "--port 65536 ~ --port must be 0 to 65535",
                "--drain-seconds -1 ~ --drain-seconds must be",
            })
    void whatCannotBeServedIsRefusedWithAReason(String line, String reason) {
        assertThatThrownBy(() -> options(line).check())
                .isInstanceOf(CannotServe.class)
                .hasMessageContaining(reason);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "--bind localhost", "--bind ::1", "--bind 127.0.0.2"})
    void onThisMachineNobodyHasToBeAsked(String line) {
        assertThat(options(line).settings().isForThisMachine()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--bind 0.0.0.0 --allow-anyone",
                "--bind 0.0.0.0 --jwt-issuer https://issuer.example --jwt-audience a",
                "--bind 0.0.0.0 --client-ca ca --tls-cert c --tls-key k",
                "--bind 0.0.0.0 --jwt-issuer https://i --jwt-audience a --client-ca ca --tls-cert c --tls-key k",
            })
    void elsewhereSomethingSaysWhoMayCall(String line) {
        assertThat(options(line).settings().isForThisMachine()).isFalse();
    }

    @Test
    void theDefaultConcurrencyFollowsTheProcessors() {
        assertThat(options("").settings().concurrency() % Runtime.getRuntime().availableProcessors())
                .isZero();
    }
}

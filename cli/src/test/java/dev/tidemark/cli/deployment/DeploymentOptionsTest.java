package dev.tidemark.cli.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class DeploymentOptionsTest {

    /** The addresses that `tidemark run` prints name the whole run, its API as well. */
    @ParameterizedTest
    @CsvSource({
        "'', , , 8080, http://127.0.0.1:8081",
        "--port 8350, , , 8350, http://127.0.0.1:8351",
        "--port 8350, AWS_ENDPOINT_URL_KINESIS, http://127.0.0.1:9001, 8350, http://127.0.0.1:8351",
        "'', AWS_ENDPOINT_URL_KINESIS, http://127.0.0.1:8351, 8350, http://127.0.0.1:8351",
        "'', AWS_ENDPOINT_URL_DYNAMODB, http://localhost:8352, 8350, http://127.0.0.1:8081",
        "'', AWS_ENDPOINT_URL_S3, http://127.0.0.1:8353, 8350, http://127.0.0.1:8081",
        "'', AWS_ENDPOINT_URL, http://127.0.0.1:4566, , http://127.0.0.1:4566",
        "'', AWS_ENDPOINT_URL_KINESIS, https://kinesis.example.org, , https://kinesis.example.org",
        "--aws, , , , AWS",
    })
    void namesApiAndKinesis(
            String options, @Nullable String variable, @Nullable String value, @Nullable Integer api, String kinesis) {
        Map<String, String> variables = variable == null || value == null ? Map.of() : Map.of(variable, value);
        DeploymentOptions deployment = new DeploymentOptions(variables);
        new CommandLine(deployment).parseArgs(options.isEmpty() ? new String[0] : options.split(" "));

        assertThat(deployment.api())
                .isEqualTo(Optional.ofNullable(api).map(port -> URI.create("http://127.0.0.1:" + port)));
        assertThat(deployment.kinesis()).hasToString(kinesis);
    }
}

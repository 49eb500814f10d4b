package dev.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.aws.AwsClients;
import dev.tidemark.cli.deployment.KinesisEndpoint;
import dev.tidemark.samplesevents.Sample;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What whoever tries {@code tidemark run} is told of the sample's model: samplesevents/README.md says it, too. */
class SampleQualityTest {

    private static final Pattern MONITOR = Pattern.compile("\\./tidemark (monitor discount --port \\d+)");

    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void bothVersionsFailAndTheCausesAreThoseOfTheSample() throws Exception {
        try (RunningCommand run = RunningCommand.start(FreePorts.fourInARow(), List.of("--pace", "0"));
                AwsClients clients = KinesisEndpoint.at(run.kinesis()).clients()) {
            Witness witness = new Witness(run.api(), clients.kinesis());
            witness.awaitDone(Sample.SHOP.events().size());

            JsonNode versions = witness.get("/v1/models/discount/quality?window=6h&slice=device")
                    .path("versions");

            assertThat(versions.findValuesAsText("version")).containsExactly("v7", "v8");
            JsonNode v7 = versions.path(0);
            assertThat(v7.at("/cause/kind").asText()).isEqualTo("concept");
            assertThat(failing(v7)).containsExactly("accuracy");
            assertThat(accuracy(v7, "phone")).isLessThan(0.45);
            assertThat(accuracy(v7, "desktop")).isGreaterThan(0.6);
            assertThat(accuracy(v7, "tablet")).isGreaterThan(0.6);
            JsonNode challenger = v7.at("/windows/0/latest/challengers/0");
            assertThat(challenger.path("challenger").asText()).isEqualTo("v8");
            assertThat(challenger.path("predictions").intValue()).isGreaterThan(50);
            assertThat(challenger.path("mean").doubleValue())
                    .as("v8 trusts phones less, which is right once the concept has changed")
                    .isPositive()
                    .isBetween(
                            challenger.path("low").doubleValue(),
                            challenger.path("high").doubleValue());
            JsonNode v8 = versions.path(1);
            assertThat(v8.at("/cause/kind").asText()).isEqualTo("drift");
            assertThat(failing(v8)).contains("drift");
            assertThat(v8.at("/cause/evidence/0/text").asText())
                    .startsWith("shopper.conversion_24h has moved: ")
                    .doesNotContain(";");

            Matcher monitor = MONITOR.matcher(run.output());
            assertThat(monitor.find()).as(run.output()).isTrue();
            Command command = Command.run(monitor.group(1).split(" "));
            assertThat(command.err()).isEmpty();
            assertThat(command.exitCode()).isOne();
            assertThat(command.out())
                    .contains(
                            "v7 (champion): FAIL",
                            "  cause: concept, ",
                            "  log loss of v7 less that of v8, on the same predictions, with its 95 % interval:",
                            "v8: FAIL",
                            "  cause: drift, ");
        }
    }

    private static List<String> failing(JsonNode version) {
        return version.path("checks")
                .valueStream()
                .filter(check -> check.path("status").asText().equals("fail"))
                .map(check -> check.path("check").asText())
                .toList();
    }

    /** Of the predictions whose outcomes have had their time. */
    private static double accuracy(JsonNode version, String device) {
        JsonNode slice = version.at("/windows/0/slices")
                .valueStream()
                .filter(one -> one.path("value").asText().equals(device))
                .findFirst()
                .orElseThrow();
        return slice.at("/matured/metrics/confusion/0/accuracy").doubleValue();
    }
}

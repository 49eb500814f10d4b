package dev.tidemark.serve;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.tidemark.aws.Environment;
import dev.tidemark.functions.Template;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StackTest {

    private static final Map<String, String> NAMES =
            Map.of("StateTable", "state-1", "ControlTable", "control-1", "Bucket", "bucket-1");

    /** Of the process and of other functions: paths in a layer, checkpoints, and the log's namespace. */
    private static final List<Environment> NOT_OF_SERVING = List.of(
            Environment.CATALOG,
            Environment.NEXT_CATALOG,
            Environment.SCAN_SEGMENTS,
            Environment.HOURLY_CHECKPOINT_HOURS,
            Environment.DAILY_CHECKPOINT_DAYS,
            Environment.METRIC_NAMESPACE);

    @SuppressWarnings("NullAway.Init") // Made before each test.
    private HttpServer cloudFormation;

    private int status = 200;
    private String answer = "";

    @BeforeEach
    void start() throws Exception {
        // The SDK looks for credentials in the system properties too.
        System.setProperty("aws.accessKeyId", "local");
        System.setProperty("aws.secretAccessKey", "local");
        cloudFormation = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        cloudFormation.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            byte[] body = answer.getBytes(UTF_8);
            exchange.sendResponseHeaders(status, body.length);
            try (var out = exchange.getResponseBody()) {
                out.write(body);
            }
        });
        cloudFormation.start();
    }

    @AfterEach
    void stop() {
        cloudFormation.stop(0);
        System.clearProperty("aws.accessKeyId");
        System.clearProperty("aws.secretAccessKey");
    }

    private Map<String, String> variables() {
        return new Stack(Map.of(
                        "AWS_REGION",
                        "us-east-1",
                        "AWS_ENDPOINT_URL_CLOUDFORMATION",
                        "http://127.0.0.1:" + cloudFormation.getAddress().getPort()))
                .variables("shop");
    }

    /** As CloudFormation describes it. */
    private static String described(Map<String, String> parameters, Map<String, String> outputs) {
        StringBuilder xml = new StringBuilder("<DescribeStacksResponse><DescribeStacksResult><Stacks><member>"
                + "<StackName>shop</StackName><StackStatus>CREATE_COMPLETE</StackStatus>"
                + "<CreationTime>2026-01-01T00:00:00Z</CreationTime><Parameters>");
        parameters.forEach((key, value) -> xml.append("<member><ParameterKey>" + key + "</ParameterKey><ParameterValue>"
                + value + "</ParameterValue></member>"));
        xml.append("</Parameters><Outputs>");
        outputs.forEach((key, value) -> xml.append(
                "<member><OutputKey>" + key + "</OutputKey><OutputValue>" + value + "</OutputValue></member>"));
        return xml + "</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>";
    }

    @ParameterizedTest
    @ValueSource(strings = {"g1", "g7"})
    void theVariablesAreThoseThatTheTemplateGivesTheFunction(String generation) {
        Map<String, String> parameters = new HashMap<>();
        Template.raw()
                .get("Parameters")
                .properties()
                .forEach(parameter -> parameters.put(
                        parameter.getKey(), parameter.getValue().path("Default").asText()));
        parameters.put("Generation", generation);
        answer = described(parameters, NAMES);
        Map<String, String> expected = new HashMap<>();
        Template.of(Map.of("Generation", generation), NAMES)
                .environment()
                .properties()
                .forEach(variable ->
                        expected.put(variable.getKey(), variable.getValue().asText()));
        NOT_OF_SERVING.forEach(variable -> expected.remove(variable.variable()));

        assertThat(variables()).isEqualTo(expected);
    }

    @Test
    void aStackOfAnotherTemplateIsRefused() {
        answer = described(Map.of("Stage", "prod"), Map.of());
        assertThatThrownBy(this::variables)
                .isInstanceOf(CannotServe.class)
                .hasMessageContaining("none of infra/template.yaml");
    }

    @Test
    void aStackThatIsNotThereIsNamed() {
        status = 400;
        answer =
                "<ErrorResponse><Error><Code>ValidationError</Code><Message>Stack with id shop does not exist</Message>"
                        + "</Error></ErrorResponse>";
        assertThatThrownBy(this::variables)
                .isInstanceOf(CannotServe.class)
                .hasMessageContaining("'shop'")
                .hasMessageContaining("does not exist");
    }
}

package dev.tidemark.aws.glue;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.tidemark.aws.AwsClients;
import dev.tidemark.core.event.RegisteredSchema;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** Against a server that answers as AWS documents it. */
class GlueRegistryTest {

    private static final String ID = "11111111-2222-4333-8444-555555555555";

    private final List<String> requests = new ArrayList<>();
    private HttpServer server;
    private GlueRegistry registry;
    private int status = 200;
    private String answer = "";

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            requests.add(exchange.getRequestMethod() + " "
                    + exchange.getRequestHeaders().getFirst("X-Amz-Target") + " "
                    + exchange.getRequestHeaders().getFirst("Content-Type") + " "
                    + exchange.getRequestHeaders().getFirst("X-Amz-Security-Token") + " "
                    + exchange.getRequestHeaders().getFirst("Authorization") + " "
                    + new String(exchange.getRequestBody().readAllBytes(), UTF_8));
            byte[] body = answer.getBytes(UTF_8);
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        registry = AwsClients.of(
                        Map.of(
                                "AWS_REGION",
                                "eu-central-1",
                                "AWS_ENDPOINT_URL_GLUE",
                                "http://localhost:" + server.getAddress().getPort()),
                        StaticCredentialsProvider.create(AwsSessionCredentials.create("key", "secret", "token")))
                .glue();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void aSchemaIsAskedForByItsIdWithASignedRequest() {
        answer = "{\"SchemaVersionId\":\"" + ID + "\",\"SchemaDefinition\":\"{\\\"type\\\":\\\"record\\\"}\","
                + "\"DataFormat\":\"AVRO\",\"VersionNumber\":3,\"Status\":\"AVAILABLE\"}";

        assertThat(registry.schema(ID).join()).isEqualTo(RegisteredSchema.of(ID, "{\"type\":\"record\"}"));
        assertThat(requests)
                .singleElement()
                .asString()
                .startsWith(
                        "POST AWSGlue.GetSchemaVersion application/x-amz-json-1.1 token AWS4-HMAC-SHA256 Credential=key/")
                .contains("/eu-central-1/glue/aws4_request")
                .contains("host;x-amz")
                .endsWith("{\"SchemaVersionId\":\"" + ID + "\"}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "400|{\"__type\":\"EntityNotFoundException\",\"Message\":\"Schema version is not found\"}|no schema with this id",
                "400|{\"__type\":\"com.amazonaws.glue#EntityNotFoundException\"}|no schema with this id",
                "200|{\"SchemaDefinition\":\"{}\",\"DataFormat\":\"PROTOBUF\",\"Status\":\"AVAILABLE\"}|a schema of PROTOBUF",
                "200|{\"SchemaDefinition\":\"{}\",\"DataFormat\":\"AVRO\",\"Status\":\"FAILURE\"}|its status was FAILURE",
            })
    void whatHoldsForGoodIsAReason(int status, String answer, String why) {
        this.status = status;
        this.answer = answer;

        assertThat(registry.schema(ID).join().refused()).contains(why);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "400|{\"__type\":\"AccessDeniedException\",\"Message\":\"not authorized\"}|glue:GetSchemaVersion",
                "500|<html>|no JSON",
                "200|{\"SchemaDefinition\":\"{}\",\"DataFormat\":\"AVRO\",\"Status\":\"PENDING\"}|PENDING",
                "200|{}|has the status ''",
            })
    void whatMayChangeIsAFailure(int status, String answer, String why) {
        this.status = status;
        this.answer = answer;

        assertThatThrownBy(() -> registry.schema(ID).join()).hasMessageContaining(why);
    }

    @Test
    void aRegistryThatDoesNotAnswerIsAFailure() {
        server.stop(0);

        assertThatThrownBy(() -> registry.schema(ID).join()).hasRootCauseInstanceOf(IOException.class);
    }
}

package dev.tidemark.aws;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.aws.testing.FaultyHttp;
import dev.tidemark.aws.testing.LocalAws;
import dev.tidemark.aws.testing.ScriptedHttp;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.InternalServerErrorException;

class AwsClientsTest {

    private final ScriptedHttp server = new ScriptedHttp((target, body) -> new ScriptedHttp.Answer(
            500,
            "application/x-amz-json-1.0",
            FaultyHttp.error("InternalServerError").getBytes(UTF_8)));

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void theClientForConditionalWritesSendsARequestOnce() {
        try (AwsClients clients = clients("AWS_ENDPOINT_URL_DYNAMODB")) {
            assertFails(clients.dynamoDbWrites());
        }
        assertThat(server.requests()).isEqualTo(1);
    }

    @Test
    void theClientForReadsRetriesWithinABound() {
        try (AwsClients clients = clients("AWS_ENDPOINT_URL_DYNAMODB")) {
            assertFails(clients.dynamoDb());
        }
        assertThat(server.requests()).isEqualTo(4);
    }

    @Test
    void oneVariableOverridesTheEndpointsOfAllServices() {
        try (AwsClients clients = clients("AWS_ENDPOINT_URL")) {
            assertFails(clients.dynamoDbWrites());
            assertThat(clients.s3()
                            .utilities()
                            .getUrl(url -> url.bucket("bucket").key("k")))
                    .as("buckets are addressed by path")
                    .hasToString(server.endpoint() + "/bucket/k");
        }
        assertThat(server.requests()).isEqualTo(1);
    }

    @Test
    void anEndpointOnThisMachineIsReachedWithoutAProxy() {
        System.setProperty("http.proxyHost", "127.0.0.1");
        System.setProperty("http.proxyPort", "1");
        try (AwsClients clients = clients("AWS_ENDPOINT_URL_DYNAMODB")) {
            assertFails(clients.dynamoDbWrites());
        } finally {
            System.clearProperty("http.proxyHost");
            System.clearProperty("http.proxyPort");
        }
        assertThat(server.requests()).isEqualTo(1);
    }

    @Test
    void withoutAnOverrideRequestsGoToAws() {
        Map<String, String> environment = Map.of(
                "AWS_REGION", "eu-central-1",
                "AWS_ENDPOINT_URL", "http://127.0.0.1:1",
                "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true");
        try (AwsClients clients = AwsClients.of(environment, LocalAws.CREDENTIALS)) {
            assertThat(clients.s3()
                            .utilities()
                            .getUrl(url -> url.bucket("bucket").key("k")))
                    .hasToString("https://bucket.s3.eu-central-1.amazonaws.com/k");
        }
    }

    @Test
    void aClientIsMadeOnce() {
        try (AwsClients clients = clients("AWS_ENDPOINT_URL")) {
            assertThat(clients.dynamoDb()).isSameAs(clients.dynamoDb()).isNotSameAs(clients.dynamoDbWrites());
            assertThat(clients.kinesis()).isSameAs(clients.kinesis());
        }
    }

    @Test
    void unconnectedClientsSucceedAndSendNothing() {
        Map<String, String> environment = Map.of(
                "AWS_REGION", "us-east-1", "AWS_ENDPOINT_URL", server.endpoint().toString());
        try (AwsClients clients = AwsClients.unconnected(environment)) {
            clients.dynamoDbWrites()
                    .putItem(put -> put.tableName("t").item(Map.of("pk", AttributeValue.fromS("k"))))
                    .join();
            clients.s3()
                    .putObject(put -> put.bucket("b").key("k"), AsyncRequestBody.fromString("content"))
                    .join();
            clients.kinesis()
                    .describeStreamSummary(describe -> describe.streamName("s"))
                    .join();
            assertThat(clients.lambda().listEventSourceMappings().join().eventSourceMappings())
                    .isEmpty();
        }
        assertThat(server.requests()).isZero();
    }

    private AwsClients clients(String variable) {
        return AwsClients.of(
                Map.of("AWS_REGION", "us-east-1", variable, server.endpoint().toString()), LocalAws.CREDENTIALS);
    }

    private static void assertFails(DynamoDbAsyncClient client) {
        CompletableFuture<?> put =
                client.putItem(request -> request.tableName("t").item(Map.of("pk", AttributeValue.fromS("k"))));
        assertThatThrownBy(put::join).hasCauseInstanceOf(InternalServerErrorException.class);
    }
}

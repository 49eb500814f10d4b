package dev.tidemark.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyResponseEvent;
import com.amazonaws.services.lambda.runtime.events.KinesisEvent;
import dev.tidemark.local.http.ApiFunction;
import dev.tidemark.local.kinesis.NewRecord;
import dev.tidemark.local.mapping.BatchFunction;
import dev.tidemark.local.mapping.MappingListener;
import dev.tidemark.local.mapping.MappingSettings;
import java.io.IOException;
import java.net.BindException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ResourceInUseException;

class LocalSystemTest {

    @TempDir
    private Path directory;

    /** Stores each record's text as an item, and answers how many there are. */
    private static final class Counting implements Application {

        @Override
        public void prepare(Endpoints endpoints) {
            try (DynamoDbClient client = Clients.dynamoDb(endpoints.dynamoDb())) {
                Clients.createTable(client);
            } catch (ResourceInUseException e) {
                assertThat(e).hasMessageContaining("table");
            }
        }

        @Override
        public BatchFunction ingest(Endpoints endpoints) {
            DynamoDbClient client = Clients.dynamoDb(endpoints.dynamoDb());
            return event -> {
                for (KinesisEvent.KinesisEventRecord record : event.getRecords()) {
                    String text = UTF_8.decode(record.getKinesis().getData()).toString();
                    client.putItem(request ->
                            request.tableName(Clients.TABLE).item(Map.of("key", AttributeValue.fromS(text))));
                }
                return null;
            };
        }

        @Override
        public ApiFunction query(Endpoints endpoints) {
            DynamoDbClient client = Clients.dynamoDb(endpoints.dynamoDb());
            return request -> new APIGatewayProxyResponseEvent()
                    .withStatusCode(200)
                    .withBody(Integer.toString(
                            client.scan(scan -> scan.tableName(Clients.TABLE)).count()));
        }
    }

    private static LocalSettings settings(int port, @Nullable Path directory) {
        return new LocalSettings(port, directory, Map.of("events", 2), false, MappingSettings.ofBatchSize(10), 1);
    }

    private static LocalSystem start(LocalSettings settings) throws IOException {
        return LocalSystem.start(settings, new Counting(), MappingListener.NONE);
    }

    private static String get(URI uri) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    @Test
    void whatIsPutIsFoldedAndAnsweredAndSurvivesARestart() throws Exception {
        for (int round = 1; round <= 2; round++) {
            try (LocalSystem system = start(settings(0, directory))) {
                for (int i = 0; i < 25; i++) {
                    String text = "event " + round + "." + i;
                    system.streams().put("events", new NewRecord("k" + i, null, text.getBytes(UTF_8)));
                }
                assertThat(system.mapping("events").awaitCaughtUp(Duration.ofSeconds(60)))
                        .isTrue();
                assertThat(get(system.api().resolve("/count"))).isEqualTo(Integer.toString(25 * round));
                assertThatThrownBy(() -> system.mapping("other")).hasMessageContaining("[events]");
            }
        }
    }

    private static int fourFreePorts() throws IOException {
        for (int port = 20_000; port < 30_000; port += 4) {
            if (isFree(port) && isFree(port + 1) && isFree(port + 2) && isFree(port + 3)) {
                return port;
            }
        }
        throw new IOException("no four free ports in a row");
    }

    private static boolean isFree(int port) throws IOException {
        try (ServerSocket socket = new ServerSocket(port)) {
            return socket.isBound();
        } catch (BindException e) {
            return false;
        }
    }

    @Test
    void aTakenPortClosesWhatHadStarted() throws Exception {
        int port = fourFreePorts();
        try (ServerSocket taken = new ServerSocket(port + 3)) {
            assertThat(taken.isBound()).isTrue();
            assertThatThrownBy(() -> start(settings(port, null))).isInstanceOf(IOException.class);
        }
        // Now all four are free, those that the failed start had taken too.
        LocalSystem system = start(settings(port, null));
        assertThat(system.endpoints().kinesis().getPort()).isEqualTo(port + 1);
        assertThat(system.endpoints().s3().getPort()).isEqualTo(port + 3);
        system.close();
        system.close();
    }
}

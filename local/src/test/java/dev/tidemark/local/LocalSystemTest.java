package dev.tidemark.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyResponseEvent;
import com.amazonaws.services.lambda.runtime.events.KinesisEvent;
import dev.tidemark.kinesis.NewRecord;
import dev.tidemark.kinesis.file.DamagedFile;
import dev.tidemark.local.mapping.BatchFunction;
import dev.tidemark.local.mapping.MappingListener;
import dev.tidemark.local.mapping.MappingSettings;
import dev.tidemark.serve.ApiFunction;
import java.io.IOException;
import java.net.BindException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
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

    /** What is done to a file of the directory, by the end of its name. */
    @SuppressWarnings("ImmutableEnumChecker") // The functions keep nothing.
    private enum Damage {
        TABLES_FLIPPED("tables.db", bytes -> flipped(bytes, bytes.length / 2)),
        TABLES_FLIPPED_IN_THE_HEAD("tables.db", bytes -> flipped(bytes, 3)),
        TABLES_CUT("tables.db", bytes -> Arrays.copyOf(bytes, bytes.length / 2)),
        TABLES_CUT_BY_ONE("tables.db", bytes -> Arrays.copyOf(bytes, bytes.length - 1)),
        TABLES_EMPTY("tables.db", bytes -> new byte[0]),
        TABLES_GONE("tables.db", bytes -> null),
        SUM_FLIPPED("tables.db.sum", bytes -> flipped(bytes, bytes.length / 2)),
        SUM_EMPTY("tables.db.sum", bytes -> new byte[0]),
        MAPPING_FLIPPED("mapping-events.json", bytes -> flipped(bytes, bytes.length / 2)),
        MAPPING_CUT("mapping-events.json", bytes -> Arrays.copyOf(bytes, bytes.length - 5)),
        MAPPING_EMPTY("mapping-events.json", bytes -> new byte[0]),
        MAPPING_NULL("mapping-events.json", bytes -> "null".getBytes(UTF_8)),
        STREAM_FLIPPED("stream.json", bytes -> flipped(bytes, bytes.length / 2)),
        STREAM_CUT("stream.json", bytes -> Arrays.copyOf(bytes, bytes.length / 3)),
        STREAM_EMPTY("stream.json", bytes -> new byte[0]),
        STREAM_GONE("stream.json", bytes -> null),
        SHARD_FLIPPED("shardId-000000000000.log", bytes -> flipped(bytes, bytes.length / 2)),
        SHARD_GONE("shardId-000000000000.log", bytes -> null),
        // Of what was folded already, the end is missing: not a torn write.
        SHARD_CUT("mapping-events.json", "shardId-000000000000.log", bytes -> Arrays.copyOf(bytes, bytes.length / 2)),
        SHARD_EMPTY("mapping-events.json", "shardId-000000000000.log", bytes -> new byte[0]);

        private final String named;
        private final String file;
        private final Function<byte[], byte @Nullable []> change;

        Damage(String file, Function<byte[], byte @Nullable []> change) {
            this(file, file, change);
        }

        Damage(String named, String file, Function<byte[], byte @Nullable []> change) {
            this.named = named;
            this.file = file;
            this.change = change;
        }

        private static byte[] flipped(byte[] bytes, int at) {
            byte[] changed = bytes.clone();
            changed[at] ^= 4;
            return changed;
        }

        void inflict(Path directory) throws IOException {
            try (Stream<Path> files = Files.walk(directory)) {
                Path path = files.filter(one -> one.endsWith(file)).findFirst().orElseThrow();
                byte[] changed = change.apply(Files.readAllBytes(path));
                if (changed == null) {
                    Files.delete(path);
                } else {
                    Files.write(path, changed);
                }
            }
        }
    }

    private static void fill(Path directory) throws Exception {
        try (LocalSystem system = start(settings(0, directory))) {
            for (int i = 0; i < 25; i++) {
                system.streams().put("events", new NewRecord("k" + i, null, ("event " + i).getBytes(UTF_8)));
            }
            assertThat(system.mapping("events").awaitCaughtUp(Duration.ofSeconds(60)))
                    .isTrue();
        }
    }

    @Test
    void damageIsNamedAndNothingStarts() throws Exception {
        Path whole = directory.resolve("whole");
        fill(whole);
        for (Damage damage : Damage.values()) {
            Path copy = copy(whole, directory.resolve(damage.name()));
            damage.inflict(copy);
            assertThatThrownBy(() -> start(settings(0, copy)).close())
                    .as(damage.name())
                    .isInstanceOf(DamagedFile.class)
                    .hasMessageContaining(damage.named)
                    .hasMessageContaining("Bring the whole data directory back from a copy");
        }
        // The copies were good.
        start(settings(0, copy(whole, directory.resolve("copy")))).close();
    }

    /** After a kill there is no checksum of the tables; SQLite's own check finds what is no database any more. */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2})
    void damagedTablesAreNamedAfterAKillToo(long seed) throws Exception {
        SplittableRandom random = new SplittableRandom(seed);
        Path whole = directory.resolve("whole");
        fill(whole);
        Files.delete(whole.resolve("dynamodb/tables.db.sum"));
        int named = 0;
        for (int i = 0; i < 10; i++) {
            Path copy = copy(whole, directory.resolve("copy" + i));
            Path tables = copy.resolve("dynamodb/tables.db");
            byte[] bytes = Files.readAllBytes(tables);
            if (i % 2 == 0) {
                bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
            } else {
                // A whole page: what a cell holds SQLite cannot know.
                int page = random.nextInt(bytes.length / 4096) * 4096;
                for (int at = page; at < page + 4096; at++) {
                    bytes[at] = (byte) random.nextInt();
                }
            }
            Files.write(tables, bytes);
            try (LocalSystem system = start(settings(0, copy))) {
                assertThat(get(system.api().resolve("/count"))).isEqualTo("25");
            } catch (DamagedFile e) {
                assertThat(e).hasMessageContaining("tables.db");
                named++;
            }
        }
        assertThat(named).isGreaterThanOrEqualTo(8);
    }

    private static Path copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.sorted().toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
        return to;
    }
}

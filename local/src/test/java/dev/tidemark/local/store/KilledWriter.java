package dev.tidemark.local.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tidemark.kinesis.NewRecord;
import dev.tidemark.kinesis.Streams;
import dev.tidemark.local.Clients;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/** The program that is killed: writes to every store and prints the number of each write that was confirmed. */
final class KilledWriter {

    static final int OBJECT_EVERY = 50;

    private KilledWriter() {}

    public static void main(String[] arguments) throws IOException {
        Stores stores = Stores.open(Path.of(arguments[0]));
        stores.create();
        for (int i = 0; i < 1_000_000; i++) {
            stores.write(i);
            System.out.println(i);
        }
    }

    record Stores(DynamoDbStore dynamoDb, S3Store s3, Streams streams, DynamoDbClient dynamoDbClient, S3Client s3Client)
            implements AutoCloseable {

        static Stores open(Path directory) throws IOException {
            DynamoDbStore dynamoDb = DynamoDbStore.start(0, directory.resolve("dynamodb"));
            S3Store s3 = S3Store.start(0, directory.resolve("s3"));
            Streams streams = new Streams(InstantSource.system(), directory.resolve("kinesis"));
            return new Stores(dynamoDb, s3, streams, Clients.dynamoDb(dynamoDb.endpoint()), Clients.s3(s3.endpoint()));
        }

        void create() {
            Clients.createTable(dynamoDbClient);
            s3Client.createBucket(request -> request.bucket("bucket"));
            streams.create("s", 1);
        }

        void write(int number) {
            Clients.putNew(dynamoDbClient, "key" + number, "value" + number);
            streams.put("s", new NewRecord("k", null, ("record" + number).getBytes(UTF_8)));
            if (number % OBJECT_EVERY == 0) {
                s3Client.putObject(
                        request -> request.bucket("bucket").key("object" + number), RequestBody.fromString("x"));
            }
        }

        Map<String, String> items() {
            Map<String, String> items = new HashMap<>();
            dynamoDbClient
                    .scanPaginator(request -> request.tableName(Clients.TABLE))
                    .items()
                    .forEach(item -> items.put(text(item, "key"), text(item, "value")));
            return items;
        }

        private static String text(Map<String, AttributeValue> item, String attribute) {
            return Objects.requireNonNull(item.get(attribute)).s();
        }

        List<String> records() {
            return streams.after("s", "shardId-000000000000", null, 1_000_000, Long.MAX_VALUE).stream()
                    .map(record -> new String(record.data(), UTF_8))
                    .toList();
        }

        List<String> objects() {
            return s3Client.listObjectsV2Paginator(request -> request.bucket("bucket")).contents().stream()
                    .map(S3Object::key)
                    .toList();
        }

        @Override
        public void close() throws IOException {
            dynamoDbClient.close();
            s3Client.close();
            dynamoDb.close();
            s3.close();
            streams.close();
        }
    }
}

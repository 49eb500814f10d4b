package dev.tidemark.local.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.local.Clients;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

class StoresTest {

    @TempDir
    private Path directory;

    @Test
    void aFailedConditionReturnsTheStoredItem() throws IOException {
        try (DynamoDbStore store = DynamoDbStore.start(0, null);
                DynamoDbClient client = Clients.dynamoDb(store.endpoint())) {
            Clients.createTable(client);
            Clients.putNew(client, "a", "1");
            assertThatThrownBy(() -> Clients.putNew(client, "a", "2"))
                    .isInstanceOfSatisfying(
                            ConditionalCheckFailedException.class,
                            e -> assertThat(e.item()).containsEntry("value", AttributeValue.fromS("1")));
        }
    }

    @Test
    void theConsoleStaysQuiet() throws IOException {
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try (DynamoDbStore store = DynamoDbStore.start(0, directory.resolve("quiet"));
                S3Store s3 = S3Store.start(0, null);
                DynamoDbClient client = Clients.dynamoDb(store.endpoint())) {
            Clients.createTable(client);
            Clients.putNew(client, "a", "1");
            assertThat(s3.endpoint().getPort()).isPositive();
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
        assertThat(printed.toString(StandardCharsets.UTF_8)).isEmpty();
    }

    @Test
    void onlyThisMachineReachesTheStores() throws IOException {
        try (DynamoDbStore dynamoDb = DynamoDbStore.start(0, null);
                S3Store s3 = S3Store.start(0, null)) {
            for (URI endpoint : List.of(dynamoDb.endpoint(), s3.endpoint())) {
                connect(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), endpoint.getPort());
                for (InetAddress outside : outsideAddresses()) {
                    assertThatThrownBy(() -> connect(outside, endpoint.getPort()))
                            .as("from " + outside)
                            .isInstanceOf(IOException.class);
                }
            }
        }
    }

    private static void connect(InetAddress address, int port) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, port), 5000);
        }
    }

    private static List<InetAddress> outsideAddresses() throws IOException {
        List<InetAddress> addresses = new ArrayList<>();
        for (NetworkInterface network : Collections.list(NetworkInterface.getNetworkInterfaces())) {
            for (InetAddress address : Collections.list(network.getInetAddresses())) {
                if (!address.isLoopbackAddress()) {
                    addresses.add(address);
                }
            }
        }
        return addresses;
    }

    @Test
    void aTakenPortIsAnErrorAndClosingTwiceIsNot() throws IOException {
        DynamoDbStore store = DynamoDbStore.start(0, null);
        int port = store.endpoint().getPort();
        assertThatThrownBy(() -> DynamoDbStore.start(port, null))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(Integer.toString(port));
        assertThatThrownBy(() -> S3Store.start(port, null)).isInstanceOf(IOException.class);
        store.close();
        store.close();
    }

    @Test
    void objectsAreWrittenOnceAndKept() throws IOException {
        try (S3Store store = S3Store.start(0, directory);
                S3Client client = Clients.s3(store.endpoint())) {
            client.createBucket(request -> request.bucket("bucket"));
            client.putObject(
                    request -> request.bucket("bucket").key("a/b.json").ifNoneMatch("*"), RequestBody.fromString("1"));
            assertThatThrownBy(() -> client.putObject(
                            request -> request.bucket("bucket").key("a/b.json").ifNoneMatch("*"),
                            RequestBody.fromString("2")))
                    .isInstanceOfSatisfying(
                            S3Exception.class, e -> assertThat(e.statusCode()).isEqualTo(412));
        }
        try (S3Store store = S3Store.start(0, directory);
                S3Client client = Clients.s3(store.endpoint())) {
            assertThat(client.getObjectAsBytes(
                                    request -> request.bucket("bucket").key("a/b.json"))
                            .asUtf8String())
                    .isEqualTo("1");
            assertThat(client.listObjectsV2(request -> request.bucket("bucket").prefix("a/"))
                            .contents())
                    .hasSize(1);
        }
    }

    /** Kills a process that writes, without warning, and looks for all that it had been told was written. */
    @Test
    void whatAKilledWriterLeftIsNoObject() throws IOException {
        try (S3Store store = S3Store.start(0, directory);
                S3Client client = Clients.s3(store.endpoint())) {
            client.createBucket(request -> request.bucket("state"));
            client.putObject(request -> request.bucket("state").key("log/1.json"), RequestBody.fromString("one"));
            Files.writeString(
                    directory.resolve("state/log/2.json-eafd8b28-9001-4967-a1fd-b2d36eae0a11"), "half of two");

            assertThat(client.listObjectsV2(request -> request.bucket("state").prefix("log/"))
                            .contents())
                    .extracting(S3Object::key)
                    .containsExactly("log/1.json");
        }
    }

    @Test
    void whatWasWrittenSurvivesAKillOfTheProcess() throws Exception {
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledWriter.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        int written = -1;
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
            String line = lines.readLine();
            while (line != null) {
                written = Integer.parseInt(line);
                if (written == 300) {
                    // Through the handle, which leaves the pipe open: what it still holds was confirmed too.
                    child.toHandle().destroyForcibly();
                }
                line = lines.readLine();
            }
        } finally {
            child.destroyForcibly();
        }
        assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(child.exitValue()).as("killed").isEqualTo(128 + 9);
        assertThat(written).isGreaterThanOrEqualTo(300);
        try (KilledWriter.Stores stores = KilledWriter.Stores.open(directory)) {
            Map<String, String> items = stores.items();
            List<String> records = stores.records();
            List<String> objects = stores.objects();
            for (int i = 0; i <= written; i++) {
                assertThat(items).containsEntry("key" + i, "value" + i);
                assertThat(records).contains("record" + i);
                if (i % KilledWriter.OBJECT_EVERY == 0) {
                    assertThat(objects).contains("object" + i);
                }
            }
            stores.write(1_000_000);
        }
    }
}

package dev.tidemark.aws.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.aws.Backoff;
import dev.tidemark.aws.testing.LocalAws;
import dev.tidemark.core.store.RedriveLog.Entry;
import dev.tidemark.core.store.RedriveLog.Known;
import dev.tidemark.core.store.RedriveLog.Manifest;
import dev.tidemark.core.store.RedriveLog.Repairs;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.services.s3.S3AsyncClient;

class S3RedriveLogTest {

    private static final String SEQUENCE = "49590338271490256608559692538361571095921575989136588898";
    private static final Lane LANE = new Lane(
            "arn:aws:kinesis:us-east-1:123456789012:stream/shop-events", 1_767_225_600_123L, "shardId-000000000003");

    private final String bucket = "redrive-" + UUID.randomUUID();
    private final S3AsyncClient s3 = LocalAws.clients().s3();
    private final S3RedriveLog log = new S3RedriveLog(s3, bucket, Backoff.system());

    @BeforeEach
    void createBucket() {
        s3.createBucket(request -> request.bucket(bucket)).join();
    }

    @Test
    void writesAndReadsTheGoldenFile() throws IOException {
        byte[] golden = resource("redrive-1.jsonl");
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        ManifestFormat.writeLines(manifest(7, "{\"price\":12}"), lines);

        assertThat(lines.toString(UTF_8)).isEqualTo(new String(golden, UTF_8));
        assertSame(ManifestFormat.read(gzip(golden)), manifest(7, "{\"price\":12}"));
        try (InputStream gzip =
                new GZIPInputStream(new ByteArrayInputStream(ManifestFormat.write(manifest(7, "{\"price\":12}"))))) {
            assertThat(gzip.readAllBytes()).isEqualTo(golden);
        }
    }

    @Test
    void aNumberIsTakenOnce() {
        assertThat(log.known().join()).isEqualTo(new Known(0, Set.of()));

        assertThat(log.append(manifest(1, "first")).join()).isTrue();
        assertThat(log.append(manifest(1, "second")).join()).isFalse();
        assertThat(log.append(manifest(1, "first")).join())
                .as("an answer was lost, and the same is sent again")
                .isTrue();

        assertThat(log.known().join()).isEqualTo(new Known(1, Set.of()));
        assertSame(log.read(1).join(), manifest(1, "first"));
        assertThat(S3RedriveLog.key(1)).isEqualTo("redrive/0000000001.jsonl.gz");
    }

    @Test
    void ofManyAtOnceOneHasTheNumber() {
        List<CompletableFuture<Boolean>> racers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            racers.add(log.append(manifest(1, "racer " + i)));
        }
        List<Boolean> stored = racers.stream().map(CompletableFuture::join).toList();

        assertThat(stored).containsOnlyOnce(true);
        assertSame(log.read(1).join(), manifest(1, "racer " + stored.indexOf(true)));
    }

    @Test
    void finishingIsNotedOnce() {
        log.append(manifest(1, "a")).join();
        log.append(manifest(2, "b")).join();

        log.finish(2, 1_767_229_300_000L).join();
        log.finish(2, 1_767_229_400_000L).join();

        assertThat(log.known().join()).isEqualTo(new Known(2, Set.of(2L)));
        assertThat(s3.getObject(
                                request -> request.bucket(bucket).key(S3RedriveLog.doneKey(2)),
                                AsyncResponseTransformer.toBytes())
                        .join()
                        .asUtf8String())
                .isEqualTo("{\"format\":1,\"number\":2,\"time\":1767229300000}");
    }

    @Test
    void whatAViewVersionTakesOverIsSettledOnce() throws IOException {
        String version = "0123456789abcdef";
        Position activatedAfter = new Position(SEQUENCE, 3);
        Map<String, Position> activations = Map.of(
                "0123456789ab.000000000001",
                activatedAfter,
                "0123456789ab.000000000002",
                new Position("49590338271490256608559692538361571095921575989136588999", 0));
        Repairs repairs = new Repairs(
                "viewer",
                version,
                activations,
                3,
                Map.of("0123456789ab.000000000002", Set.of("0123456789ab.000000000001", "0123456789ab.000000000000")));
        String golden = new String(resource("redrive-repairs-1.json"), UTF_8).strip();
        String key = S3RedriveLog.repairsKey(version);

        assertThat(new String(S3RedriveLog.write(repairs), UTF_8)).isEqualTo(golden);
        assertThat(S3RedriveLog.readRepairs(key, golden.getBytes(UTF_8))).isEqualTo(repairs);
        assertThatThrownBy(() -> S3RedriveLog.readRepairs(S3RedriveLog.repairsKey("other"), golden.getBytes(UTF_8)))
                .isInstanceOf(InvalidObjectException.class)
                .hasMessageContaining("moved or copied");

        assertThat(log.repairs(version).join()).isEmpty();
        assertThat(log.settle(repairs).join()).isEqualTo(repairs);
        assertThat(log.settle(new Repairs("viewer", version, Map.of(), 4, Map.of()))
                        .join())
                .isEqualTo(repairs);
        assertThat(log.repairs(version).join()).contains(repairs);
        assertThat(log.repairs("0123456789abcde").join())
                .as("a beginning of the version")
                .isEmpty();
        log.append(manifest(1, "a")).join();
        assertThat(log.known().join()).isEqualTo(new Known(1, Set.of()));
    }

    @Test
    void aMissingManifestIsNotPassedOver() {
        log.append(manifest(1, "a")).join();
        log.append(manifest(2, "b")).join();
        s3.deleteObject(request -> request.bucket(bucket).key(S3RedriveLog.key(1)))
                .join();

        assertThatThrownBy(() -> log.known().join()).hasMessageContaining("redrive/0000000001.jsonl.gz is missing");
    }

    @Test
    void anObjectThatIsNoManifestIsNotRead() throws IOException {
        String golden = new String(resource("redrive-1.jsonl"), UTF_8);

        assertInvalid(golden.replace("\"format\":1", "\"format\":9"), "format 9");
        assertInvalid(golden.replace("\"records\":2", "\"records\":3"), "2 records whose header says 3");
        assertInvalid(golden.replace("view_version", "renamed"), "lacks view_version");
        assertInvalid("[]", "no JSON object");
        assertInvalid(golden.substring(0, golden.length() - 3), "not a readable");

        s3.putObject(
                        request -> request.bucket(bucket).key(S3RedriveLog.key(3)),
                        AsyncRequestBody.fromBytes(gzip(golden.getBytes(UTF_8))))
                .join();
        assertThatThrownBy(() -> log.read(3).join()).hasMessageContaining("holds manifest 7");
    }

    private static void assertInvalid(String lines, String message) {
        assertThatThrownBy(() -> ManifestFormat.read(gzip(lines.getBytes(UTF_8))))
                .isInstanceOf(InvalidObjectException.class)
                .hasMessageContaining(message);
    }

    private static void assertSame(Manifest actual, Manifest expected) {
        assertThat(actual).usingRecursiveComparison().isEqualTo(expected);
    }

    private static Manifest manifest(long number, String data) {
        return new Manifest(
                number,
                1_767_229_200_000L,
                List.of(
                        entry(new Position("9", 0), data.getBytes(UTF_8)),
                        entry(new Position(SEQUENCE, 2), new byte[] {(byte) 0x80, 0, 1})));
    }

    private static Entry entry(Position position, byte[] data) {
        return new Entry(
                "viewer",
                "0123456789abcdef",
                LANE,
                new RawRecord(position, 1_767_225_700_000L, "user-42", data),
                "be302461cda285db3ed2d45fb767b23e08ca8808b35a638009937df22b332d73");
    }

    private static byte[] gzip(byte[] lines) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(lines);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return bytes.toByteArray();
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = S3RedriveLogTest.class.getResourceAsStream(name)) {
            assertThat(in).as(name).isNotNull();
            return in.readAllBytes();
        }
    }
}

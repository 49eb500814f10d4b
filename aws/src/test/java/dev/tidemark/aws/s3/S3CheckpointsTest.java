package dev.tidemark.aws.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.aws.Backoff;
import dev.tidemark.aws.testing.LocalAws;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.ControlRow.ViewStatus;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.control.ViewCounts;
import dev.tidemark.core.store.CheckpointStore.Manifest;
import dev.tidemark.core.store.CheckpointStore.Positions;
import dev.tidemark.core.store.CheckpointStore.StoredObject;
import dev.tidemark.core.store.CheckpointWriter.Place;
import dev.tidemark.core.store.CheckpointWriter.ScanSegment;
import dev.tidemark.core.store.DamagedCheckpoint;
import dev.tidemark.core.store.ItemStore.Found;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.StoredItem;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.services.s3.S3AsyncClient;

class S3CheckpointsTest {

    private static final String ID = "20261122T195400Z-3f9a";
    private static final String VIEW = "0123456789abcdef";
    private static final Position LAST = new Position("49590338271490256608559692538361571095921575989136588898", 3);
    private static final Lane LANE =
            new Lane("arn:aws:kinesis:us-east-1:000000000000:stream/s", 1_700_000_000_123L, "shardId-000000000007");
    private static final ControlRow CONTROL = new ControlRow(
            4,
            "g2",
            ControlRow.Phase.LIVE,
            Map.of(VIEW, ViewStatus.ACTIVE),
            new ControlRow.Restore("20261121T195400Z-0000", 1_700_000_000_000L));
    private static final LaneRow ROW = new LaneRow(
            LANE,
            12,
            LAST,
            1_316,
            1_700_000_009_999L,
            "g2",
            Map.of(VIEW, Position.ORIGIN),
            Map.of(VIEW, new ViewCounts(1_316, 0, 0, 0, 0, Map.of())),
            Map.of("630ab8ed7d40.000000000001", 1_700_000_000_001L),
            true,
            false,
            Map.of());
    private static final Positions POSITIONS = new Positions(
            ID, 1_700_000_010_000L, CONTROL, List.of(ROW), "a".repeat(64), Map.of(VIEW, "user_activity"), 2, 1);
    private static final List<Found> ITEMS = List.of(
            item("user|42", 5, "body", 1_900_000_000),
            item("user|42", 6, "", 0),
            item("café|🌊", 5, "\u0000\u0001", 1_900_000_001));

    private final String bucket = "checkpoint-" + UUID.randomUUID();
    private final S3AsyncClient s3 = LocalAws.clients().s3();
    private final S3Checkpoints store = new S3Checkpoints(s3, bucket, Backoff.system());

    private static Found item(String entity, long block, String body, long expiresAtSeconds) {
        return new Found(
                new ItemKey(VIEW, entity, "5s", block, LANE.id()),
                new StoredItem(LAST, body.getBytes(UTF_8), expiresAtSeconds));
    }

    @BeforeEach
    void createBucket() {
        s3.createBucket(request -> request.bucket(bucket)).join();
    }

    @Test
    void itemsAreWrittenAndReadAsFrozen() throws IOException {
        String golden = new String(resource("checkpoint-items-1.hex"), UTF_8).strip();
        ByteArrayOutputStream plain = new ByteArrayOutputStream();
        CheckpointItemsFormat.writeItems(ITEMS, plain);

        assertThat(HexFormat.of().formatHex(plain.toByteArray())).isEqualTo(golden);
        byte[] written = CheckpointItemsFormat.write(ITEMS);
        try (InputStream gzip = new GZIPInputStream(new ByteArrayInputStream(written))) {
            assertThat(gzip.readAllBytes()).isEqualTo(plain.toByteArray());
        }
        assertThat(texts(CheckpointItemsFormat.read(written))).isEqualTo(texts(ITEMS));
    }

    @Test
    void theManifestIsWrittenAndReadAsFrozen() throws IOException {
        Manifest manifest = new Manifest(
                POSITIONS,
                Map.of(LANE.id(), 1_700_000_010_500L),
                List.of(ROW),
                List.of(new StoredObject(
                        "checkpoint/state/x/items/a/000000-00000-00000.gz", 0, 70, "b".repeat(64), 3)));
        byte[] golden = resource("checkpoint-manifest-1.json");

        assertThat(new String(CheckpointJson.write(manifest), UTF_8)).isEqualTo(new String(golden, UTF_8));
        assertThat(CheckpointJson.readManifest(golden)).isEqualTo(manifest);
    }

    @Test
    void whatIsFixedFirstStaysFixed() {
        assertThat(store.positions(ID).join()).isEmpty();

        store.fix(POSITIONS).join();
        store.fix(new Positions(ID, 9, CONTROL, List.of(), "b", Map.of(), 7, 7)).join();

        assertThat(store.positions(ID).join()).contains(POSITIONS);
        assertThat(store.begun().join()).containsExactly(ID);
        assertThat(store.list().join()).as("not complete").isEmpty();
    }

    @Test
    void aScanSegmentIsCompleteOnceWhoeverScannedIt() {
        store.fix(POSITIONS).join();
        ScanSegment first = segment(0, "one");
        store.complete(POSITIONS, first).join();
        store.complete(POSITIONS, segment(0, "two")).join();

        assertThat(store.scanned(POSITIONS).join()).isEqualTo(Map.of(0, first));
    }

    @Test
    void aCompleteCheckpointIsListedAndRead() {
        Manifest manifest = publish();

        assertThat(store.list().join()).containsExactly(ID);
        assertThat(store.manifest(ID).join()).isEqualTo(manifest);
        assertThat(texts(store.read(manifest, 0).join())).containsExactlyInAnyOrderElementsOf(texts(ITEMS));
    }

    @Test
    void ofAKeyThatIsStoredTwiceTheGreaterMarkCounts() {
        Found older = new Found(
                ITEMS.get(0).key(), new StoredItem(new Position("1", 0), "old".getBytes(UTF_8), 1_900_000_000));
        StoredObject object = write("again", List.of(older));
        Manifest one = publish();
        Manifest both = new Manifest(
                POSITIONS,
                one.asOfMillis(),
                List.of(),
                List.of(object, one.objects().get(0)));

        assertThat(texts(store.read(both, 0).join())).containsExactlyInAnyOrderElementsOf(texts(ITEMS));
    }

    @Test
    void deletingIsToTheLastObject() {
        publish();

        store.delete(ID).join();
        store.delete(ID).join();

        assertThat(store.list().join()).isEmpty();
        assertThat(store.begun().join()).isEmpty();
        assertThat(s3.listObjectsV2(request -> request.bucket(bucket)).join().contents())
                .isEmpty();
    }

    @Test
    void aMissingManifestIsNamed() {
        assertDamaged(() -> store.manifest(ID).join(), "checkpoint/manifests/" + ID + ".json", "it is missing");
    }

    @Test
    void everyChangedByteOfAManifestIsNoticed() {
        publish();
        String key = S3Checkpoints.manifestKey(ID);
        byte[] whole = get(key);
        for (int i = 0; i < whole.length; i += 7) {
            byte[] damaged = whole.clone();
            damaged[i] ^= 1;
            put(key, damaged);
            assertDamaged(() -> store.manifest(ID).join(), key, "");
        }
        put(key, Arrays.copyOf(whole, whole.length / 2));
        assertDamaged(() -> store.manifest(ID).join(), key, "cut off");
    }

    @Test
    void aManifestUnderAnotherIdIsNotTaken() {
        publish();
        String other = "20261122T205400Z-0000";
        put(S3Checkpoints.manifestKey(other), get(S3Checkpoints.manifestKey(ID)));

        assertDamaged(() -> store.manifest(other).join(), other, "moved or copied");
    }

    @Test
    void objectsThatAreMissingCutOffOrChangedAreNamed() {
        Manifest manifest = publish();
        String key = manifest.objects().get(0).key();
        byte[] whole = get(key);

        byte[] changed = whole.clone();
        changed[whole.length / 2] ^= 4;
        put(key, changed);
        assertDamaged(() -> store.read(manifest, 0).join(), key, "it was changed");

        put(key, Arrays.copyOf(whole, whole.length - 1));
        assertDamaged(() -> store.read(manifest, 0).join(), key, "cut off");

        s3.deleteObject(request -> request.bucket(bucket).key(key)).join();
        assertDamaged(() -> store.read(manifest, 0).join(), key, "it is missing");
    }

    @Test
    void aManifestThatCountsOtherwiseIsNotTrusted() {
        Manifest manifest = publish();
        StoredObject object = manifest.objects().get(0);
        StoredObject miscounted =
                new StoredObject(object.key(), object.bucket(), object.bytes(), object.sha256(), object.items() + 1);

        assertDamaged(
                () -> store.read(new Manifest(POSITIONS, manifest.asOfMillis(), List.of(), List.of(miscounted)), 0)
                        .join(),
                object.key(),
                "it holds 3 items, and the manifest says 4");
    }

    private Manifest publish() {
        store.fix(POSITIONS).join();
        StoredObject object = write("attempt", ITEMS);
        Manifest manifest = new Manifest(POSITIONS, Map.of(LANE.id(), 1L), List.of(ROW), List.of(object));
        store.complete(POSITIONS, new ScanSegment(0, List.of(object), Map.of(LANE.id(), LAST)))
                .join();
        store.publish(manifest).join();
        return manifest;
    }

    private StoredObject write(String attempt, List<Found> items) {
        return store.write(POSITIONS, new Place(attempt, 0, 0, 0), items).join();
    }

    private static ScanSegment segment(int number, String attempt) {
        return new ScanSegment(number, List.of(new StoredObject(attempt, 0, 1, "c", 1)), Map.of(LANE.id(), LAST));
    }

    private byte[] get(String key) {
        return s3.getObject(request -> request.bucket(bucket).key(key), AsyncResponseTransformer.toBytes())
                .join()
                .asByteArray();
    }

    private void put(String key, byte[] bytes) {
        s3.putObject(request -> request.bucket(bucket).key(key), AsyncRequestBody.fromBytes(bytes))
                .join();
    }

    private static void assertDamaged(Runnable read, String key, String problem) {
        assertThatThrownBy(read::run)
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOf(DamagedCheckpoint.class)
                .hasMessageContaining(key)
                .hasMessageContaining(problem);
    }

    private static List<String> texts(List<Found> items) {
        return items.stream()
                .map(found -> found.key() + " " + found.item().mark().text() + " "
                        + HexFormat.of().formatHex(found.item().body()) + " "
                        + found.item().expiresAtSeconds())
                .toList();
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(S3CheckpointsTest.class.getResourceAsStream(name), name)) {
            return in.readAllBytes();
        }
    }
}

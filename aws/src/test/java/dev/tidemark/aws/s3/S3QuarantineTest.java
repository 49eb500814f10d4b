package dev.tidemark.aws.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.aws.Backoff;
import dev.tidemark.aws.testing.LocalAws;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.event.InvalidEvent.Reason;
import dev.tidemark.core.store.Quarantine.Entry;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class S3QuarantineTest {

    private static final String BUCKET = "quarantine-" + UUID.randomUUID();
    private static final String SEQUENCE = "49590338271490256608559692538361571095921575989136588898";
    private static final Lane LANE = new Lane(
            "arn:aws:kinesis:us-east-1:123456789012:stream/shop-events", 1_767_225_600_123L, "shardId-000000000003");

    private final S3Quarantine quarantine = new S3Quarantine(LocalAws.clients().s3(), BUCKET, Backoff.system());

    @BeforeAll
    static void createBucket() {
        LocalAws.clients().s3().createBucket(request -> request.bucket(BUCKET)).join();
    }

    @Test
    void writesAndReadsTheGoldenFileOfOneRecord() throws IOException {
        Entry entry = entry("viewer", SEQUENCE, 2, "{\"price\":\"12\"}".getBytes(UTF_8));
        byte[] golden = resource("quarantine-1.json");

        assertThat(QuarantineFormat.write(List.of(entry))).asString(UTF_8).isEqualTo(new String(golden, UTF_8));
        assertSame(QuarantineFormat.read(golden), List.of(entry));
    }

    /** How gzip compresses may differ between versions of Java; the lines may not. */
    @Test
    void writesAndReadsTheGoldenFilesOfSeveral() throws IOException {
        List<Entry> entries = List.of(
                entry("viewer", SEQUENCE, 2, "{\"price\":\"12\"}".getBytes(UTF_8)),
                entry("viewer", SEQUENCE, 7, new byte[] {(byte) 0x80, 0, 1}));
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        QuarantineFormat.writeLines(entries, lines);

        assertThat(lines.toString(UTF_8)).isEqualTo(new String(resource("quarantine-2.jsonl"), UTF_8));
        assertSame(QuarantineFormat.read(resource("quarantine-2.jsonl.gz")), entries);
        assertSame(QuarantineFormat.read(QuarantineFormat.write(entries)), entries);
    }

    @Test
    void keepsThatARecordIsOutsideItsShard() throws IOException {
        Entry inside = entry("viewer", SEQUENCE, 2, "{\"price\":\"12\"}".getBytes(UTF_8));
        RawRecord record = inside.record();
        RawRecord outside =
                new RawRecord(record.position(), record.arrivalMillis(), record.partitionKey(), record.data(), true);
        Entry entry = new Entry(inside.view(), inside.viewVersion(), LANE, outside, inside.reason());
        String golden = new String(resource("quarantine-1.json"), UTF_8)
                .replace("\"data\":", "\"outside_shard\":true,\"data\":");
        List<Entry> several = List.of(entry, entry("viewer", SEQUENCE, 7, new byte[0]));

        assertThat(QuarantineFormat.write(List.of(entry))).asString(UTF_8).isEqualTo(golden);
        assertSame(QuarantineFormat.read(golden.getBytes(UTF_8)), List.of(entry));
        assertSame(QuarantineFormat.read(QuarantineFormat.write(several)), several);
    }

    @Test
    void keepsARecordWithItsReason() {
        Entry entry = entry("kept", SEQUENCE, 0, new byte[] {(byte) 0x80, 0, 1});

        quarantine.put(List.of(entry)).join();

        String key = "quarantine/kept/0123456789abcdef/" + LANE.id() + "/056-" + SEQUENCE + "-0000000000000000000.json";
        assertSame(quarantine.read(key).join(), List.of(entry));
        assertThat(S3Quarantine.recordKey(key, entry)).isEqualTo(key);
        assertThat(S3Quarantine.objectKey(key)).isEqualTo(key);
    }

    @Test
    void keepsWhatIsRefusedAtOnceInOneObject() {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            entries.add(entry("many", SEQUENCE, i, new byte[0]));
        }

        quarantine.put(entries).join();

        List<String> keys = quarantine.list("many", null, 10).join().keys();
        assertThat(keys)
                .containsExactly("quarantine/many/0123456789abcdef/" + LANE.id() + "/056-" + SEQUENCE
                        + "-0000000000000000000_056-" + SEQUENCE + "-0000000000000009999.jsonl.gz");
        assertThat(quarantine.read(keys.get(0)).join()).hasSize(10_000);
        String name = S3Quarantine.recordKey(keys.get(0), entries.get(17));
        assertThat(name).isEqualTo(keys.get(0) + "#" + SEQUENCE + ":17");
        assertThat(S3Quarantine.objectKey(name)).isEqualTo(keys.get(0));
    }

    @Test
    void aRecordIsTheSameUnderAllItsNames() {
        Entry one = entry("names", SEQUENCE, 2, new byte[0]);
        List<Entry> several = List.of(entry("names", SEQUENCE, 1, new byte[0]), one);

        String alone = S3Quarantine.recordKey(S3Quarantine.objectKey(List.of(one)), one);
        String among = S3Quarantine.recordKey(S3Quarantine.objectKey(several), one);
        String other = S3Quarantine.recordKey(S3Quarantine.objectKey(several), several.get(0));

        assertThat(alone).isNotEqualTo(among);
        assertThat(S3Quarantine.identity(alone)).isEqualTo(S3Quarantine.identity(among));
        assertThat(S3Quarantine.identity(other)).isNotEqualTo(S3Quarantine.identity(among));
        assertThat(S3Quarantine.identity("anything")).isEqualTo("anything");
    }

    @Test
    void puttingARecordAgainChangesNothing() {
        quarantine
                .put(List.of(entry("twice", SEQUENCE, 0, "first".getBytes(UTF_8))))
                .join();
        quarantine
                .put(List.of(entry("twice", SEQUENCE, 0, "second".getBytes(UTF_8))))
                .join();

        List<String> keys = quarantine.list("twice", null, 10).join().keys();
        assertThat(keys).hasSize(1);
        assertThat(quarantine.read(keys.get(0)).join().get(0).record().data())
                .asString(UTF_8)
                .isEqualTo("first");
    }

    /** All that is refused, in the parts that deliveries with any boundaries keep, old objects of one record among them. */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void everyRecordIsThereOnceHoweverItWasDelivered(long seed) {
        Random random = new Random(seed);
        String view = "again" + seed;
        List<Entry> refused = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            refused.add(entry(
                    view,
                    Integer.toString(8 + i / 4),
                    i % 4,
                    Integer.toString(i).getBytes(UTF_8)));
        }
        int kept = 0;
        while (kept < refused.size() || random.nextInt(8) > 0) {
            int from = random.nextInt(Math.min(kept, refused.size() - 1) + 1);
            int until = Math.min(refused.size(), from + 1 + random.nextInt(6));
            quarantine.put(refused.subList(from, until)).join();
            kept = Math.max(kept, until);
        }

        QuarantineSieve sieve = new QuarantineSieve();
        List<Entry> read = new ArrayList<>();
        for (String key : quarantine.list(view, null, 1_000).join().keys()) {
            read.addAll(sieve.next(key, quarantine.read(key).join()));
        }

        assertSame(read, refused);
    }

    @Test
    void theSieveBeginsAnewWithEachLane() {
        QuarantineSieve sieve = new QuarantineSieve();
        List<Entry> entries = List.of(entry("v", SEQUENCE, 0, new byte[0]));

        assertThat(sieve.next("quarantine/v/1/lane/1.json", entries)).hasSize(1);
        assertThat(sieve.next("quarantine/v/1/lane/2.json", entries)).isEmpty();
        assertThat(sieve.next("quarantine/v/2/lane/1.json", entries)).hasSize(1);
    }

    @Test
    void listsPageByPageInOrderOfPosition() {
        List<String> expected = new ArrayList<>();
        for (int i = 8; i < 13; i++) {
            List<Entry> entries = List.of(entry("paged", Integer.toString(i), 0, new byte[0]));
            quarantine.put(entries).join();
            expected.add(S3Quarantine.objectKey(entries));
        }
        quarantine.put(List.of(entry("paged-not", "1", 0, new byte[0]))).join();

        List<String> listed = new ArrayList<>();
        @Nullable String after = null;
        int pages = 0;
        do {
            KeyPage page = quarantine.list("paged", after, 2).join();
            listed.addAll(page.keys());
            after = page.next();
            pages++;
        } while (after != null);

        assertThat(listed).isEqualTo(expected);
        assertThat(pages).isEqualTo(3);
        assertThat(quarantine.list(null, null, 1_000).join().keys()).containsAll(expected);
        assertThat(quarantine.list("nothing", null, 2).join()).isEqualTo(new KeyPage(List.of(), null));
    }

    @Test
    void aPageHasABound() {
        assertThatThrownBy(() -> quarantine.list("paged", null, 1_001)).hasMessageContaining("1001 keys");
        assertThatThrownBy(() -> quarantine.list("paged", null, 0)).hasMessageContaining("0 keys");
    }

    @Test
    void anObjectThatIsNoEntryIsNotRead() throws IOException {
        String golden = new String(resource("quarantine-1.json"), UTF_8);

        assertInvalid(golden.replace("\"format\":1", "\"format\":9").getBytes(UTF_8), "format 9");
        assertInvalid(golden.replace("\"remedy\":", "\"renamed\":").getBytes(UTF_8), "lacks remedy");
        assertInvalid(golden.replace("MISTYPED_FIELD", "NO_SUCH_REASON").getBytes(UTF_8), "NO_SUCH_REASON");
        assertInvalid(golden.substring(0, golden.length() - 1).getBytes(UTF_8), "not a readable");
        assertInvalid("[]".getBytes(UTF_8), "no JSON object");
    }

    @Test
    void damagedObjectsOfSeveralAreNotRead() throws IOException {
        String golden = new String(resource("quarantine-2.jsonl"), UTF_8);
        byte[] whole = gzip(golden);

        assertInvalid(gzip(golden.replace("\"format\":2", "\"format\":1")), "format 1");
        assertInvalid(gzip(golden.replace("\"records\":2", "\"records\":3")), "header says 3");
        assertInvalid(gzip(golden.replace("\"sub\":7", "\"sub\":2")), "out of order");
        assertInvalid(gzip(golden.replace("\"remedy\":", "\"renamed\":")), "lacks remedy");
        assertInvalid(Arrays.copyOf(whole, whole.length / 2), "not a readable");
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(text.getBytes(UTF_8));
        }
        return bytes.toByteArray();
    }

    private static void assertInvalid(byte[] object, String message) {
        assertThatThrownBy(() -> QuarantineFormat.read(object))
                .isInstanceOf(InvalidObjectException.class)
                .hasMessageContaining(message);
    }

    private static void assertSame(List<Entry> actual, List<Entry> expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.size(); i++) {
            assertSame(actual.get(i), expected.get(i));
        }
    }

    /** Exceptions have no equality of their own. */
    private static void assertSame(Entry actual, Entry expected) {
        assertThat(actual.view()).isEqualTo(expected.view());
        assertThat(actual.viewVersion()).isEqualTo(expected.viewVersion());
        assertThat(actual.lane()).isEqualTo(expected.lane());
        assertThat(actual.record()).usingRecursiveComparison().isEqualTo(expected.record());
        assertThat(actual.reason().reason()).isEqualTo(expected.reason().reason());
        assertThat(actual.reason()).hasMessage(expected.reason().getMessage());
        assertThat(actual.reason().remedy()).isEqualTo(expected.reason().remedy());
    }

    private static Entry entry(String view, String sequence, long subsequence, byte[] data) {
        RawRecord record = new RawRecord(new Position(sequence, subsequence), 1_767_229_200_000L, "user-42", data);
        InvalidEvent reason = new InvalidEvent(
                Reason.MISTYPED_FIELD, "field 'price' is a string, not a number", "send price as a JSON number");
        return new Entry(view, "0123456789abcdef", LANE, record, reason);
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = S3QuarantineTest.class.getResourceAsStream(name)) {
            assertThat(in).isNotNull();
            return in.readAllBytes();
        }
    }
}

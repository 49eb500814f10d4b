package dev.tidemark.aws.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.aws.Backoff;
import dev.tidemark.aws.testing.LocalAws;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.event.InvalidEvent.Reason;
import dev.tidemark.core.port.Quarantine.Entry;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

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
    void writesAndReadsTheGoldenFile() throws IOException {
        Entry entry = entry("viewer", SEQUENCE, 2, "{\"price\":\"12\"}".getBytes(UTF_8));
        byte[] golden = resource();

        assertThat(QuarantineJson.write(entry)).asString(UTF_8).isEqualTo(new String(golden, UTF_8));
        assertSame(QuarantineJson.read(golden), entry);
    }

    @Test
    void keepsThatARecordIsOutsideItsShard() throws IOException {
        Entry inside = entry("viewer", SEQUENCE, 2, "{\"price\":\"12\"}".getBytes(UTF_8));
        RawRecord record = inside.record();
        RawRecord outside =
                new RawRecord(record.position(), record.arrivalMillis(), record.partitionKey(), record.data(), true);
        Entry entry = new Entry(inside.view(), inside.viewVersion(), LANE, outside, inside.reason());
        String golden = new String(resource(), UTF_8).replace("\"data\":", "\"outside_shard\":true,\"data\":");

        assertThat(QuarantineJson.write(entry)).asString(UTF_8).isEqualTo(golden);
        assertSame(QuarantineJson.read(golden.getBytes(UTF_8)), entry);
    }

    @Test
    void keepsARecordWithItsReason() {
        Entry entry = entry("kept", SEQUENCE, 0, new byte[] {(byte) 0x80, 0, 1});

        quarantine.put(entry).join();

        assertThat(S3Quarantine.key(entry))
                .isEqualTo("quarantine/kept/0123456789abcdef/" + LANE.id() + "/056-" + SEQUENCE
                        + "-0000000000000000000.json");
        assertSame(quarantine.read(S3Quarantine.key(entry)).join(), entry);
    }

    @Test
    void puttingARecordAgainChangesNothing() {
        quarantine.put(entry("twice", SEQUENCE, 0, "first".getBytes(UTF_8))).join();
        quarantine.put(entry("twice", SEQUENCE, 0, "second".getBytes(UTF_8))).join();

        List<String> keys = quarantine.list("twice", null, 10).join().keys();
        assertThat(keys).hasSize(1);
        assertThat(quarantine.read(keys.get(0)).join().record().data())
                .asString(UTF_8)
                .isEqualTo("first");
    }

    @Test
    void listsPageByPageInOrderOfPosition() {
        List<String> expected = new ArrayList<>();
        for (int i = 8; i < 13; i++) {
            Entry entry = entry("paged", Integer.toString(i), 0, new byte[0]);
            quarantine.put(entry).join();
            expected.add(S3Quarantine.key(entry));
        }
        quarantine.put(entry("paged-not", "1", 0, new byte[0])).join();

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
        String golden = new String(resource(), UTF_8);

        assertInvalid(golden.replace("\"format\":1", "\"format\":9"), "format 9");
        assertInvalid(golden.replace("\"remedy\":", "\"renamed\":"), "without remedy");
        assertInvalid(golden.replace("MISTYPED_FIELD", "NO_SUCH_REASON"), "NO_SUCH_REASON");
        assertInvalid(golden.substring(0, golden.length() - 1), "not a readable");
        assertInvalid("[]", "no JSON object");
    }

    private static void assertInvalid(String json, String message) {
        assertThatThrownBy(() -> QuarantineJson.read(json.getBytes(UTF_8)))
                .isInstanceOf(InvalidObjectException.class)
                .hasMessageContaining(message);
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

    private static byte[] resource() throws IOException {
        try (InputStream in = S3QuarantineTest.class.getResourceAsStream("quarantine-1.json")) {
            assertThat(in).isNotNull();
            return in.readAllBytes();
        }
    }
}

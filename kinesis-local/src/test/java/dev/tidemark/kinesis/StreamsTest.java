package dev.tidemark.kinesis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamsTest {

    private static final String MIDDLE = BigInteger.ONE.shiftLeft(127).toString();
    private static final String QUARTER = BigInteger.ONE.shiftLeft(126).toString();
    private static final String FIRST = "shardId-000000000000";
    private static final String SECOND = "shardId-000000000001";

    private final TestClock clock = new TestClock();
    private Streams streams;

    @BeforeEach
    void openStreams() throws IOException {
        streams = new Streams(clock, null);
    }

    @Test
    void shardsShareTheHashKeysWithoutGapOrOverlap() {
        List<ShardInfo> shards = streams.create("s", 3).shards();
        assertThat(shards.get(0).range().start()).isEqualTo(BigInteger.ZERO);
        assertThat(shards.get(2).range().end()).isEqualTo(HashRange.MAX);
        for (int i = 1; i < 3; i++) {
            assertThat(shards.get(i).range().start())
                    .isEqualTo(shards.get(i - 1).range().end().add(BigInteger.ONE));
        }
    }

    @Test
    void theMd5OfThePartitionKeyChoosesTheShard() {
        streams.create("s", 2);
        // MD5("a") = 0cc1…, MD5("b") = 92eb…: one below and one above the middle.
        assertThat(streams.put("s", record("a", "x")).shardId()).isEqualTo(FIRST);
        assertThat(streams.put("s", record("b", "x")).shardId()).isEqualTo(SECOND);
    }

    @Test
    void anExplicitHashKeyOverridesThePartitionKey() {
        streams.create("s", 2);
        assertThat(streams.put("s", new NewRecord("a", MIDDLE, bytes("x"))).shardId())
                .isEqualTo(SECOND);
        assertThat(streams.put("s", new NewRecord("b", "0", bytes("x"))).shardId())
                .isEqualTo(FIRST);
        String tooLarge = BigInteger.ONE.shiftLeft(128).toString();
        assertFails(
                () -> streams.put("s", new NewRecord("b", tooLarge, bytes("x"))),
                KinesisError.INVALID_ARGUMENT,
                "must be in the range: [0, 2^128-1]");
    }

    @Test
    void sequenceNumbersHave56DigitsIncreaseWithinAShardAndAreUnique() {
        streams.create("s", 2);
        Set<String> all = new HashSet<>();
        String before = streams.describe("s").shards().get(0).startSequence();
        for (int i = 0; i < 1000; i++) {
            String sequence =
                    streams.put("s", new NewRecord("k", "0", bytes("x"))).sequenceNumber();
            assertThat(sequence).hasSize(56).containsOnlyDigits();
            assertThat(new BigInteger(sequence)).isGreaterThan(new BigInteger(before));
            assertThat(all.add(sequence)).isTrue();
            assertThat(all.add(streams.put("s", new NewRecord("k", MIDDLE, bytes("x")))
                            .sequenceNumber()))
                    .isTrue();
            before = sequence;
            clock.advance(i % 3 == 0 ? -500 : 700);
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void sequenceNumbersAreReadBackAndOrderedByOrdinal(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 1000; i++) {
            long second = random.nextLong(1L << 36);
            long ordinal = random.nextLong(SequenceNumber.LAST_ORDINAL);
            int shard = random.nextInt(Integer.MAX_VALUE);
            SequenceNumber number = new SequenceNumber(second, ordinal, random.nextLong(1L << 36), shard);
            assertThat(SequenceNumber.parse(number.text())).isEqualTo(number);
            SequenceNumber next = new SequenceNumber(second, ordinal + 1, random.nextLong(1L << 36), shard);
            assertThat(new BigInteger(next.text())).isGreaterThan(new BigInteger(number.text()));
        }
        assertThat(SequenceNumber.parse("0")).isNull();
        assertThat(SequenceNumber.parse("9".repeat(129))).isNull();
    }

    @Test
    void aChildsSequenceNumbersAreAboveItsParents() {
        streams.create("s", 1);
        String parents = streams.put("s", record("k", "x")).sequenceNumber();
        streams.split("s", FIRST, MIDDLE);
        ShardInfo parent = streams.describe("s").shards().get(0);
        String childs = streams.put("s", record("k", "x")).sequenceNumber();
        assertThat(new BigInteger(childs))
                .isGreaterThan(new BigInteger(parents))
                .isGreaterThan(new BigInteger(String.valueOf(parent.endSequence())));
        assertThat(new BigInteger(String.valueOf(parent.endSequence()))).isGreaterThan(new BigInteger(parents));
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void reshardingAtRandomKeepsTheOpenShardsAPartitionOfTheHashKeys(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        streams.create("s", 1 + random.nextInt(4));
        for (int i = 0; i < 60; i++) {
            clock.advance(random.nextInt(3000));
            List<ShardInfo> open = open();
            if (random.nextBoolean() || open.size() == 1) {
                HashRange range = open.get(random.nextInt(open.size())).range();
                BigInteger middle = range.start().add(range.end()).shiftRight(1);
                streams.split("s", shardWith(range).id(), middle.toString());
            } else {
                int left = random.nextInt(open.size() - 1);
                boolean swap = random.nextBoolean();
                streams.merge(
                        "s",
                        open.get(left + (swap ? 1 : 0)).id(),
                        open.get(left + (swap ? 0 : 1)).id());
            }
            assertPartition(open());
        }
        streams.resize("s", open().size() + 1);
        assertPartition(open());
    }

    private ShardInfo shardWith(HashRange range) {
        return open().stream()
                .filter(shard -> shard.range().equals(range))
                .findFirst()
                .orElseThrow();
    }

    private List<ShardInfo> open() {
        return streams.describe("s").shards().stream()
                .filter(ShardInfo::isOpen)
                .sorted((a, b) -> a.range().start().compareTo(b.range().start()))
                .toList();
    }

    private static void assertPartition(List<ShardInfo> open) {
        BigInteger next = BigInteger.ZERO;
        for (ShardInfo shard : open) {
            assertThat(shard.range().start()).isEqualTo(next);
            next = shard.range().end().add(BigInteger.ONE);
        }
        assertThat(next).isEqualTo(HashRange.MAX.add(BigInteger.ONE));
    }

    @Test
    void aSplitClosesTheParentAndNamesItInBothChildren() {
        streams.create("s", 1);
        streams.split("s", FIRST, QUARTER);
        List<ShardInfo> shards = streams.describe("s").shards();
        assertThat(shards).extracting(ShardInfo::isOpen).containsExactly(false, true, true);
        assertThat(shards.get(1).parents()).containsExactly(FIRST);
        assertThat(shards.get(2).parents()).containsExactly(FIRST);
        assertThat(shards.get(2).range().start()).isEqualTo(new BigInteger(QUARTER));
        assertFails(() -> streams.split("s", FIRST, MIDDLE), KinesisError.INVALID_ARGUMENT, "is closed");
    }

    @Test
    void aSplitOutsideTheShardIsRefused() {
        streams.create("s", 2);
        assertFails(
                () -> streams.split("s", FIRST, MIDDLE),
                KinesisError.INVALID_ARGUMENT,
                "is not both greater than one plus the shard's StartingHashKey");
        assertFails(() -> streams.split("s", FIRST, "1"), KinesisError.INVALID_ARGUMENT, "greater than one plus");
        streams.split("s", FIRST, "2");
        assertFails(
                () -> streams.split("s", "shardId-000000000009", "5"),
                KinesisError.RESOURCE_NOT_FOUND,
                "Could not find shard shardId-000000000009 in stream s under account 000000000000.");
    }

    @Test
    void aMergeNeedsTwoOpenNeighbours() {
        streams.create("s", 3);
        String third = "shardId-000000000002";
        assertFails(
                () -> streams.merge("s", FIRST, third),
                KinesisError.INVALID_ARGUMENT,
                "are not an adjacent pair of shards eligible for merging");
        streams.merge("s", SECOND, FIRST);
        ShardInfo child = streams.describe("s").shards().get(3);
        assertThat(child.parent()).isEqualTo(SECOND);
        assertThat(child.adjacentParent()).isEqualTo(FIRST);
        assertFails(() -> streams.merge("s", FIRST, SECOND), KinesisError.INVALID_ARGUMENT, "eligible for merging");
    }

    @Test
    void everyKindOfIteratorBeginsWhereItSays() {
        streams.create("s", 1);
        List<String> sequences = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            sequences.add(streams.put("s", record("k", "r" + i)).sequenceNumber());
            clock.advance(1000);
        }
        long thirdMillis = clock.millis() - 3000;
        assertThat(read(new IteratorStart.TrimHorizon())).containsExactly("r0", "r1", "r2", "r3", "r4");
        assertThat(read(new IteratorStart.At(sequences.get(2)))).containsExactly("r2", "r3", "r4");
        assertThat(read(new IteratorStart.After(sequences.get(2)))).containsExactly("r3", "r4");
        assertThat(read(new IteratorStart.AtTimestamp(thirdMillis))).containsExactly("r2", "r3", "r4");
        assertThat(read(new IteratorStart.AtTimestamp(thirdMillis + 1))).containsExactly("r3", "r4");
        assertThat(read(new IteratorStart.AtTimestamp(0))).hasSize(5);
        String latest = streams.iterator("s", FIRST, new IteratorStart.Latest());
        streams.put("s", record("k", "new"));
        assertThat(texts(streams.read(latest, 10))).containsExactly("new");
        assertFails(
                () -> read(new IteratorStart.AtTimestamp(clock.millis() + 1)),
                KinesisError.INVALID_ARGUMENT,
                "cannot be greater than the currentTimestampInMillis");
        assertFails(
                () -> read(new IteratorStart.At("12345")),
                KinesisError.INVALID_ARGUMENT,
                "did not come from this stream");
    }

    private List<String> read(IteratorStart start) {
        return texts(streams.read(streams.iterator("s", FIRST, start), 100));
    }

    @Test
    void readingGoesOnUntilTheEndOfAClosedShardAndThenNamesItsChildren() {
        streams.create("s", 1);
        for (int i = 0; i < 5; i++) {
            streams.put("s", record("k", "r" + i));
        }
        String start = streams.iterator("s", FIRST, new IteratorStart.TrimHorizon());
        clock.advance(7000);
        ReadResult first = streams.read(start, 2);
        assertThat(texts(first)).containsExactly("r0", "r1");
        assertThat(first.millisBehind()).isEqualTo(7000);
        streams.split("s", FIRST, MIDDLE);
        ReadResult last = streams.read(String.valueOf(first.nextIterator()), 100);
        assertThat(texts(last)).containsExactly("r2", "r3", "r4");
        assertThat(last.nextIterator()).isNull();
        assertThat(last.millisBehind()).isZero();
        assertThat(last.children()).extracting(ShardInfo::id).containsExactly(SECOND, "shardId-000000000002");
    }

    @Test
    void anIteratorExpiresAfterFiveMinutesAndDiesWithItsStream() {
        streams.create("s", 1);
        String iterator = streams.iterator("s", FIRST, new IteratorStart.TrimHorizon());
        clock.advance(300_000);
        streams.read(iterator, 1);
        clock.advance(1);
        assertFails(() -> streams.read(iterator, 1), KinesisError.EXPIRED_ITERATOR, "Iterator expired.");
        String fresh = streams.iterator("s", FIRST, new IteratorStart.TrimHorizon());
        streams.delete("s");
        clock.advance(1);
        streams.create("s", 1);
        assertFails(() -> streams.read(fresh, 1), KinesisError.RESOURCE_NOT_FOUND, "Stream s under account");
        assertFails(() -> streams.read("bm9uZQ==", 1), KinesisError.INVALID_ARGUMENT, "Invalid ShardIterator.");
        assertFails(() -> streams.read("?", 1), KinesisError.INVALID_ARGUMENT, "Invalid ShardIterator.");
    }

    @Test
    void limitsOfRecordsAndRequestsAreKept() {
        streams.create("s", 1);
        streams.put("s", new NewRecord("k", null, new byte[1024 * 1024 - 1]));
        assertFails(
                () -> streams.put("s", new NewRecord("k", null, new byte[1024 * 1024])),
                KinesisError.VALIDATION,
                "Value at 'data' failed to satisfy constraint");
        assertFails(() -> streams.put("s", record("", "x")), KinesisError.VALIDATION, "'partitionKey'");
        assertFails(() -> streams.put("s", record("k".repeat(257), "x")), KinesisError.VALIDATION, "'partitionKey'");
        List<NewRecord> many = new ArrayList<>(Collections.nCopies(500, record("k", "x")));
        assertThat(streams.put("s", many)).hasSize(500);
        many.add(record("k", "x"));
        assertFails(() -> streams.put("s", many), KinesisError.VALIDATION, "'records'");
        assertFails(() -> streams.put("s", List.of()), KinesisError.VALIDATION, "'records'");
        NewRecord large = new NewRecord("k", null, new byte[1_000_000]);
        List<NewRecord> tooMuch = Collections.nCopies(11, large);
        assertFails(() -> streams.put("s", tooMuch), KinesisError.INVALID_ARGUMENT, "exceeds 10 MB");
        assertFails(() -> streams.create("no spaces", 1), KinesisError.VALIDATION, "[a-zA-Z0-9_.-]+");
        assertFails(() -> streams.create("t", 0), KinesisError.VALIDATION, "'shardCount'");
        assertFails(() -> streams.create("s", 1), KinesisError.RESOURCE_IN_USE, "already exists.");
        assertFails(
                () -> streams.describe("t"),
                KinesisError.RESOURCE_NOT_FOUND,
                "Stream t under account 000000000000 not found.");
        assertFails(() -> streams.resize("s", 3), KinesisError.LIMIT_EXCEEDED, "over double");
    }

    @Test
    void recordsOlderThanTheRetentionAreTrimmedAndSequenceNumbersGoOn() {
        streams.create("s", 1);
        String old = "";
        for (int i = 0; i < 300; i++) {
            old = streams.put("s", record("k", "old")).sequenceNumber();
        }
        clock.advance(24 * 3_600_000L + 1);
        String fresh = streams.put("s", record("k", "new")).sequenceNumber();
        assertThat(read(new IteratorStart.TrimHorizon())).containsExactly("new");
        assertThat(read(new IteratorStart.After(old))).containsExactly("new");
        assertThat(new BigInteger(fresh)).isGreaterThan(new BigInteger(old));
        assertThat(streams.countAfter("s", FIRST, null)).isEqualTo(1);
    }

    @Test
    void aReadStopsAtTenMebibytesButGivesOneRecordAtLeast() {
        streams.create("s", 1);
        for (int i = 0; i < 12; i++) {
            streams.put("s", new NewRecord("k", null, new byte[1024 * 1024 - 1]));
        }
        String start = streams.iterator("s", FIRST, new IteratorStart.TrimHorizon());
        assertThat(streams.read(start, 10_000).records()).hasSize(10);
        assertThat(streams.after("s", FIRST, null, 10, 1)).hasSize(1);
    }

    static NewRecord record(String key, String text) {
        return new NewRecord(key, null, bytes(text));
    }

    static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    static List<String> texts(ReadResult result) {
        return result.records().stream()
                .map(record -> new String(record.data(), UTF_8))
                .toList();
    }

    static void assertFails(ThrowingCallable call, KinesisError type, String message) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        KinesisException.class, e -> assertThat(e.type()).isEqualTo(type))
                .hasMessageContaining(message);
    }
}

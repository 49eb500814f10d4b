package dev.tidemark.kinesis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What a shard refuses, and what it took all the same. */
class ShardLimitsTest {

    private static final String MIDDLE = BigInteger.ONE.shiftLeft(127).toString();

    private final TestClock clock = new TestClock();
    private Streams streams;

    @TempDir
    private Path directory;

    @BeforeEach
    void openStreams() throws IOException {
        streams = new Streams(clock, null, true);
        streams.create("s", 2);
    }

    @AfterEach
    void closeStreams() throws IOException {
        streams.close();
    }

    private static List<NewRecord> records(int count, @Nullable String hashKey, int bytes) {
        List<NewRecord> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            records.add(new NewRecord("k", hashKey, new byte[bytes]));
        }
        return records;
    }

    private long taken(List<NewRecord> records) {
        return streams.put("s", records).stream()
                .filter(PutResult.class::isInstance)
                .count();
    }

    @Test
    void aShardTakesAThousandRecordsASecond() {
        assertThat(taken(records(500, "0", 10))).isEqualTo(500);
        assertThat(taken(records(499, "0", 10))).isEqualTo(499);
        List<PutOutcome> last = streams.put("s", records(3, "0", 10));
        assertThat(last.get(0)).isInstanceOf(PutResult.class);
        assertThat(last.subList(1, 3))
                .containsOnly(new PutOutcome.Refused(
                        KinesisError.THROUGHPUT_EXCEEDED,
                        "Rate exceeded for shard shardId-000000000000 in stream s under account 000000000000."));
        // The other shard is not concerned.
        assertThat(taken(records(500, MIDDLE, 10))).isEqualTo(500);
        clock.advance(100);
        assertThat(taken(records(150, "0", 10))).isEqualTo(100);
        // A long pause saves up for one second only, and a clock that goes back for nothing.
        clock.advance(60_000);
        assertThat(taken(records(500, "0", 10))).isEqualTo(500);
        clock.advance(-30_000);
        assertThat(taken(records(500, "0", 10))).isEqualTo(500);
        assertThat(taken(records(500, "0", 10))).isZero();
        assertThat(streams.countAfter("s", "shardId-000000000000", null)).isEqualTo(2100);
    }

    @Test
    void aShardTakesAMebibyteASecondKeysIncluded() {
        assertThat(taken(records(1, "0", 1024 * 1024 - 1))).isEqualTo(1);
        assertThat(taken(records(1, "0", 0))).isZero();
        clock.advance(500);
        assertThat(taken(records(3, "0", 256 * 1024 - 1))).isEqualTo(2);
        assertThatThrownBy(() -> streams.put("s", new NewRecord("k", "0", new byte[1])))
                .isInstanceOfSatisfying(
                        KinesisException.class, e -> assertThat(e.type()).isEqualTo(KinesisError.THROUGHPUT_EXCEEDED));
    }

    @Test
    void childrenOfASplitHaveLimitsOfTheirOwn() {
        assertThat(taken(records(500, "0", 1))).isEqualTo(500);
        assertThat(taken(records(500, "0", 1))).isEqualTo(500);
        assertThat(taken(records(1, "0", 1))).isZero();
        streams.split("s", "shardId-000000000000", "1000");
        assertThat(taken(records(500, "0", 1))).isEqualTo(500);
        assertThat(taken(records(500, "1000", 1))).isEqualTo(500);
    }

    @Test
    void withoutLimitsAllIsTaken() throws IOException {
        try (Streams all = new Streams(clock, null, false)) {
            all.create("s", 1);
            for (int i = 0; i < 5; i++) {
                assertThat(all.put("s", records(500, null, 10))).allMatch(PutResult.class::isInstance);
            }
        }
    }

    /** One shard's disk is full, the other's is not: each record has an answer of its own. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void aDiskThatFailsMidwayRefusesWhatItDidNotTake() throws IOException {
        try (Streams stored = new Streams(clock, directory)) {
            stored.create("s", 2);
        }
        try (var files = Files.walk(directory)) {
            Path log = files.filter(file -> file.endsWith("shardId-000000000001.log"))
                    .findFirst()
                    .orElseThrow();
            Files.delete(log);
            Files.createSymbolicLink(log, Path.of("/dev/full"));
        }
        try (Streams stored = new Streams(clock, directory)) {
            List<PutOutcome> outcomes = stored.put(
                    "s",
                    List.of(
                            new NewRecord("k", "0", new byte[1]),
                            new NewRecord("k", MIDDLE, new byte[1]),
                            new NewRecord("k", "0", new byte[1])));
            assertThat(outcomes.get(0)).isInstanceOf(PutResult.class);
            assertThat(outcomes.get(1)).isInstanceOfSatisfying(PutOutcome.Refused.class, refused -> {
                assertThat(refused.type()).isEqualTo(KinesisError.INTERNAL_FAILURE);
                assertThat(refused.message()).contains("could not be stored", "No space left");
            });
            assertThat(outcomes.get(2)).isInstanceOf(PutResult.class);
            assertThat(stored.countAfter("s", "shardId-000000000000", null)).isEqualTo(2);
            assertThat(stored.countAfter("s", "shardId-000000000001", null)).isZero();
        }
    }
}

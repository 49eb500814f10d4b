package dev.tidemark.core.tile;

import static org.assertj.core.api.Assertions.assertThat;

import com.dynatrace.hash4j.hashing.HashValue128;
import dev.tidemark.core.aggregate.ByteReader;
import dev.tidemark.core.aggregate.ByteWriter;
import dev.tidemark.core.event.EventRow;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SeenIdsTest {

    private static final long T0 = 1_700_000_000_000L;
    private static final SeenIds.Rule TEN_MINUTES = new SeenIds.Rule(600_000, 1_000);

    static LongStream seeds() {
        return LongStream.rangeClosed(1, 30);
    }

    /** Rule T3, word by word. */
    private static final class Naive {

        private record Seen(long arrival, HashValue128 id) {}

        private static final Comparator<Seen> OLDEST_FIRST = Comparator.comparingLong(Seen::arrival)
                .thenComparing(seen -> seen.id.getMostSignificantBits(), Long::compareUnsigned)
                .thenComparing(seen -> seen.id.getLeastSignificantBits(), Long::compareUnsigned);

        private final List<Seen> seen = new ArrayList<>();
        private long maxArrival = Long.MIN_VALUE;

        boolean admit(HashValue128 id, long arrival, SeenIds.Rule rule) {
            boolean duplicate = seen.stream()
                    .anyMatch(
                            other -> other.id.equals(id) && Math.abs(other.arrival - arrival) <= rule.horizonMillis());
            maxArrival = Math.max(maxArrival, arrival);
            if (!duplicate) {
                seen.add(new Seen(arrival, id));
            }
            seen.removeIf(other -> other.arrival < maxArrival - rule.horizonMillis() - SeenIds.REGRESS_MILLIS);
            seen.sort(OLDEST_FIRST);
            while (seen.size() > rule.maxIds()) {
                seen.remove(0);
            }
            return !duplicate;
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void decidesAsTheRuleSaysWhereverABatchEnds(long seed) {
        Random random = new Random(seed);
        SeenIds.Rule rule = new SeenIds.Rule(1_000L * random.nextInt(200), 1 + random.nextInt(60));
        SeenIds ids = new SeenIds();
        SeenIds inOneBatch = new SeenIds();
        Naive naive = new Naive();
        long now = T0;
        for (int i = 0; i < 1_000; i++) {
            now += random.nextInt(4_000);
            long arrival = random.nextInt(10) == 0 ? now - random.nextInt(300_000) : now;
            HashValue128 id = random.nextBoolean()
                    ? SeenIds.hash("event " + random.nextInt(40))
                    : new HashValue128(random.nextInt(2) - 1, random.nextInt(3) - 1);
            boolean admitted = ids.admit(id, arrival, rule);
            assertThat(admitted).as("event %s", i).isEqualTo(naive.admit(id, arrival, rule));
            assertThat(inOneBatch.admit(id, arrival, rule)).isEqualTo(admitted);
            assertThat(ids.size()).as("after event %s", i).isEqualTo(naive.seen.size());
            if (random.nextInt(20) == 0) {
                ids = SeenIds.read(new ByteReader(bytes(ids)));
            }
        }
        assertThat(bytes(ids)).isEqualTo(bytes(inOneBatch));
    }

    @Test
    void theHorizonIsInclusiveOnBothSides() {
        assertThat(secondIsAdmitted(T0, T0 + 600_000)).isFalse();
        assertThat(secondIsAdmitted(T0, T0 + 600_001)).isTrue();
        assertThat(secondIsAdmitted(T0 + 600_000, T0)).isFalse();
        assertThat(secondIsAdmitted(T0 + 600_001, T0)).isTrue();
    }

    @Test
    void onlyCountedEventsExtendTheHorizon() {
        SeenIds ids = new SeenIds();
        HashValue128 id = SeenIds.hash("a");
        assertThat(ids.admit(id, T0, TEN_MINUTES)).isTrue();
        assertThat(ids.admit(id, T0 + 480_000, TEN_MINUTES)).isFalse();
        assertThat(ids.admit(id, T0 + 960_000, TEN_MINUTES)).isTrue();
    }

    @Test
    void anIdIsItsText() {
        EventRow row = new EventRow(4);
        row.setNumber(0, 4200, 2);
        row.setString(1, "42");
        row.setString(2, "043");
        assertThat(SeenIds.hash(row, 0)).isEqualTo(SeenIds.hash(row, 1)).isNotEqualTo(SeenIds.hash(row, 2));
        assertThat(SeenIds.hash(row, 3)).isNull();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void noIdsOutgrowTheirBound(long seed) {
        Random random = new Random(seed);
        SeenIds.Rule rule = new SeenIds.Rule(1 + random.nextInt(1_000_000), 50);
        SeenIds ids = new SeenIds();
        long now = T0;
        for (int i = 0; i < 200; i++) {
            now += random.nextInt(40_000);
            ids.admit(SeenIds.hash("event " + i), now, rule);
            assertThat(bytes(ids).length)
                    .isLessThanOrEqualTo(SeenIds.maxHeadBytes(rule) + rule.maxIds() * SeenIds.maxIdBytes(rule));
        }
    }

    private static boolean secondIsAdmitted(long firstArrival, long secondArrival) {
        SeenIds ids = new SeenIds();
        assertThat(ids.admit(SeenIds.hash("a"), firstArrival, TEN_MINUTES)).isTrue();
        return ids.admit(SeenIds.hash("a"), secondArrival, TEN_MINUTES);
    }

    private static byte[] bytes(SeenIds ids) {
        ByteWriter out = new ByteWriter();
        ids.writeTo(out);
        return out.toByteArray();
    }
}

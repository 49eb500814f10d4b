package dev.tidemark.core.tile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.dynatrace.hash4j.hashing.HashValue128;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.stream.Position;
import java.util.ArrayList;
import java.util.Arrays;
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

        private record Seen(long arrival, HashValue128 id, long owner) {}

        private static final Comparator<Seen> OLDEST_FIRST = Comparator.comparingLong(Seen::arrival)
                .thenComparing(seen -> seen.id.getMostSignificantBits(), Long::compareUnsigned)
                .thenComparing(seen -> seen.id.getLeastSignificantBits(), Long::compareUnsigned);

        private final List<Seen> seen = new ArrayList<>();
        private long maxArrival = Long.MIN_VALUE;

        boolean admit(HashValue128 id, long owner, long arrival, SeenIds.Rule rule) {
            boolean duplicate = seen.stream()
                    .anyMatch(
                            other -> other.id.equals(id) && Math.abs(other.arrival - arrival) <= rule.horizonMillis());
            maxArrival = Math.max(maxArrival, arrival);
            seen.removeIf(other -> other.arrival < maxArrival - rule.horizonMillis() - SeenIds.REGRESS_MILLIS);
            seen.sort(OLDEST_FIRST);
            while (seen.size() > rule.maxIds() - (duplicate ? 0 : 1)) {
                seen.remove(0);
            }
            if (!duplicate) {
                seen.add(new Seen(arrival, id, owner));
            }
            return !duplicate;
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void decidesAsTheRuleSays(long seed) {
        Random random = new Random(seed);
        SeenIds.Rule rule = new SeenIds.Rule(1_000L * random.nextInt(200), 1 + random.nextInt(60));
        SeenIds ids = new SeenIds();
        Naive naive = new Naive();
        long now = T0;
        for (int i = 0; i < 1_000; i++) {
            now += random.nextInt(4_000);
            long arrival = random.nextInt(10) == 0 ? now - random.nextInt(300_000) : now;
            HashValue128 id = random.nextBoolean()
                    ? SeenIds.hash("event " + random.nextInt(40))
                    : new HashValue128(random.nextInt(2) - 1, random.nextInt(3) - 1);
            boolean counted = naive.admit(id, i, arrival, rule);
            ids = settled(ids);
            assertThat(fold(ids, id, i, arrival, rule))
                    .as("event %s", i)
                    .isEqualTo(counted ? SeenIds.Decision.COUNTED : SeenIds.Decision.DUPLICATE);
            assertThat(ids.size()).as("after event %s", i).isEqualTo(naive.seen.size());
            SeenIds folded = ids;
            assertThat(naive.seen)
                    .allSatisfy(seen -> assertThat(owns(folded, seen.id, seen.owner, seen.arrival))
                            .isTrue());
            assertThat(owns(ids, id, i, arrival)).isEqualTo(counted);
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void bytesAreTheSameWhereverABatchEnds(long seed) {
        Random random = new Random(seed);
        SeenIds.Rule rule = new SeenIds.Rule(600_000, 20);
        SeenIds stored = new SeenIds();
        SeenIds inBatches = new SeenIds();
        long now = T0;
        for (int i = 0; i < 500; i++) {
            now += random.nextInt(60_000);
            HashValue128 id = SeenIds.hash("event " + random.nextInt(40));
            stored = settled(stored);
            SeenIds.Decision decision = fold(stored, id, i, now, rule);
            // What cannot be decided in a batch can be once everything before it is done.
            if (fold(inBatches, id, i, now, rule) == SeenIds.Decision.UNDECIDED) {
                inBatches = settled(inBatches);
                assertThat(fold(inBatches, id, i, now, rule)).isEqualTo(decision);
            }
            assertThat(inBatches.encode()).isEqualTo(stored.encode());
        }
    }

    @Test
    void theHorizonIsInclusiveOnBothSides() {
        assertThat(second(T0, T0 + 600_000)).isEqualTo(SeenIds.Decision.DUPLICATE);
        assertThat(second(T0, T0 + 600_001)).isEqualTo(SeenIds.Decision.COUNTED);
        assertThat(second(T0 + 600_000, T0)).isEqualTo(SeenIds.Decision.DUPLICATE);
        assertThat(second(T0 + 600_001, T0)).isEqualTo(SeenIds.Decision.COUNTED);
    }

    @Test
    void onlyCountedEventsExtendTheHorizon() {
        SeenIds ids = new SeenIds();
        HashValue128 id = SeenIds.hash("a");
        assertThat(fold(ids, id, 1, T0, TEN_MINUTES)).isEqualTo(SeenIds.Decision.COUNTED);
        assertThat(fold(ids, id, 2, T0 + 480_000, TEN_MINUTES)).isEqualTo(SeenIds.Decision.DUPLICATE);
        assertThat(fold(settled(ids), id, 3, T0 + 960_000, TEN_MINUTES)).isEqualTo(SeenIds.Decision.COUNTED);
    }

    @Test
    void noIdIsForgottenWhoseEventIsNotSettled() {
        SeenIds.Rule two = new SeenIds.Rule(600_000, 2);
        SeenIds ids = new SeenIds();
        fold(ids, SeenIds.hash("a"), 1, T0, two);
        fold(ids, SeenIds.hash("b"), 2, T0, two);
        byte[] before = ids.encode();
        assertThat(fold(ids, SeenIds.hash("c"), 3, T0, two)).isEqualTo(SeenIds.Decision.UNDECIDED);
        assertThat(ids.encode()).isEqualTo(before);
        assertThat(fold(ids, SeenIds.hash("b"), 4, T0, two)).isEqualTo(SeenIds.Decision.DUPLICATE);

        SeenIds again = settled(ids);
        boolean first = owns(again, SeenIds.hash("a"), 1, T0);
        boolean other = owns(again, SeenIds.hash("b"), 2, T0);
        assertThat(first && other).isTrue();
        assertThat(fold(again, SeenIds.hash("c"), 3, T0, two)).isEqualTo(SeenIds.Decision.UNDECIDED);
        assertThat(fold(settled(again), SeenIds.hash("c"), 3, T0, two)).isEqualTo(SeenIds.Decision.COUNTED);
    }

    @Test
    void theEventJustFoldedIsRememberedHoweverOldItIs() {
        SeenIds.Rule one = new SeenIds.Rule(600_000, 1);
        SeenIds ids = new SeenIds();
        fold(ids, SeenIds.hash("a"), 1, T0, one);
        SeenIds later = settled(ids);
        long hoursAgo = T0 - 7_200_000;
        assertThat(fold(later, SeenIds.hash("b"), 2, hoursAgo, one)).isEqualTo(SeenIds.Decision.COUNTED);
        assertThat(later.size()).isEqualTo(1);
        assertThat(owns(settled(later), SeenIds.hash("b"), 2, hoursAgo)).isTrue();
    }

    @Test
    void anOwnerIsAPosition() {
        Position position = new Position("49590338271490256608559692538361571095921575989136581001", 0);
        assertThat(SeenIds.owner(position)).isEqualTo(SeenIds.owner(Position.parse(position.text())));
        assertThat(LongStream.range(0, 10_000)
                        .map(sub -> SeenIds.owner(new Position(position.sequenceNumber(), sub)))
                        .distinct())
                .hasSize(10_000);
        assertThat(SeenIds.owner(position))
                .isNotEqualTo(
                        SeenIds.owner(new Position("49590338271490256608559692538361571095921575989136581002", 0)));
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

    @Test
    void damagedBytesAreNamed() {
        SeenIds ids = new SeenIds();
        fold(ids, SeenIds.hash("a"), 1, T0, TEN_MINUTES);
        byte[] body = ids.encode();
        byte[] other = body.clone();
        other[0] = 9;
        assertThatThrownBy(() -> SeenIds.decode(other))
                .isInstanceOf(CorruptItem.class)
                .hasMessageContaining("format version 9");
        assertThatThrownBy(() -> SeenIds.decode(Arrays.copyOf(body, body.length + 1)))
                .isInstanceOf(CorruptItem.class)
                .hasMessageContaining("1 bytes follow");
        assertThatThrownBy(() -> SeenIds.decode(Arrays.copyOf(body, body.length - 1)))
                .isInstanceOf(CorruptItem.class);
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
            long arrival = random.nextInt(10) == 0 ? random.nextLong(now) : now;
            ids = settled(ids);
            fold(ids, SeenIds.hash("event " + i), i, arrival, rule);
            assertThat(ids.encode().length)
                    .isLessThanOrEqualTo(SeenIds.maxHeadBytes(rule) + rule.maxIds() * SeenIds.maxIdBytes(rule));
        }
    }

    private static SeenIds.Decision second(long firstArrival, long secondArrival) {
        SeenIds ids = new SeenIds();
        HashValue128 id = SeenIds.hash("a");
        assertThat(fold(ids, id, 1, firstArrival, TEN_MINUTES)).isEqualTo(SeenIds.Decision.COUNTED);
        return fold(ids, id, 2, secondArrival, TEN_MINUTES);
    }

    private static SeenIds.Decision fold(SeenIds ids, HashValue128 id, long owner, long arrival, SeenIds.Rule rule) {
        return ids.fold(id.getMostSignificantBits(), id.getLeastSignificantBits(), owner, arrival, rule, false);
    }

    private static boolean owns(SeenIds ids, HashValue128 id, long owner, long arrival) {
        return ids.owns(id.getMostSignificantBits(), id.getLeastSignificantBits(), owner, arrival);
    }

    /** As the next invocation reads them, when every event so far is done. */
    private static SeenIds settled(SeenIds ids) {
        return SeenIds.decode(ids.encode());
    }
}

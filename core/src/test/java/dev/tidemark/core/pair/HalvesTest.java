package dev.tidemark.core.pair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.core.pair.Halves.Fate;
import dev.tidemark.core.pair.Halves.Half;
import dev.tidemark.core.pair.Halves.Match;
import dev.tidemark.core.pair.Halves.Terms;
import dev.tidemark.core.pair.Halves.Told;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.tile.CorruptItem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rule J1 of docs/protocol.md, for one key of one lane. Times are seconds. */
class HalvesTest {

    private static final Terms FIRST = terms(Match.FIRST, 8);
    private static final Terms LAST = terms(Match.LAST, 8);
    private static final long REACH = 10 + 100 + 50;
    private static final long KEPT = 2 * REACH + 60;

    private static Terms terms(Match match, int maxHalves) {
        return new Terms(match, 10_000, 100_000, 50_000, maxHalves);
    }

    private static Half left(long number, long arrival, long time) {
        return half(true, number, arrival, time);
    }

    private static Half right(long number, long arrival, long time) {
        return half(false, number, arrival, time);
    }

    private static Half half(boolean isLeft, long number, long arrival, long time) {
        return new Half(isLeft, number, arrival * 1_000, time * 1_000, new byte[] {(byte) number});
    }

    private static String fold(Halves halves, Half half, Terms terms) {
        return words(Objects.requireNonNull(halves.fold(half, terms)));
    }

    private static String settled(Halves halves, Half half, Terms terms) {
        return words(halves.foldSettled(half, terms));
    }

    /** What became of a half: {@code PAIRED -1+2 +1+3} has taken back left 1 with right 2, and added it with right 3. */
    private static String words(Told told) {
        return told.fate()
                + (told.taken() == 0 ? "" : " took " + told.taken())
                + (told.takenBack() == null ? "" : " back " + pair(told.takenBack()))
                + (told.added() == null ? "" : " added " + pair(told.added()));
    }

    private static String pair(Halves.Pair pair) {
        return pair.left()[0] + "&" + pair.right()[0];
    }

    @Test
    void aRightWithinTheTimeOfItsLeftMakesAPair() {
        Halves halves = new Halves();
        assertThat(fold(halves, left(1, 1_000, 1_000), FIRST)).isEqualTo("LEFT");
        assertThat(fold(halves, right(2, 1_100, 1_100), FIRST)).isEqualTo("PAIRED added 1&2");
        assertThat(fold(halves, right(3, 1_101, 1_050), FIRST)).isEqualTo("SUPERSEDED");
    }

    @Test
    void theBoundsOfTimeAreIn() {
        for (long time : new long[] {989, 990, 1_100, 1_101}) {
            Halves halves = new Halves();
            fold(halves, left(1, 1_000, 1_000), FIRST);
            String fate = time < 990 || time > 1_100 ? "OUTCOME_LATE" : "PAIRED added 1&2";
            assertThat(fold(halves, right(2, 1_101, time), FIRST))
                    .as("%d", time)
                    .isEqualTo(fate);
        }
    }

    @Test
    void theLastRightByEventTimeTakesTheFormersPlace() {
        Halves halves = new Halves();
        fold(halves, left(1, 1_000, 1_000), LAST);
        fold(halves, right(2, 1_010, 1_010), LAST);
        assertThat(fold(halves, right(3, 1_020, 1_009), LAST)).isEqualTo("SUPERSEDED");
        assertThat(fold(halves, right(4, 1_030, 1_010), LAST)).isEqualTo("PAIRED back 1&2 added 1&4");
        assertThat(fold(halves, right(5, 1_031, 1_031), LAST)).isEqualTo("PAIRED back 1&4 added 1&5");
    }

    @Test
    void aLeftChoosesAmongTheRightsThatWait() {
        Halves first = new Halves();
        Halves last = new Halves();
        for (Half right : List.of(right(1, 1_000, 950), right(2, 1_001, 995), right(3, 1_002, 992))) {
            assertThat(fold(first, right, FIRST)).isEqualTo("WAITING");
            assertThat(fold(last, right, LAST)).isEqualTo("WAITING");
        }
        assertThat(fold(first, left(4, 1_003, 1_000), FIRST)).isEqualTo("LEFT took 2 added 4&2");
        assertThat(fold(last, left(4, 1_003, 1_000), LAST)).isEqualTo("LEFT took 2 added 4&2");
        assertThat(fold(last, right(5, 1_004, 1_004), LAST)).isEqualTo("PAIRED back 4&2 added 4&5");
    }

    @Test
    @DisplayName("J1: a left is a duplicate of any other, so nothing hangs on a chain")
    void duplicatesOfAnyLeft() {
        Halves halves = new Halves();
        assertThat(settled(halves, left(1, 1_000, 1_000), FIRST)).isEqualTo("LEFT");
        assertThat(settled(halves, left(2, 1_000 + REACH, 1_000), FIRST)).isEqualTo("DUPLICATE");
        assertThat(settled(halves, left(3, 1_000 + 2 * REACH, 1_000), FIRST)).isEqualTo("DUPLICATE");
        assertThat(settled(halves, left(4, 1_001 + 3 * REACH, 1_001 + 3 * REACH), FIRST))
                .isEqualTo("LEFT");
    }

    @Test
    @DisplayName("J1: which lefts count is remembered, not concluded")
    void roles() {
        Halves halves = new Halves();
        settled(halves, left(1, 1_000, 1_000), FIRST);
        settled(halves, left(2, 1_100, 1_100), FIRST);
        settled(halves, right(3, 1_000 + KEPT + 1, 1_000 + KEPT + 1), FIRST);
        assertThat(words(halves.told(2))).isEqualTo("DUPLICATE");
        assertThat(words(halves.told(1))).as("forgotten").isEqualTo("OVERFLOW");
    }

    @Test
    void aKeyThatIsFullTakesNoMoreUntilItForgets() {
        Terms two = terms(Match.LAST, 2);
        Halves halves = new Halves();
        fold(halves, left(1, 1_000, 1_000), two);
        fold(halves, right(2, 1_001, 1_001), two);
        assertThat(fold(halves, right(3, 1_002, 1_002), two)).isEqualTo("OVERFLOW");
        assertThat(words(halves.told(3))).isEqualTo("OVERFLOW");
        long later = 1_001 + KEPT + 1;
        Halves settled = Halves.decode(halves.encode(two));
        assertThat(fold(settled, left(4, later, later), two)).isEqualTo("LEFT");
    }

    @Test
    @DisplayName("J1: a half is not forgotten while a record needs it that may not be done")
    void settling() {
        Halves halves = new Halves();
        fold(halves, left(1, 1_000, 1_000), FIRST);
        fold(halves, right(2, 1_090, 1_090), FIRST);
        byte[] before = halves.encode(FIRST);
        Half pushing = right(3, 1_001 + KEPT, 1_001 + KEPT);
        assertThat(halves.fold(pushing, FIRST)).isNull();
        assertThat(halves.encode(FIRST)).as("nothing changed").isEqualTo(before);

        Halves read = Halves.decode(before);
        assertThat(words(read.told(2))).isEqualTo("PAIRED added 1&2");
        assertThat(read.fold(pushing, FIRST)).as("right 2 needs its left").isNull();
        assertThat(fold(Halves.decode(before), pushing, FIRST)).isEqualTo("WAITING");
    }

    /** Whatever is stored in between, and whatever is asked later, is the same. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void everyLaterVersionTellsTheSame(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Terms terms = terms(seed % 2 == 0 ? Match.FIRST : Match.LAST, 20);
        for (int run = 0; run < 300; run++) {
            Halves halves = new Halves();
            Halves stored = new Halves();
            Map<Long, String> told = new HashMap<>();
            Map<Long, Long> arrivals = new HashMap<>();
            long arrival = 10_000;
            for (long number = 1; number <= 40; number++) {
                arrival += random.nextLong(random.nextInt(8) == 0 ? 400 : 40);
                Half half = half(random.nextInt(3) == 0, number, arrival, arrival - random.nextLong(51));
                String words = words(halves.foldSettled(half, terms));
                told.put(number, words);
                arrivals.put(number, arrival);
                stored.foldSettled(half, terms);
                stored = Halves.decode(stored.encode(terms));
                assertThat(stored.encode(terms)).isEqualTo(halves.encode(terms));
                long since = Halves.answersSinceMillis(stored.encode(terms));
                Halves later = Halves.decode(stored.encode(terms));
                for (Map.Entry<Long, String> earlier : told.entrySet()) {
                    if (Objects.requireNonNull(arrivals.get(earlier.getKey())) * 1_000 >= since) {
                        assertThat(words(later.told(earlier.getKey())))
                                .as("seed %d, run %d, half %d after %d", seed, run, earlier.getKey(), number)
                                .isEqualTo(earlier.getValue());
                    }
                }
            }
        }
    }

    @Test
    @DisplayName("J2: what several ancestors remember, each half once")
    void adoption() {
        Halves parent = new Halves();
        fold(parent, left(1, 1_000, 1_000), LAST);
        fold(parent, right(2, 1_001, 1_001), LAST);
        Halves child = Halves.adopt(List.of(parent), LAST);
        assertThat(fold(child, right(3, 1_002, 1_002), LAST)).isEqualTo("PAIRED back 1&2 added 1&3");

        for (List<Halves> ancestors : List.of(List.of(parent, child), List.of(child, parent))) {
            Halves grandchild = Halves.adopt(ancestors, LAST);
            assertThat(grandchild.size()).isEqualTo(3);
            assertThat(fold(grandchild, right(4, 1_003, 1_003), LAST)).isEqualTo("PAIRED back 1&3 added 1&4");
        }
    }

    @Test
    @DisplayName("J2: of two parents' lefts that are one, the earlier goes on")
    void adoptionOfTwoLefts() {
        Halves one = new Halves();
        fold(one, left(1, 1_000, 1_000), LAST);
        Halves other = new Halves();
        fold(other, left(2, 1_001, 1_001), LAST);
        fold(other, right(3, 1_002, 1_002), LAST);
        Halves child = Halves.adopt(List.of(other, one), LAST);
        assertThat(words(child.told(2))).isEqualTo("DUPLICATE");
        assertThat(fold(child, right(4, 1_003, 1_003), LAST)).isEqualTo("PAIRED added 1&4");
    }

    @Test
    void anOwnerIsOfItsLaneAndPosition() {
        Position at = new Position("1", 0);
        assertThat(Halves.owner("lane", at))
                .isNotEqualTo(Halves.owner("other", at))
                .isNotEqualTo(Halves.owner("lane", new Position("1", 1)))
                .isNotEqualTo(Halves.owner("lane", new Position("2", 0)));
    }

    @Test
    void bytesAreAsFrozen() throws IOException {
        Halves halves = new Halves();
        fold(halves, right(1, 990, 980), LAST);
        fold(halves, right(2, 995, 995), LAST);
        fold(halves, left(3, 1_000, 1_000), LAST);
        fold(halves, left(4, 1_001, 1_001), LAST);
        fold(halves, right(5, 1_010, 1_010), LAST);
        fold(halves, right(6, 1_011, 1_001), LAST);
        byte[] body = halves.encode(LAST);
        assertThat(HexFormat.of().formatHex(body)).isEqualTo(frozen());
        assertThat(Halves.decode(body).encode(LAST)).isEqualTo(body);
    }

    private static String frozen() throws IOException {
        try (@Nullable InputStream in = HalvesTest.class.getResourceAsStream("/golden/halves.hex")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8).strip();
        }
    }

    @Test
    void bytesThatNoFoldWritesAreRefused() {
        Halves halves = new Halves();
        fold(halves, left(1, 1_000, 1_000), LAST);
        fold(halves, right(2, 1_001, 1_001), LAST);
        byte[] body = halves.encode(LAST);
        for (int length = 0; length < body.length; length++) {
            byte[] cut = Arrays.copyOf(body, length);
            assertThatThrownBy(() -> Halves.decode(cut)).isInstanceOf(CorruptItem.class);
        }
        byte[] other = body.clone();
        other[0] = 2;
        assertThatThrownBy(() -> Halves.decode(other))
                .isInstanceOf(CorruptItem.class)
                .hasMessageContaining("format version 2 of halves");
        assertThatThrownBy(() -> Halves.decode(Arrays.copyOf(body, body.length + 1)))
                .isInstanceOf(CorruptItem.class);
    }

    @Test
    void noBodyIsLargerThanItsBound() {
        Halves halves = new Halves();
        for (int i = 0; i < 20; i++) {
            fold(halves, i == 10 ? left(i, 1_000, 1_000) : right(i, 1_000, 1_000), LAST);
        }
        assertThat(halves.size()).isEqualTo(LAST.maxHalves());
        assertThat(halves.encode(LAST).length)
                .isLessThanOrEqualTo(Halves.maxHeadBytes(LAST) + LAST.maxHalves() * Halves.maxHalfBytes(LAST, 1));
        assertThat(words(halves.told(19))).isEqualTo(Fate.OVERFLOW.name());
    }
}

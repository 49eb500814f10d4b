package dev.tidemark.oracle;

import static dev.tidemark.oracle.TestRecords.HOUR;
import static dev.tidemark.oracle.TestRecords.MINUTE;
import static dev.tidemark.oracle.TestRecords.TEN_O_CLOCK;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.oracle.Rungs.Span;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which events a window holds, to the millisecond. */
class OracleWindowsTest {

    @ParameterizedTest(name = "{0}: an event {1} ms from 10:00:00 counts {2} times at 11:00:30.5")
    @CsvSource({
        "1h, -1, 0", // Before floor(at - 1h, 1m) = 10:00:00.
        "1h, 0, 1",
        "1h, 3659999, 1", // The head takes the whole hop [11:00, 11:01).
        "1h, 3660000, 0",
        "24h, -82800001, 0", // The hop is 1m, a step of an hour would be too coarse: floor(at - 24h, 1m) = 11:00:00.
        "24h, -82800000, 1",
        "7d, -601200001, 0", // The step is an hour: floor(at - 7d, 1h) = 11:00:00 seven days ago.
        "7d, -601200000, 1",
        "lifetime, -9999999999, 1",
        "lifetime, 3660000, 0"
    })
    void boundaries(String window, long offsetMillis, int expected) {
        String catalog = TestRecords.catalog("function: count, windows: [1h, 24h, 7d, lifetime]");
        List<StreamRecord> records =
                new TestRecords().at(TEN_O_CLOCK + offsetMillis, "").list();
        long at = TEN_O_CLOCK + HOUR + MINUTE / 2 + 500;
        assertThat(new Oracle(catalog, records)
                        .value("v", "a", "f_" + window, at)
                        .intValue())
                .isEqualTo(expected);
    }

    @Test
    void theAnswerNamesTheCoveredIntervals() {
        Oracle oracle = new Oracle(TestRecords.catalog("function: count, windows: [1h, 7d]"), List.of());
        assertThat(oracle.answer("v", "a", TEN_O_CLOCK + MINUTE / 2).get("covered"))
                .hasToString("{\"1h\":{\"start\":\"2026-01-15T09:00:00Z\",\"end\":\"2026-01-15T10:01:00Z\"},"
                        + "\"7d\":{\"start\":\"2026-01-08T10:00:00Z\",\"end\":\"2026-01-15T10:01:00Z\"}}");
    }

    @Test
    void aViewOfLifetimeWindowsAloneEndsAtTheMoment() {
        Oracle oracle = new Oracle(
                TestRecords.catalog("function: count, windows: [lifetime]"),
                new TestRecords().at(TEN_O_CLOCK, "").at(TEN_O_CLOCK + 1, "").list());
        assertThat(oracle.value("v", "a", "f_lifetime", TEN_O_CLOCK).intValue()).isEqualTo(1);
    }

    @ParameterizedTest(name = "hop {0}s, longest window {1}h: {2} ms wide")
    @CsvSource({
        "5, 1, '5000'", // 720 tiles are read one by one.
        "5, 2, '5000 3600000'", // 1,440 are not.
        "60, 16, '60000'",
        "60, 17, '60000 3600000'",
        "60, 240, '60000 3600000'",
        "60, 241, '60000 3600000 86400000'",
        "3600, 240, '3600000'",
        "3600, 241, '3600000 86400000'"
    })
    void ladder(int hopSeconds, int longestHours, String widths) {
        Rungs rungs = Rungs.of(hopSeconds * 1_000L, List.of(longestHours * HOUR));
        assertThat(rungs.widthsMillis().stream().map(String::valueOf).toList()).containsExactly(widths.split(" "));
    }

    @ParameterizedTest(name = "the default hop of {0} s is {1} s")
    @CsvSource({"300, 5", "1800, 30", "3600, 60", "86400, 1200", "604800, 3600", "90, 1", "60, 1"})
    void defaultHop(int windowSeconds, int hopSeconds) {
        assertThat(Rungs.defaultHopMillis(List.of(windowSeconds * 1_000L, Rungs.LIFETIME)))
                .isEqualTo(hopSeconds * 1_000L);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void tilesCoverTheIntervalOnceAndNoNeighboursFitIntoACoarserOne(long seed) {
        Random random = new Random(seed);
        long longest = (1 + random.nextInt(40)) * 24L * HOUR;
        Rungs rungs = Rungs.of(MINUTE, List.of(HOUR, longest));
        Span covered = rungs.covered(longest, TEN_O_CLOCK + random.nextInt(1_000_000_000));
        long at = covered.startMillis();
        for (Span tile : rungs.tiles(covered)) {
            long width = tile.endMillis() - tile.startMillis();
            assertThat(tile.startMillis()).as("seed %d", seed).isEqualTo(at);
            assertThat(rungs.widthsMillis()).as("seed %d", seed).contains(width);
            assertThat(tile.startMillis() % width).as("seed %d", seed).isZero();
            for (long coarser : rungs.widthsMillis()) {
                long start = Math.floorDiv(tile.startMillis(), coarser) * coarser;
                boolean fits = start >= covered.startMillis() && start + coarser <= covered.endMillis();
                assertThat(coarser > width && fits).as("seed %d", seed).isFalse();
            }
            at = tile.endMillis();
        }
        assertThat(at).as("seed %d", seed).isEqualTo(covered.endMillis());
    }
}

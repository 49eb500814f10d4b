package dev.tidemark.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.simulation.world.Plan;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Producers that pack several events into one record as lines, under all faults: each event counts once. */
class PackedTest {

    private static final long FIRST_SEED = 3_000_000;
    private static final int SEEDS = 60;
    private static final int PAST_SEEDS = 30;

    @Test
    void eachLineCountsOnce() {
        List<String> failures = new ArrayList<>();
        long packed = 0;
        for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
            Run run = new PackedCheck().run(seed);
            packed +=
                    run.sent().stream().filter(sent -> sent.events().size() > 1).count();
            if (run.failure() != null) {
                failures.add("seed " + seed + ": " + run.failure());
            }
        }
        System.out.println(SEEDS + " seeds from " + FIRST_SEED + ", " + packed + " packed records");
        assertThat(failures).isEmpty();
        assertThat(packed).isGreaterThan(SEEDS);
    }

    /** Checkpoints, restores, backfills, redrives and questions about the past see the events, not the records. */
    @Test
    void thePastIsOfLinesToo() {
        PastCheck past = new PastCheck();
        List<String> failures = new ArrayList<>();
        for (long seed = FIRST_SEED; seed < FIRST_SEED + PAST_SEEDS; seed++) {
            Run run = past.run(seed, /* traced= */ false, PackedCheck.dials(seed), Plan::ofLines);
            if (run.failure() != null) {
                failures.add("seed " + seed + ": " + run.failure());
            }
        }
        System.out.println(PAST_SEEDS + " seeds from " + FIRST_SEED + ": " + past.tally());
        assertThat(failures).isEmpty();
    }
}

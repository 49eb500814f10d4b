package dev.tidemark.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.simulation.check.Verdict;
import dev.tidemark.simulation.engine.Dial;
import dev.tidemark.simulation.engine.Dials;
import dev.tidemark.simulation.world.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Producers that pack several events into one record as lines, under all faults: each event counts once. */
class PackedTest {

    private static final long FIRST_SEED = 3_000_000;
    private static final int SEEDS = 60;

    @Test
    void eachLineCountsOnce() {
        List<String> failures = new ArrayList<>();
        long packed = 0;
        for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
            Dials dials = Dials.random(new SplittableRandom(seed)).with(Dial.AGGREGATED, 500);
            Run run = Run.of(seed, dials, Plan::ofLines, false, List.of(), world -> {
                Verdict verdict = world.verdict();
                verdict.judge();
            });
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
}

package dev.tidemark.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.simulation.past.Tally;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Runs with all faults, in which checkpoints are taken, views backfilled, records redriven and questions asked meanwhile;
 * afterwards the past must come out as it was. {@code -Dtidemark.pastSeeds=N} for another number of runs, {@code -Dtidemark.seed=N} for
 * one, with its trace; {@code -Dtidemark.freshSeeds=FIRST..LAST} for more beside the fixed ones.
 */
class PastTest {

    private static final long DEFAULT_SEEDS = 200;

    private final PastCheck past = new PastCheck();

    @Test
    void thePastComesOutAsItWas() {
        Long one = Long.getLong("tidemark.seed");
        if (one != null) {
            Run run = past.run(one, /* traced= */ true);
            run.trace().forEach(System.out::println);
            assertThat(run.failure()).as("seed %d", one).isNull();
            return;
        }
        LongStream fixed = LongStream.range(0, Long.getLong("tidemark.pastSeeds", DEFAULT_SEEDS));
        List<String> failures = LongStream.concat(fixed, FreshSeeds.wanted())
                .parallel()
                .mapToObj(seed -> "seed " + seed + ": "
                        + past.run(seed, /* traced= */ false).failure())
                .filter(outcome -> !outcome.endsWith(": null"))
                .toList();
        System.out.println(past.tally());
        assertThat(failures).isEmpty();
        assertThat(Tally.Shown.values())
                .allSatisfy(shown ->
                        assertThat(past.tally().count(shown)).as(shown.name()).isPositive());
    }
}

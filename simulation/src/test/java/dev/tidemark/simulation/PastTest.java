package dev.tidemark.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.simulation.engine.Dials;
import dev.tidemark.simulation.past.Backfiller;
import dev.tidemark.simulation.past.CheckpointTaker;
import dev.tidemark.simulation.past.Clerk;
import dev.tidemark.simulation.past.Reckoning;
import dev.tidemark.simulation.past.Tally;
import dev.tidemark.simulation.world.World;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Runs with all faults, in which checkpoints are taken, views backfilled and questions asked meanwhile; afterwards the
 * past must come out as it was. {@code -Dtidemark.pastSeeds=N} for another number of runs, {@code -Dtidemark.seed=N} for
 * one, with its trace; {@code -Dtidemark.freshSeeds=FIRST..LAST} for more beside the fixed ones.
 */
class PastTest {

    private static final long DEFAULT_SEEDS = 1_000;

    private final Tally tally = new Tally();

    @Test
    void thePastComesOutAsItWas() {
        Long one = Long.getLong("tidemark.seed");
        if (one != null) {
            Run run = run(one, true);
            run.trace().forEach(System.out::println);
            assertThat(run.failure()).as("seed %d", one).isNull();
            return;
        }
        LongStream fixed = LongStream.range(0, Long.getLong("tidemark.pastSeeds", DEFAULT_SEEDS));
        List<String> failures = LongStream.concat(fixed, FreshSeeds.wanted())
                .parallel()
                .mapToObj(seed -> "seed " + seed + ": " + run(seed, false).failure())
                .filter(outcome -> !outcome.endsWith(": null"))
                .toList();
        System.out.println(tally);
        assertThat(failures).isEmpty();
        assertThat(Tally.Shown.values())
                .allSatisfy(
                        shown -> assertThat(tally.count(shown)).as(shown.name()).isPositive());
    }

    private Run run(long seed, boolean traced) {
        Clerk clerk = new Clerk();
        AtomicReference<World.Scene> scene = new AtomicReference<>();
        List<World.Guest> guests = List.of(clerk, new CheckpointTaker(), new Backfiller(), scene::set);
        return Run.of(
                seed,
                Dials.random(new SplittableRandom(seed)),
                null,
                traced,
                guests,
                world -> new Reckoning(Objects.requireNonNull(scene.get()), tally).judge(clerk.answers()));
    }
}

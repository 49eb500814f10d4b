package dev.tidemark.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.simulation.engine.Dial;
import dev.tidemark.simulation.engine.Dials;
import dev.tidemark.simulation.past.Backfiller;
import dev.tidemark.simulation.past.CheckpointTaker;
import dev.tidemark.simulation.past.Clerk;
import dev.tidemark.simulation.past.Reckoning;
import dev.tidemark.simulation.past.Repairer;
import dev.tidemark.simulation.past.Tally;
import dev.tidemark.simulation.world.World;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Runs with all faults, in which checkpoints are taken, views backfilled, records redriven and questions asked meanwhile;
 * afterwards the past must come out as it was. {@code -Dtidemark.pastSeeds=N} for another number of runs, {@code -Dtidemark.seed=N} for
 * one, with its trace; {@code -Dtidemark.freshSeeds=FIRST..LAST} for more beside the fixed ones.
 */
class PastTest {

    private static final long DEFAULT_SEEDS = 200;
    private static final long REPAIRS = 0x2EDB1FE;

    /** Of these runs all views come in another version, many records are bad, and the stream is resharded. */
    private static final int OTHER_VERSIONS_PER_CENT = 30;

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
        Dials dials = Dials.random(new SplittableRandom(seed));
        // Dice of their own: what else a seed decides is older, and stays as it was.
        SplittableRandom dice = new SplittableRandom(seed ^ REPAIRS);
        boolean ofOtherVersions = dice.nextInt(100) < OTHER_VERSIONS_PER_CENT;
        Repairer repairer = new Repairer(dice.split());
        Clerk clerk = new Clerk(repairer::isIdle);
        AtomicReference<World.Scene> scene = new AtomicReference<>();
        List<World.Guest> guests = List.of(clerk, new CheckpointTaker(), new Backfiller(), repairer, scene::set);
        return Run.of(
                seed,
                ofOtherVersions
                        ? dials.with(Dial.BAD, 150).with(Dial.RESHARD, 1000).with(Dial.PRODUCER_DUPLICATE, 300)
                        : dials,
                plan -> ofOtherVersions ? plan.withOtherVersions(dice) : plan,
                traced,
                guests,
                world -> {
                    world.verdict().judgeLanes();
                    new Reckoning(Objects.requireNonNull(scene.get()), world.descents(), repairer, tally)
                            .judge(clerk.answers());
                });
    }
}

package dev.tidemark.simulation;

import dev.tidemark.simulation.engine.Dial;
import dev.tidemark.simulation.engine.Dials;
import dev.tidemark.simulation.past.Backfiller;
import dev.tidemark.simulation.past.CheckpointTaker;
import dev.tidemark.simulation.past.Clerk;
import dev.tidemark.simulation.past.Inquirer;
import dev.tidemark.simulation.past.Reckoning;
import dev.tidemark.simulation.past.Repairer;
import dev.tidemark.simulation.past.Tally;
import dev.tidemark.simulation.world.Plan;
import dev.tidemark.simulation.world.World;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Runs seeds with checkpoints, backfills, redrives and questions, and compares the past with what happened. Several
 * seeds may be run at once. See {@link SeedCheck}.
 */
public final class PastCheck implements LongFunction<@Nullable String> {

    private static final long REPAIRS = 0x2EDB1FE;
    private static final long STARTED_PAIRS = 0x57A27ED;
    private static final int STARTED_PAIRS_PER_CENT = 30;

    /** In these runs all views get another version, many records are bad, and the stream is resharded. */
    private static final int OTHER_VERSIONS_PER_CENT = 30;

    private final Tally tally = new Tally();

    /** Nothing is run yet. */
    public PastCheck() {}

    /** @return null if the seed passes, else the failure in one line */
    @Override
    public @Nullable String apply(long seed) {
        String failure = run(seed, /* traced= */ false).failure();
        return failure == null ? null : failure.lines().findFirst().orElse("");
    }

    /** What the runs have covered so far. */
    public Tally tally() {
        return tally;
    }

    /** @param traced whether the run writes down what happens */
    public Run run(long seed, boolean traced) {
        return run(seed, traced, Dials.random(new SplittableRandom(seed)), plan -> plan);
    }

    /** @param changed what becomes of the plan */
    Run run(long seed, boolean traced, Dials dials, UnaryOperator<Plan> changed) {
        // Separate dice, so that a seed's other decisions stay as they were.
        SplittableRandom dice = new SplittableRandom(seed ^ REPAIRS);
        boolean ofOtherVersions = dice.nextInt(100) < OTHER_VERSIONS_PER_CENT;
        boolean startsPairs = new SplittableRandom(seed ^ STARTED_PAIRS).nextInt(100) < STARTED_PAIRS_PER_CENT;
        Repairer repairer = new Repairer(dice.split());
        Clerk clerk = new Clerk(repairer::isIdle);
        Inquirer inquirer = new Inquirer();
        AtomicReference<World.Scene> scene = new AtomicReference<>();
        List<World.Guest> guests =
                List.of(clerk, new CheckpointTaker(tally), new Backfiller(), repairer, inquirer, scene::set);
        return Run.of(
                seed,
                ofOtherVersions
                        ? dials.with(Dial.BAD, 150).with(Dial.RESHARD, 1000).with(Dial.PRODUCER_DUPLICATE, 300)
                        : dials,
                plan -> changed.apply(
                        ofOtherVersions ? plan.withOtherVersions(dice) : startsPairs ? plan.withStartedPairs() : plan),
                traced,
                guests,
                world -> {
                    world.verdict().judgeLanes();
                    new Reckoning(Objects.requireNonNull(scene.get()), world.descents(), repairer, tally)
                            .judge(Stream.concat(clerk.answers().stream(), inquirer.answers().stream())
                                    .toList());
                });
    }
}

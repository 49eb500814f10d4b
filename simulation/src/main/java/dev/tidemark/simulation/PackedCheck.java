package dev.tidemark.simulation;

import dev.tidemark.simulation.engine.Dial;
import dev.tidemark.simulation.engine.Dials;
import dev.tidemark.simulation.world.Plan;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** Runs seeds whose producers pack several events into one record as lines. See {@link SeedCheck}. */
public final class PackedCheck implements LongFunction<@Nullable String> {

    /** Nothing is run yet. */
    public PackedCheck() {}

    /** @return null if the seed passes, else the failure in one line */
    @Override
    public @Nullable String apply(long seed) {
        String failure = run(seed).failure();
        return failure == null ? null : failure.lines().findFirst().orElse("");
    }

    /** Of a seed; half of its records hold several events. */
    static Dials dials(long seed) {
        return Dials.random(new SplittableRandom(seed)).with(Dial.AGGREGATED, 500);
    }

    /** Runs a seed. */
    Run run(long seed) {
        return Run.of(
                seed,
                dials(seed),
                Plan::ofLines,
                /* traced= */ false,
                List.of(),
                world -> world.verdict().judge());
    }
}

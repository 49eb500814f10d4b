package dev.tidemark.simulation;

import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Runs single seeds for whoever has only a class name, such as a harness that loads changed classes beside it. One
 * thread; deterministic.
 */
public final class SeedCheck implements LongFunction<@Nullable String> {

    /** Ready at once; the first seed takes longer, because catalogs are compiled. */
    public SeedCheck() {}

    /** @return null if the seed passes, else the failure in one line */
    @Override
    public @Nullable String apply(long seed) {
        String failure = Run.of(seed).failure();
        return failure == null ? null : failure.lines().findFirst().orElse("");
    }
}

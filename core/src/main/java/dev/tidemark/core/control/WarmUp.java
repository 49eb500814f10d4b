package dev.tidemark.core.control;

import dev.tidemark.core.stream.Position;
import org.jspecify.annotations.Nullable;

/**
 * How a lane begins with a view of pairs that it did not fold from its first record on (rule J4). It remembers halves from the
 * activation on, but their pairs go into tiles only when all that they hang on arrived after it. Until then the pairs are the
 * backfill's.
 *
 * @param untilMillis it ends before the first record at which the running maximum of the lane's arrivals is later than this
 * @param end the position before that record; null while the lane warms up
 */
public record WarmUp(long untilMillis, @Nullable Position end) {

    /** One that goes on. */
    static WarmUp until(long untilMillis) {
        return new WarmUp(untilMillis, null);
    }

    WarmUp endedAt(Position last) {
        return new WarmUp(untilMillis, last);
    }
}

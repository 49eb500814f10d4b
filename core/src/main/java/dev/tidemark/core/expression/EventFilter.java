package dev.tidemark.core.expression;

import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.event.InvalidEvent;

/** A compiled {@code where}: whether an event takes part. Pure and thread-safe. */
@FunctionalInterface
public interface EventFilter {

    /** @throws InvalidEvent ({@code FILTER_FAILED}) if the expression cannot be evaluated for this event */
    boolean test(EventRow row);
}

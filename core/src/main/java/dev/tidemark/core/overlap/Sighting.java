package dev.tidemark.core.overlap;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * An event, as one side has it.
 *
 * @param id null if it has none
 * @param entity whom it is about, as text
 * @param timeMillis when it says that it happened, milliseconds since the epoch
 * @param value a number that both sides have, to be added up; null if none was asked for, or it is missing
 */
public record Sighting(
        @Nullable String id,
        String entity,
        long timeMillis,
        @Nullable BigDecimal value) {}

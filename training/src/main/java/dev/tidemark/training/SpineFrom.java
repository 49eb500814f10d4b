package dev.tidemark.training;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A spine that is made of the archive: a row for every event of a source that passes a condition.
 *
 * @param source as in the catalog
 * @param where the condition, in CEL; null for all events
 * @param columns column to event field: those that do not have their field's name, and further ones
 * @param fromMillis events that happened earlier have no row
 * @param toMillis events that happened at this moment or later have none, nor any of the future
 */
public record SpineFrom(
        String source, @Nullable String where, Map<String, String> columns, long fromMillis, long toMillis) {

    public SpineFrom {
        columns = Map.copyOf(columns);
        if (fromMillis >= toMillis) {
            throw new IllegalArgumentException("events from " + fromMillis + " to " + toMillis);
        }
    }
}

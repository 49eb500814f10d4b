package dev.tidemark.core.forward;

import dev.tidemark.core.event.EventShape;
import dev.tidemark.core.event.FieldPath;
import dev.tidemark.core.expression.EventFilter;
import org.jspecify.annotations.Nullable;

/**
 * Events of one stream that are put onto another, where events lie that they belong to: a lane is the unit of a join.
 *
 * @param from name of the stream whose events are looked at
 * @param to name of the stream that the wanted ones are put onto
 * @param shape what is read of an event: its time, the key, the origin, and what the condition wants
 * @param where which events are wanted; null: all
 * @param key the field whose value is the partition key on the other stream
 * @param origin the member that says which record an event came in
 */
public record Forward(
        String from, String to, EventShape shape, @Nullable EventFilter where, FieldPath key, FieldPath origin) {

    /** @throws IllegalArgumentException if the shape lacks a field, or the origin is no member of the event itself */
    public Forward {
        if (!shape.fields().contains(key) || !shape.fields().contains(origin)) {
            throw new IllegalArgumentException("key " + key + " or origin " + origin + " is not in " + shape.fields());
        }
        if (origin.steps().size() != 1) {
            throw new IllegalArgumentException("the origin lies inside an object: " + origin);
        }
    }
}

package dev.tidemark.core.catalog;

import dev.tidemark.core.event.EventShape;
import dev.tidemark.core.event.FieldPath;
import dev.tidemark.core.expression.FilterExpression;
import dev.tidemark.core.forward.Forward;
import org.jspecify.annotations.Nullable;

/**
 * A forward as the catalog defines it.
 *
 * @param from the source whose events are wanted
 * @param fields of those events, with the event time in the first slot; the views of that source do not read them
 */
record ForwardDefinition(
        SourceDefinition from, @Nullable FilterExpression where, FieldPath key, FieldPath origin, SourceFields fields) {

    static final FieldPath DEFAULT_ORIGIN = FieldPath.parse("origin");

    /** @param to name of the stream that the events are put onto */
    Forward compile(String to) {
        EventShape shape = new EventShape(
                fields.paths(), from.eventTime().in(fields).shape(true), from.maxEventBytes(), from.aggregatedBy());
        return new Forward(from.stream(), to, shape, where == null ? null : where.bind(fields::slotOf), key, origin);
    }
}

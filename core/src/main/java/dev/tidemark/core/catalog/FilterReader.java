package dev.tidemark.core.catalog;

import dev.tidemark.core.event.FieldPath;
import dev.tidemark.core.expression.FilterExpression;
import dev.tidemark.core.expression.InvalidExpression;
import org.jspecify.annotations.Nullable;

/** Reads {@code where:}. */
final class FilterReader {

    private FilterReader() {}

    /** Null if there is none, or none that compiles. */
    static @Nullable FilterExpression read(@Nullable YamlValue at, SourceFields fields) {
        String text = at == null ? null : at.text("write a condition over event fields, such as type == \"view\"");
        if (at == null || text == null) {
            return null;
        }
        try {
            FilterExpression filter = FilterExpression.parse(text);
            for (FieldPath path : filter.fields()) {
                fields.use(path, at);
            }
            return filter;
        } catch (InvalidExpression e) {
            at.problems(e);
            return null;
        }
    }
}

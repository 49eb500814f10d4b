package dev.tidemark.core.catalog;

import dev.tidemark.core.event.FieldPath;
import dev.tidemark.core.expression.FilterExpression;
import dev.tidemark.core.expression.InvalidExpression;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads {@code where:}. The same text is compiled once: features of one view often share their condition. */
final class FilterReader {

    private final Map<String, FilterExpression> compiled = new HashMap<>();

    /** Null if there is none, or none that compiles. */
    @Nullable
    FilterExpression read(@Nullable YamlValue at, SourceFields fields) {
        String text = at == null ? null : at.text("write a condition over event fields, such as type == \"view\"");
        if (at == null || text == null) {
            return null;
        }
        try {
            FilterExpression known = compiled.get(text);
            FilterExpression filter = known == null ? FilterExpression.parse(text) : known;
            compiled.put(text, filter);
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

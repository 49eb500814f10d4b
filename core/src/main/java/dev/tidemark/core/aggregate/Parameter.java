package dev.tidemark.core.aggregate;

import org.jspecify.annotations.Nullable;

/**
 * A parameter of an aggregate function, with what validation, the JSON Schema and the documentation need to know.
 *
 * @param name the key in the catalog
 * @param kind how it is written
 * @param defaultValue taken when the key is absent; null means that the parameter is required
 * @param min smallest number allowed (also the least length of a list); NaN for none
 * @param max largest number allowed (also the greatest length of a list); NaN for none
 * @param summary one line for messages and documentation
 */
public record Parameter(String name, Kind kind, @Nullable Object defaultValue, double min, double max, String summary) {

    /** How a parameter is written, and the Java type of its value. */
    public enum Kind {
        /** {@link Integer}. */
        INTEGER,
        /** {@link java.math.BigDecimal}. */
        NUMBER,
        /** {@link Boolean}. */
        BOOLEAN,
        /** {@link Long} milliseconds, written like a window: {@code 30m}. */
        DURATION,
        /** {@code List<BigDecimal>}, strictly increasing. */
        NUMBERS,
        /** {@code List<BigDecimal>} from 0 to 100, strictly increasing. */
        PERCENTS,
        /** {@code List<String>}, distinct. */
        STRINGS,
        /** {@link Label}: a field, or 0 or 1. */
        LABEL,
        /** {@link FieldInput}: a field that holds the same kind of input. */
        FIELD,
        /** {@link Grid}. */
        GRID
    }
}

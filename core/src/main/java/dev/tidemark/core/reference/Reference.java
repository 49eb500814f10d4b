package dev.tidemark.core.reference;

import java.math.BigDecimal;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A table beside the streams, as the catalog defines it.
 *
 * @param name as in the catalog
 * @param key the columns that identify a row; not empty
 * @param fields the other columns that are kept, by name
 * @param validFrom the column that says from when on a row is valid; null if each key has one row
 * @param effectiveAfterMillis how much later than its publication a snapshot becomes effective, at least
 * @param maxBytes how large the rows of a snapshot may be, as they are stored but uncompressed
 */
public record Reference(
        String name,
        List<String> key,
        Map<String, Type> fields,
        @Nullable String validFrom,
        long effectiveAfterMillis,
        int maxBytes) {

    /** What the values of a field are. */
    public enum Type {
        TEXT,
        NUMBER,
        BOOLEAN;

        /** Whether a value of a row is of this type. */
        public boolean accepts(Object value) {
            return switch (this) {
                case TEXT -> value instanceof String;
                case NUMBER -> value instanceof BigDecimal;
                case BOOLEAN -> value instanceof Boolean;
            };
        }
    }

    public Reference {
        key = List.copyOf(key);
        fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
        if (key.isEmpty() || fields.isEmpty() || effectiveAfterMillis < 1 || maxBytes < 1) {
            throw new IllegalArgumentException("reference '" + name + "' with key " + key + ", fields " + fields
                    + ", effective after " + effectiveAfterMillis + " ms, of at most " + maxBytes + " bytes");
        }
    }
}

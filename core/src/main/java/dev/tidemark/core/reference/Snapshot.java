package dev.tidemark.core.reference;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One state of a reference's table: rows by key. Immutable, so that it can be shared by all that read records.
 *
 * <p>A key may have several rows, each valid from a moment until that of the next; a row without one has always been valid.
 */
public final class Snapshot {

    /** Of a row that has always been valid. */
    public static final long ALWAYS = Long.MIN_VALUE;

    private final long number;
    private final long effectiveMillis;
    private final Map<String, List<Row>> rows;

    /**
     * A row without its key.
     *
     * @param validFromMillis inclusive; {@link #ALWAYS} if the table does not say
     * @param values by field: a {@link String}, a {@link java.math.BigDecimal} or a {@link Boolean}; fields without a value are
     *     left out
     */
    public record Row(long validFromMillis, Map<String, Object> values) {

        public Row {
            values = Map.copyOf(values);
        }
    }

    /**
     * @param number from 1
     * @param effectiveMillis it is effective for records that arrive at this moment or later; {@link #ALWAYS} for the first
     * @param rows by canonical key; those of a key by when they become valid, no two at the same moment
     */
    public Snapshot(long number, long effectiveMillis, Map<String, List<Row>> rows) {
        this.number = number;
        this.effectiveMillis = effectiveMillis;
        this.rows = Map.copyOf(rows);
    }

    public long number() {
        return number;
    }

    public long effectiveMillis() {
        return effectiveMillis;
    }

    /** The row of a key that is valid at a moment; null if there is none. */
    public @Nullable Row row(String key, long atMillis) {
        List<Row> ofKey = rows.getOrDefault(key, List.of());
        for (int i = ofKey.size() - 1; i >= 0; i--) {
            if (ofKey.get(i).validFromMillis() <= atMillis) {
                return ofKey.get(i);
            }
        }
        return null;
    }
}

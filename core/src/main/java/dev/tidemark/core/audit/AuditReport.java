package dev.tidemark.core.audit;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What an audit found.
 *
 * @param items how many items, or values of answers, were compared
 * @param records how many archived and redriven records were replayed
 * @param counts differences by kind; kinds without any are left out
 * @param differences the first of them, at most {@link #MAX_NAMED}
 */
public record AuditReport(long items, long records, Map<Difference.Kind, Long> counts, List<Difference> differences) {

    /** How many differences are named. */
    public static final int MAX_NAMED = 100;

    public AuditReport {
        counts = Collections.unmodifiableMap(
                counts.isEmpty() ? new EnumMap<>(Difference.Kind.class) : new EnumMap<>(counts));
        differences = List.copyOf(differences);
    }

    /** Nothing compared yet. */
    public static final AuditReport NONE = new AuditReport(0, 0, Map.of(), List.of());

    static AuditReport of(long items, long records, List<Difference> found) {
        Map<Difference.Kind, Long> counts = new EnumMap<>(Difference.Kind.class);
        found.forEach(difference -> counts.merge(difference.kind(), 1L, Long::sum));
        return new AuditReport(items, records, counts, found.subList(0, Math.min(MAX_NAMED, found.size())));
    }

    public long count(Difference.Kind kind) {
        return counts.getOrDefault(kind, 0L);
    }

    /** Both together. */
    public AuditReport plus(AuditReport other) {
        Map<Difference.Kind, Long> both = new EnumMap<>(Difference.Kind.class);
        both.putAll(counts);
        other.counts.forEach((kind, count) -> both.merge(kind, count, Long::sum));
        List<Difference> named = new ArrayList<>(differences);
        named.addAll(other.differences);
        return new AuditReport(
                items + other.items,
                records + other.records,
                both,
                named.subList(0, Math.min(MAX_NAMED, named.size())));
    }
}

package dev.tidemark.core.past;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What an audit found.
 *
 * @param items how many items, or values of answers, were compared
 * @param records how many archived and redriven records were replayed
 * @param counts differences by kind, without zeros
 * @param differences the first of them, at most {@link #MAX_NAMED}
 * @param begins the ids of the checkpoints that the replays began with and trusted; {@link #ARCHIVE} for a replay from
 *     the beginning of the archive, which trusts nothing
 */
public record AuditReport(
        long items,
        long records,
        Map<Difference.Kind, Long> counts,
        List<Difference> differences,
        SortedSet<String> begins) {

    /** How many differences are named. */
    public static final int MAX_NAMED = 100;

    public AuditReport {
        counts = Collections.unmodifiableMap(
                counts.isEmpty() ? new EnumMap<>(Difference.Kind.class) : new EnumMap<>(counts));
        differences = List.copyOf(differences);
        begins = Collections.unmodifiableSortedSet(new TreeSet<>(begins));
    }

    /** Instead of a checkpoint's id: the replay began with the archive. */
    public static final String ARCHIVE = "";

    /** Nothing compared yet. */
    public static final AuditReport NONE = new AuditReport(0, 0, Map.of(), List.of(), Collections.emptySortedSet());

    /** @param begin the one of {@link #begins}; null if nothing was replayed */
    public static AuditReport of(long items, long records, List<Difference> found, @Nullable String begin) {
        Map<Difference.Kind, Long> counts = new EnumMap<>(Difference.Kind.class);
        found.forEach(difference -> counts.merge(difference.kind(), 1L, Long::sum));
        return new AuditReport(
                items,
                records,
                counts,
                found.subList(0, Math.min(MAX_NAMED, found.size())),
                begin == null ? Collections.emptySortedSet() : new TreeSet<>(List.of(begin)));
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
        SortedSet<String> all = new TreeSet<>(begins);
        all.addAll(other.begins);
        return new AuditReport(
                items + other.items,
                records + other.records,
                both,
                named.subList(0, Math.min(MAX_NAMED, named.size())),
                all);
    }
}

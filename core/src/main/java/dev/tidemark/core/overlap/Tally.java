package dev.tidemark.core.overlap;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Counts, of the events of a range, which side has them. Not thread-safe. */
final class Tally {

    private static final long NONE = Long.MIN_VALUE;

    private final long fromMillis;
    private final long toMillis;
    private final Seams seams;
    private final TreeMap<Long, long[]> hours = new TreeMap<>();
    private final List<Long> differences = new ArrayList<>();

    Tally(long fromMillis, long toMillis, long untilMillis) {
        this.fromMillis = fromMillis;
        this.toMillis = toMillis;
        this.seams = new Seams(fromMillis, toMillis, untilMillis);
    }

    /** @param export when the export says that the event happened; {@code Long.MIN_VALUE} if it has it not */
    void add(long export, long archive) {
        if (!isInRange(export) && !isInRange(archive)) {
            return;
        }
        if (archive == NONE) {
            hour(export)[1]++;
            seams.onlyExport(export);
        } else if (export == NONE) {
            hour(archive)[2]++;
            seams.onlyArchive(archive);
        } else {
            hour(isInRange(archive) ? archive : export)[0]++;
            seams.both(export, archive);
            differences.add(export - archive);
        }
    }

    private boolean isInRange(long millis) {
        return millis >= fromMillis && millis < toMillis;
    }

    private long[] hour(long millis) {
        return hours.computeIfAbsent(Hour.startOf(millis), absent -> new long[3]);
    }

    Seams seams() {
        return seams;
    }

    /** Of the events that both have: the export's time less the archive's. */
    List<Long> differences() {
        return differences;
    }

    List<Hour> hours(Map<Long, BigDecimal> exportValues, Map<Long, BigDecimal> archiveValues) {
        return hours.entrySet().stream()
                .map(hour -> new Hour(
                        hour.getKey(),
                        hour.getValue()[0],
                        hour.getValue()[1],
                        hour.getValue()[2],
                        exportValues.getOrDefault(hour.getKey(), BigDecimal.ZERO),
                        archiveValues.getOrDefault(hour.getKey(), BigDecimal.ZERO)))
                .toList();
    }

    @Nullable
    Long streamCompleteFrom() {
        long last = fromMillis - Hour.MILLIS;
        for (Map.Entry<Long, long[]> hour : hours.entrySet()) {
            last = hour.getValue()[1] > 0 ? hour.getKey() : last;
        }
        return last + Hour.MILLIS >= toMillis ? null : (Long) (last + Hour.MILLIS);
    }

    @Nullable
    Long exportCompleteUntil() {
        long first = hours.entrySet().stream()
                .filter(hour -> hour.getValue()[2] > 0)
                .mapToLong(Map.Entry::getKey)
                .min()
                .orElse(toMillis);
        return first <= fromMillis ? null : (Long) first;
    }
}

package dev.tidemark.core.control;

import dev.tidemark.core.event.InvalidEvent;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * One view's fates of the records of one lane, counted. A record has exactly one of the fates folded, filtered, too
 * late, duplicate, quarantined, before and after the seam, as a function of the log alone.
 *
 * @param folded the view took the event; its time decides the tiles
 * @param filtered the view's {@code where} does not want the event
 * @param tooLate the event is older than the view's retention; only the archive has it
 * @param late the folded events whose hop is earlier than that of their arrival
 * @param duplicates the event's id was folded before (rule T3), or another left of its key (J1)
 * @param quarantined the view wants the event but cannot fold it, by reason; reasons without records are left out
 * @param pairs of a view of pairs, what the halves met that are folded
 * @param beforeSeam events of the stream that happened before the source's seam: they count if they were imported (rule I2)
 * @param afterSeam imported rows that happened at the seam or later: they count if they came on the stream
 */
public record ViewCounts(
        long folded,
        long filtered,
        long tooLate,
        long late,
        long duplicates,
        Map<InvalidEvent.Reason, Long> quarantined,
        PairCounts pairs,
        long beforeSeam,
        long afterSeam) {

    public static final ViewCounts NONE = new ViewCounts(0, 0, 0, 0, 0, Map.of());

    /** Of a view of pairs, of a source without a seam. */
    public ViewCounts(
            long folded,
            long filtered,
            long tooLate,
            long late,
            long duplicates,
            Map<InvalidEvent.Reason, Long> quarantined,
            PairCounts pairs) {
        this(folded, filtered, tooLate, late, duplicates, quarantined, pairs, 0, 0);
    }

    /** Of a view of events, of a source without a seam. */
    public ViewCounts(
            long folded,
            long filtered,
            long tooLate,
            long late,
            long duplicates,
            Map<InvalidEvent.Reason, Long> quarantined) {
        this(folded, filtered, tooLate, late, duplicates, quarantined, PairCounts.NONE, 0, 0);
    }

    public ViewCounts {
        EnumMap<InvalidEvent.Reason, Long> reasons = new EnumMap<>(InvalidEvent.Reason.class);
        quarantined.forEach((reason, count) -> {
            if (count != 0) {
                reasons.put(reason, count);
            }
        });
        quarantined = Collections.unmodifiableMap(reasons);
        boolean negative = folded < 0
                || filtered < 0
                || tooLate < 0
                || late < 0
                || duplicates < 0
                || beforeSeam < 0
                || afterSeam < 0;
        if (negative || late > folded || reasons.values().stream().anyMatch(count -> count < 0)) {
            throw new IllegalArgumentException("counts out of range: " + folded + " folded, " + filtered + " filtered, "
                    + tooLate + " too late, " + late + " late, " + duplicates + " duplicates, " + beforeSeam
                    + " before the seam, " + afterSeam + " after it, quarantined " + quarantined);
        }
    }

    /** The records of all fates. */
    public long total() {
        return folded + filtered + tooLate + duplicates + beforeSeam + afterSeam + quarantinedTotal();
    }

    /** The quarantined records of all reasons. */
    public long quarantinedTotal() {
        long total = 0;
        for (long count : quarantined.values()) {
            total += count;
        }
        return total;
    }

    public ViewCounts plus(ViewCounts other) {
        EnumMap<InvalidEvent.Reason, Long> reasons = new EnumMap<>(InvalidEvent.Reason.class);
        reasons.putAll(quarantined);
        other.quarantined.forEach((reason, count) -> reasons.merge(reason, count, Long::sum));
        return new ViewCounts(
                folded + other.folded,
                filtered + other.filtered,
                tooLate + other.tooLate,
                late + other.late,
                duplicates + other.duplicates,
                reasons,
                pairs.plus(other.pairs),
                beforeSeam + other.beforeSeam,
                afterSeam + other.afterSeam);
    }
}

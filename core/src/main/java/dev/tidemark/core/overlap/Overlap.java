package dev.tidemark.core.overlap;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Compares the events of an export with those of the archive, before one of them is imported. An event with an id is found on
 * the other side by it, one without an id is any event of its entity in its hour. Holds what lies around the seam in memory,
 * in whatever order it comes. Not thread-safe.
 *
 * <p>Example: with the seam at 05:00 an event of 04:50 that only the archive has counts on neither side.
 */
public final class Overlap {

    /** Event times of one event differ by this much at most, on two sides: clocks of two zones do. */
    public static final long MARGIN_MILLIS = 15 * Hour.MILLIS;

    private static final long NONE = Long.MIN_VALUE;

    private final long untilMillis;
    private final long fromMillis;
    private final long toMillis;
    private final int maxEvents;
    private final ExportHours exportHours = new ExportHours();
    private final Map<String, Times> events = new HashMap<>();
    private final Map<String, Integer> withoutId = new HashMap<>();
    private final Map<Long, BigDecimal> exportValues = new HashMap<>();
    private final Map<Long, BigDecimal> archiveValues = new HashMap<>();
    private final Map<String, Long> repeated = new HashMap<>();
    private final List<Long> lateness = new ArrayList<>();
    private boolean hasIds;

    /** When the two sides say that one event happened. */
    private static final class Times {
        private long export = NONE;
        private long archive = NONE;
    }

    /**
     * @param untilMillis the seam
     * @param aroundMillis how far on both sides of it event times are compared, at least an hour
     * @param maxEvents how many events may lie there
     */
    public Overlap(long untilMillis, long aroundMillis, int maxEvents) {
        if (aroundMillis < Hour.MILLIS || maxEvents < 1) {
            throw new IllegalArgumentException("around " + aroundMillis + " ms, " + maxEvents + " events");
        }
        this.untilMillis = untilMillis;
        this.fromMillis = Hour.startOf(untilMillis - aroundMillis);
        this.toMillis = Hour.startOf(untilMillis + aroundMillis + Hour.MILLIS - 1);
        this.maxEvents = maxEvents;
    }

    /** The earliest event time that matters on either side. */
    public long earliestMillis() {
        return fromMillis - MARGIN_MILLIS;
    }

    /**
     * Takes an event of the export, wherever it lies.
     *
     * @throws TooManyEvents if too many lie around the seam
     */
    public void export(Sighting event) {
        exportHours.add(event.timeMillis());
        if (isNear(event)) {
            Times times = times(event, "export");
            times.export = earlier(times.export, event.timeMillis());
            add(exportValues, event);
        }
    }

    /**
     * Takes an event of the stream's archive, wherever it lies.
     *
     * @throws TooManyEvents if too many lie around the seam
     */
    public void archive(Sighting event, long arrivalMillis) {
        if (isNear(event)) {
            Times times = times(event, "archive");
            times.archive = earlier(times.archive, event.timeMillis());
            add(archiveValues, event);
            lateness.add(arrivalMillis - event.timeMillis());
        }
    }

    /** Notes that rows of the export, anywhere in it, share an id. */
    public void repeated(String id, long rows) {
        repeated.put(id, rows);
    }

    private boolean isNear(Sighting event) {
        return event.timeMillis() >= earliestMillis() && event.timeMillis() < toMillis + MARGIN_MILLIS;
    }

    private static long earlier(long one, long other) {
        return one == NONE ? other : Math.min(one, other);
    }

    private static void add(Map<Long, BigDecimal> sums, Sighting event) {
        if (event.value() != null) {
            sums.merge(Hour.startOf(event.timeMillis()), event.value(), BigDecimal::add);
        }
    }

    private Times times(Sighting event, String side) {
        String key = event.id() == null ? numbered(event, side) : "#" + event.id();
        hasIds |= event.id() != null;
        Times times = events.computeIfAbsent(key, absent -> new Times());
        if (events.size() > maxEvents) {
            throw new TooManyEvents(maxEvents);
        }
        return times;
    }

    /** The first, second … event of an entity in an hour. */
    private String numbered(Sighting event, String side) {
        String group = Hour.startOf(event.timeMillis()) + " " + event.entity();
        return withoutId.merge(side + " " + group, 1, Integer::sum) + " " + group;
    }

    /** What was found. */
    public OverlapReport report() {
        Tally tally = new Tally(fromMillis, toMillis, untilMillis);
        events.values().forEach(times -> tally.add(times.export, times.archive));
        List<SeamChoice> choices = tally.seams().choices();
        SeamChoice seam = choices.stream()
                .filter(choice -> choice.untilMillis() == untilMillis)
                .findFirst()
                .orElseThrow();
        SeamChoice best = Seams.best(choices, untilMillis);
        List<Hour> hours = tally.hours(exportValues, archiveValues);
        return new OverlapReport(
                fromMillis,
                toMillis,
                hasIds,
                hours,
                tally.streamCompleteFrom(),
                tally.exportCompleteUntil(),
                seam,
                best,
                spread(lateness),
                hasIds ? spread(tally.differences()) : null,
                Findings.of(hours, seam, best, exportHours.gaps(), repeated, shift(tally)));
    }

    private Shift shift(Tally tally) {
        return hasIds ? Shift.ofDifferences(tally.differences()) : Shift.ofGroups(withoutId, fromMillis, toMillis);
    }

    private static @Nullable Spread spread(List<Long> millis) {
        return millis.isEmpty()
                ? null
                : Spread.of(millis.stream().mapToLong(Long::longValue).toArray());
    }
}

package dev.tidemark.core.overlap;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.LongStream;

/**
 * How many rows an export has in every hour, and which hours it should have rows in but has not. An hour is compared with the
 * same hour of nearby days, or of nearby weeks if the export is long enough, so nights and Sundays are no gaps.
 */
public final class ExportHours {

    private static final int DAY_HOURS = 24;
    private static final int WEEK_HOURS = 7 * DAY_HOURS;

    /** From so many weeks on, an hour is compared with the same hour of the week. */
    private static final int WEEKS_TO_COMPARE = 4;

    private static final int NEIGHBOURS_PER_SIDE = 4;
    private static final int MIN_NEIGHBOURS = 3;
    private static final int MIN_PER_SIDE = 2;

    /** Where fewer are usual, none at all may be chance. */
    private static final long MIN_USUAL_ROWS = 10;

    private final TreeMap<Long, Long> rows = new TreeMap<>();

    /**
     * Hours without a row.
     *
     * @param startMillis the end of the last hour before that has rows
     * @param endMillis the start of the first hour after that has rows
     * @param usualRows how many rows one of the missing hours usually has
     */
    public record Gap(long startMillis, long endMillis, long usualRows) {}

    /** Counts a row. */
    public void add(long timeMillis) {
        rows.merge(Math.floorDiv(timeMillis, Hour.MILLIS), 1L, Long::sum);
    }

    /** The gaps between the first row and the last one, in order. */
    public List<Gap> gaps() {
        List<Gap> gaps = new ArrayList<>();
        Long before = null;
        for (long hour : rows.keySet()) {
            if (before != null) {
                long usual = usualBetween(before, hour);
                if (usual >= MIN_USUAL_ROWS) {
                    gaps.add(new Gap((before + 1) * Hour.MILLIS, hour * Hour.MILLIS, usual));
                }
            }
            before = hour;
        }
        return gaps;
    }

    /** The most rows that one of the hours between two others usually has. Beyond a week they repeat. */
    private long usualBetween(long before, long after) {
        long usual = 0;
        for (long hour = before + 1; hour < after && hour <= before + WEEK_HOURS; hour++) {
            usual = Math.max(usual, usual(hour, before, after));
        }
        return usual;
    }

    /** What is usual before and after a gap, whichever is less, so that a change of the clocks makes none. */
    private long usual(long hour, long before, long after) {
        long period = rows.lastKey() - rows.firstKey() >= (long) WEEKS_TO_COMPARE * WEEK_HOURS ? WEEK_HOURS : DAY_HOURS;
        long[] earlier = sameHours(hour - (hour - before + period - 1) / period * period, -period);
        long[] later = sameHours(hour + (after - hour + period - 1) / period * period, period);
        if (earlier.length + later.length < MIN_NEIGHBOURS) {
            return 0;
        }
        return Math.min(lowerMedian(earlier), lowerMedian(later));
    }

    private long[] sameHours(long first, long step) {
        return LongStream.iterate(first, hour -> hour + step)
                .limit(NEIGHBOURS_PER_SIDE)
                .filter(hour -> hour >= rows.firstKey() && hour <= rows.lastKey())
                .map(hour -> rows.getOrDefault(hour, 0L))
                .toArray();
    }

    /** Of too few to say anything, the other side decides. */
    private static long lowerMedian(long[] counts) {
        Arrays.sort(counts);
        return counts.length < MIN_PER_SIDE ? Long.MAX_VALUE : counts[(counts.length - 1) / 2];
    }

    /** How many rows were counted. */
    public long total() {
        return rows.values().stream().mapToLong(Long::longValue).sum();
    }
}

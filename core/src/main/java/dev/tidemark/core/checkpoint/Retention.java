package dev.tidemark.core.checkpoint;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which checkpoints are kept: one of each hour for a while, then one of each day. Of one hour or day (UTC) the oldest
 * is kept, so the choice does not change over time. The newest is always kept.
 *
 * @param hourlyMillis how long one of each hour is kept
 * @param dailyMillis how long one of each day is kept
 */
public record Retention(long hourlyMillis, long dailyMillis) {

    private static final long HOUR_MILLIS = 3_600_000;
    private static final long DAY_MILLIS = 24 * HOUR_MILLIS;

    /** Hourly for two days, daily for a month. */
    public static final Retention DEFAULT = new Retention(2 * DAY_MILLIS, 31 * DAY_MILLIS);

    /** A checkpoint that is incomplete after this time will never be complete. */
    static final long ABANDONED_AFTER_MILLIS = DAY_MILLIS;

    public Retention {
        if (hourlyMillis < 0 || dailyMillis < 0) {
            throw new IllegalArgumentException(
                    "checkpoints kept for " + hourlyMillis + " ms hourly and " + dailyMillis + " ms daily");
        }
    }

    /**
     * @param complete ids of the complete checkpoints
     * @param begun ids of all that were begun
     * @return ids of those to delete, oldest first
     */
    public List<String> toDelete(List<String> complete, List<String> begun, long nowMillis) {
        Set<String> kept = kept(complete, nowMillis);
        List<String> gone = new ArrayList<>();
        for (String id : complete) {
            if (!kept.contains(id)) {
                gone.add(id);
            }
        }
        for (String id : begun) {
            if (!complete.contains(id) && CheckpointId.timeMillis(id) < nowMillis - ABANDONED_AFTER_MILLIS) {
                gone.add(id);
            }
        }
        gone.sort(null);
        return gone;
    }

    private Set<String> kept(List<String> complete, long nowMillis) {
        Set<String> kept = new HashSet<>();
        Set<Long> hours = new HashSet<>();
        Set<Long> days = new HashSet<>();
        List<String> oldestFirst = complete.stream().sorted().toList();
        for (String id : oldestFirst) {
            long timeMillis = CheckpointId.timeMillis(id);
            boolean isFirstOfHour = hours.add(Math.floorDiv(timeMillis, HOUR_MILLIS));
            boolean isFirstOfDay = days.add(Math.floorDiv(timeMillis, DAY_MILLIS));
            boolean isHourly = isFirstOfHour && timeMillis >= nowMillis - hourlyMillis;
            boolean isDaily = isFirstOfDay && timeMillis >= nowMillis - dailyMillis;
            if (isHourly || isDaily) {
                kept.add(id);
            }
        }
        if (!oldestFirst.isEmpty()) {
            kept.add(oldestFirst.get(oldestFirst.size() - 1));
        }
        return kept;
    }
}

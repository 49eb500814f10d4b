package dev.tidemark.core.overlap;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Whether the export's clock shows the time of another zone.
 *
 * @param millis how far the export's event times lie after the archive's, a multiple of a quarter of an hour; 0 if they do not
 * @param part of the compared events of which that is so, from 0 to 1
 */
record Shift(long millis, double part) {

    static final Shift NONE = new Shift(0, 0);

    private static final long STEP_MILLIS = Hour.MILLIS / 4;

    /** The two clocks may disagree a little besides. */
    private static final long TOLERANCE_MILLIS = 60_000;

    private static final long MOST_MILLIS = 14 * Hour.MILLIS;

    /** Of so many events, chance makes no pattern. */
    private static final int MIN_EVENTS = 5;

    /** Known of single events. With summer time in between there are two, of which one is said. */
    static Shift ofDifferences(List<Long> differences) {
        TreeMap<Long, Integer> steps = new TreeMap<>();
        for (long difference : differences) {
            long step = Math.round((double) difference / STEP_MILLIS) * STEP_MILLIS;
            boolean isNear = Math.abs(difference - step) <= TOLERANCE_MILLIS;
            if (step != 0 && isNear && Math.abs(step) <= MOST_MILLIS) {
                steps.merge(step, 1, Integer::sum);
            }
        }
        int shifted = steps.values().stream().mapToInt(Integer::intValue).sum();
        if (shifted < MIN_EVENTS || 2 * shifted <= differences.size()) {
            return NONE;
        }
        return steps.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(most -> new Shift(most.getKey(), (double) shifted / differences.size()))
                .orElse(NONE);
    }

    /**
     * Guessed from how many events each entity has in each hour, in whole hours.
     *
     * @param counts by side, hour and entity, separated by blanks
     */
    static Shift ofGroups(Map<String, Integer> counts, long fromMillis, long toMillis) {
        Map<String, Map<Long, Integer>> exported = new HashMap<>();
        Map<String, Map<Long, Integer>> archived = new HashMap<>();
        counts.forEach((key, count) -> {
            String[] parts = key.split(" ", 3);
            long hour = Long.parseLong(parts[1]);
            if (parts[0].equals("export")) {
                exported.computeIfAbsent(parts[2], absent -> new HashMap<>()).put(hour, count);
            } else if (hour >= fromMillis && hour < toMillis) {
                archived.computeIfAbsent(parts[2], absent -> new HashMap<>()).put(hour, count);
            }
        });
        long most = 0;
        long found = agreeing(exported, archived, 0);
        long unshifted = found;
        for (long shift = -MOST_MILLIS; shift <= MOST_MILLIS; shift += Hour.MILLIS) {
            long agreeing = agreeing(exported, archived, shift);
            if (agreeing > found) {
                most = shift;
                found = agreeing;
            }
        }
        long all = archived.values().stream()
                .flatMap(hours -> hours.values().stream())
                .mapToLong(Integer::longValue)
                .sum();
        boolean isClear = found >= MIN_EVENTS && 2 * found > all && found > 2 * unshifted;
        return isClear ? new Shift(most, (double) found / all) : NONE;
    }

    private static long agreeing(
            Map<String, Map<Long, Integer>> exported, Map<String, Map<Long, Integer>> archived, long shift) {
        long agreeing = 0;
        for (Map.Entry<String, Map<Long, Integer>> entity : archived.entrySet()) {
            Map<Long, Integer> hours = exported.getOrDefault(entity.getKey(), Map.of());
            for (Map.Entry<Long, Integer> hour : entity.getValue().entrySet()) {
                agreeing += Math.min(hour.getValue(), hours.getOrDefault(hour.getKey() + shift, 0));
            }
        }
        return agreeing;
    }
}

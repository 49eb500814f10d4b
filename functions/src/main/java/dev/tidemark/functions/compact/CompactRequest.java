package dev.tidemark.functions.compact;

import dev.tidemark.core.archive.CompactionSettings;
import java.util.Map;

/**
 * What the schedule passes, as template.yaml has it.
 *
 * @param lookBackMillis hours that ended longer ago are left alone
 */
record CompactRequest(CompactionSettings settings, long lookBackMillis) {

    private static final String TARGET = "targetBytes";
    private static final String AGE = "ageHours";
    private static final String LOOK_BACK = "lookBackHours";
    private static final long HOUR_MILLIS = 3_600_000;
    private static final long DEFAULT_LOOK_BACK_HOURS = 7 * 24;

    /** Missing members have their defaults. */
    static CompactRequest of(Map<String, Object> input) {
        CompactionSettings usual = CompactionSettings.DEFAULT;
        return new CompactRequest(
                new CompactionSettings(
                        number(input, TARGET, usual.targetBytes()),
                        usual.maxOpenBytes(),
                        number(input, AGE, usual.ageMillis() / HOUR_MILLIS) * HOUR_MILLIS),
                number(input, LOOK_BACK, DEFAULT_LOOK_BACK_HOURS) * HOUR_MILLIS);
    }

    private static long number(Map<String, Object> input, String name, long usual) {
        Object value = input.get(name);
        if (value == null) {
            return usual;
        }
        if (value instanceof Number number && number.longValue() >= 0) {
            return number.longValue();
        }
        throw new IllegalArgumentException("The schedule's input says " + name + " = '" + value
                + "', which is no number from 0. Correct it in the template.");
    }
}

package dev.tidemark.functions.audit;

import dev.tidemark.core.past.ClientAudit;
import java.util.Map;

/**
 * What the schedule passes, as template.yaml has it.
 *
 * @param entities how many to audit, over all views; at least 1
 * @param vectors how many logged vectors to compare of each model that is watched; at least 1
 * @param reachHours the minimum age of the checkpoint to begin with, at least 1: only faults since then are found
 */
record AuditRequest(int entities, int vectors, int reachHours) {

    private static final long HOUR_MILLIS = 3_600_000;

    /** Missing members have their defaults. */
    static AuditRequest of(Map<String, Object> input) {
        return new AuditRequest(
                number(input, "entities", 50),
                number(input, "vectors", ClientAudit.USUAL_SIZE),
                number(input, "reachHours", 24));
    }

    long reachMillis() {
        return reachHours * HOUR_MILLIS;
    }

    private static int number(Map<String, Object> input, String name, int usual) {
        Object value = input.get(name);
        if (value == null) {
            return usual;
        }
        if (value instanceof Integer number && number > 0) {
            return number;
        }
        throw new IllegalArgumentException("The schedule's input says " + name + " = '" + value
                + "', which is no whole number from 1. Correct it in the template.");
    }
}

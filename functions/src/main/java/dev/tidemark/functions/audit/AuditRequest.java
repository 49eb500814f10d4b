package dev.tidemark.functions.audit;

import java.util.Map;

/**
 * What the schedule passes, as template.yaml has it.
 *
 * @param entities how many to audit, over all views; at least 1
 */
record AuditRequest(int entities) {

    private static final String ENTITIES = "entities";
    private static final int DEFAULT_ENTITIES = 50;

    /** What is not said is as usual. */
    static AuditRequest of(Map<String, Object> input) {
        Object value = input.get(ENTITIES);
        if (value == null) {
            return new AuditRequest(DEFAULT_ENTITIES);
        }
        if (value instanceof Integer number && number > 0) {
            return new AuditRequest(number);
        }
        throw new IllegalArgumentException("The schedule's input says " + ENTITIES + " = '" + value
                + "', which is no whole number from 1. Correct it in the template.");
    }
}

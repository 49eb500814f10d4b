package dev.tidemark.oracle;

/** A record that belongs into quarantine; the message is the reason code. */
final class BadRecord extends RuntimeException {

    private static final long serialVersionUID = 1L;

    static final String OUTSIDE_SHARD = "OUTSIDE_SHARD";
    static final String TOO_MANY_SUBRECORDS = "TOO_MANY_SUBRECORDS";
    static final String NOT_JSON = "NOT_JSON";
    static final String TOO_LARGE = "TOO_LARGE";
    static final String MISSING_FIELD = "MISSING_FIELD";
    static final String MISTYPED_FIELD = "MISTYPED_FIELD";
    static final String VALUE_OUT_OF_BOUNDS = "VALUE_OUT_OF_BOUNDS";
    static final String NO_EVENT_TIME = "NO_EVENT_TIME";
    static final String FAR_FUTURE = "FAR_FUTURE";
    static final String FILTER_FAILED = "FILTER_FAILED";

    private final String reason;

    BadRecord(String reason) {
        super(reason, null, false, false);
        this.reason = reason;
    }

    String reason() {
        return reason;
    }
}

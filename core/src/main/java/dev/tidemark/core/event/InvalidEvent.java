package dev.tidemark.core.event;

/**
 * A record that cannot be folded. It goes to the quarantine with this reason; it never stops a shard. Carries no stack
 * trace: bad input is data, not a defect, and there may be many. The message never contains the payload.
 */
public final class InvalidEvent extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** What is wrong, for counting and listing; part of the stored quarantine format. */
    public enum Reason {
        NOT_JSON,
        TOO_LARGE,
        MISSING_FIELD,
        MISTYPED_FIELD,
        VALUE_OUT_OF_BOUNDS,
        NO_EVENT_TIME,
        FAR_FUTURE,
        FILTER_FAILED,
        OUTSIDE_SHARD,
        TOO_MANY_SUBRECORDS,
        NOT_DECODED
    }

    private final Reason reason;
    private final String remedy;

    public InvalidEvent(Reason reason, String problem, String remedy) {
        super(problem, null, false, false);
        this.reason = reason;
        this.remedy = remedy;
    }

    public Reason reason() {
        return reason;
    }

    /** What the producer or the catalog's owner can do about it. */
    public String remedy() {
        return remedy;
    }
}

package dev.tidemark.learning;

/** A run cannot go on: it would fail again. */
final class RunFailed extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String reason;

    RunFailed(String reason) {
        super(reason);
        this.reason = reason;
    }

    /** Why, for people. */
    String reason() {
        return reason;
    }
}

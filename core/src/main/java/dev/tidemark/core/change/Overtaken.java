package dev.tidemark.core.change;

/** Another process has moved the same restore to its next phase. */
final class Overtaken extends RuntimeException {

    private static final long serialVersionUID = 1L;

    Overtaken() {
        super("another process is further with this restore", null, false, false);
    }
}

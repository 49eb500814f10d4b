package dev.tidemark.cli.terminal;

/** A command that cannot go on; the message says problem, cause and remedy. */
public final class Failure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public Failure(String message) {
        super(message, null, false, false);
    }
}

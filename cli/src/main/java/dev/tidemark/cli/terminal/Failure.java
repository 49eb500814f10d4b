package dev.tidemark.cli.terminal;

/** A command cannot continue; the message says problem, cause and remedy. */
public final class Failure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public Failure(String message) {
        super(message, null, false, false);
    }
}

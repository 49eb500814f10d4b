package dev.tidemark.cli;

/** A command that cannot go on; the message says problem, cause and remedy. */
final class Failure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    Failure(String message) {
        super(message, null, false, false);
    }
}

package dev.tidemark.serve;

/** The server does not start; the message says problem, cause and remedy. */
public final class CannotServe extends RuntimeException {

    private static final long serialVersionUID = 1L;

    CannotServe(String message) {
        super(message, null, false, false);
    }
}

package dev.tidemark.tables;

/** A file of rows cannot be read; the message says problem, cause and remedy. */
public final class TableProblem extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public TableProblem(String message) {
        super(message, null, false, false);
    }

    public TableProblem(String message, Throwable cause) {
        super(message, cause);
    }
}

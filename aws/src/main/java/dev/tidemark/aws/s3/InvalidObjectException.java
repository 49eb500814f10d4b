package dev.tidemark.aws.s3;

/** An object of the archive or the quarantine that is not in Tidemark's format, or is damaged. */
public final class InvalidObjectException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** @param problem what is wrong with it, without payload */
    public InvalidObjectException(String problem) {
        super(problem);
    }

    public InvalidObjectException(String problem, Throwable cause) {
        super(problem, cause);
    }
}

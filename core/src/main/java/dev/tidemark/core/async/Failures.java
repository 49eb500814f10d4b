package dev.tidemark.core.async;

import java.util.concurrent.CompletionException;

/** The failures of futures. */
public final class Failures {

    private Failures() {}

    /** A step's own failure, which futures wrap for later steps. */
    public static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }
}

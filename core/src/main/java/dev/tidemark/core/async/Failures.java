package dev.tidemark.core.async;

import java.util.concurrent.CompletionException;

/** What futures fail with. */
public final class Failures {

    private Failures() {}

    /** What a step failed with: futures wrap it for the steps after it. */
    public static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }
}

package dev.tidemark.core.serve;

import dev.tidemark.core.async.Failures;
import java.util.concurrent.CompletableFuture;

/** A store could not be read; asking again may succeed. */
public final class StoreUnavailable extends RuntimeException {

    private static final long serialVersionUID = 1L;

    StoreUnavailable(Throwable cause) {
        super("a store could not be read", cause);
    }

    /** The same result; a failure becomes this exception, to distinguish it from a defect. */
    static <T> CompletableFuture<T> wrap(CompletableFuture<T> read) {
        return read.exceptionallyCompose(
                failure -> CompletableFuture.failedFuture(new StoreUnavailable(Failures.cause(failure))));
    }
}

package dev.tidemark.core.store;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of a conditional write. A write that may have happened is neither a failure nor a success, so {@link
 * Unknown} is a separate case.
 *
 * @param <T> what the store holds under the key
 */
public sealed interface Cas<T> {

    /** Written and confirmed. */
    record Stored<T>() implements Cas<T> {}

    /**
     * Not written: the condition failed.
     *
     * @param current what is stored instead (ALL_OLD); null if nothing is
     */
    record Conflict<T>(@Nullable T current) implements Cas<T> {}

    /** Certainly not written, for a reason that may be temporary: throttled, refused. */
    record Refused<T>(Throwable cause) implements Cas<T> {}

    /** It may or may not have been written, and it may still land: time-out, connection lost, HTTP 500. */
    record Unknown<T>(Throwable cause) implements Cas<T> {}

    /** Why a write was refused or its outcome is unknown; empty when the store has answered. */
    static Optional<Throwable> failure(Cas<?> result) {
        if (result instanceof Refused<?> refused) {
            return Optional.of(refused.cause());
        }
        return result instanceof Unknown<?> unknown ? Optional.of(unknown.cause()) : Optional.empty();
    }
}

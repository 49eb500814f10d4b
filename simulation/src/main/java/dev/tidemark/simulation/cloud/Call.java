package dev.tidemark.simulation.cloud;

import dev.tidemark.simulation.engine.Dial;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One request as the network sees it.
 *
 * @param what for the trace: the operation and what it is about, without payloads
 * @param writes whether it changes anything, so that it matters whether it was applied
 * @param outage a dial under which all attempts of the call fail; null for none
 * @param effect what the service does and answers
 * @param <T> the answer
 */
record Call<T>(
        Service service,
        Supplier<String> what,
        boolean writes,
        @Nullable Dial outage,
        Effect<T> effect) {

    /** What a service does with a request; may throw an SDK exception. */
    @FunctionalInterface
    interface Effect<T> {

        /** @param attempt which sending of the request this is, from 1 */
        T apply(int attempt);
    }
}

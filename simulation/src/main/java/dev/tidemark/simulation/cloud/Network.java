package dev.tidemark.simulation.cloud;

import java.util.concurrent.CompletableFuture;

/** Carries requests to the services. */
interface Network {

    /**
     * Sends a request.
     *
     * @param maxAttempts how often the SDK's client tries before it reports an error
     * @return completes as the client's future does; never, if the caller has died
     */
    <T> CompletableFuture<T> send(Caller caller, Call<T> call, int maxAttempts);
}

package dev.tidemark.serve;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How a server is set up.
 *
 * @param host the name or number of this machine where it listens
 * @param port 0 for any free one
 * @param anyone whether nobody is asked who they are
 * @param issuer whose tokens callers must show; null for no tokens
 * @param clientCa the file with the authorities of client certificates that callers must show; null for no certificates
 * @param tls certificate and key of the server; null for plain HTTP
 * @param concurrency how many requests are answered at once
 * @param drainSeconds for how long a stopping server answers what has arrived
 */
record ServeSettings(
        String host,
        int port,
        boolean anyone,
        @Nullable Issuer issuer,
        @Nullable Path clientCa,
        @Nullable Tls tls,
        int concurrency,
        int drainSeconds) {

    /** @param audience for which the tokens must be */
    record Issuer(String url, String audience) {}

    /** Files in PEM. */
    record Tls(Path certificate, Path key) {}

    /** Whether there is no rule who may call: then only programs on this machine can be let in. */
    boolean isForThisMachine() {
        return !anyone && issuer == null && clientCa == null;
    }
}

package dev.tidemark.serve;

import dev.tidemark.http.HttpServer;
import dev.tidemark.http.Limits;
import java.io.IOException;
import java.net.URI;
import java.time.InstantSource;
import java.util.function.Supplier;

/** The API of a local run: a function for programs on this machine. */
public final class ApiServer implements AutoCloseable {

    /** Bodies of up to four times the query function's limit get its own answer. */
    static final Limits LIMITS = new Limits(256, 30_000, 60_000, 1024 * 1024, 64L * 1024 * 1024);

    private final HttpServer server;

    private ApiServer(HttpServer server) {
        this.server = server;
    }

    /**
     * Starts to serve.
     *
     * @param port 0 for any free one
     * @param functions gives another instance of the function when all are busy
     * @throws IOException if the port is taken
     */
    public static ApiServer start(int port, Supplier<? extends ApiFunction> functions, InstantSource clock)
            throws IOException {
        return new ApiServer(HttpServer.start("api", port, LIMITS, new ApiService(functions, clock)));
    }

    public URI endpoint() {
        return server.endpoint();
    }

    @Override
    public void close() {
        server.close();
    }
}

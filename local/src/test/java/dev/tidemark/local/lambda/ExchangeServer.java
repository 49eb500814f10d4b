package dev.tidemark.local.lambda;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The JDK's HTTP server for the stand-ins of these tests, reachable from this machine only, with a bounded pool of daemon threads. Connections are
 * kept alive.
 */
final class ExchangeServer implements AutoCloseable {

    private static final String LOOPBACK = "127.0.0.1";
    private static final int BACKLOG = 512;

    static {
        // Read once, when the server's classes are loaded. Without it an answer, written as head and body, waits for
        // the client's delayed acknowledgement of the head: 40 ms for each request.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final HttpServer server;
    private final ExecutorService threads;

    private ExchangeServer(HttpServer server, ExecutorService threads) {
        this.server = server;
        this.threads = threads;
    }

    /**
     * Serves every path with one handler.
     *
     * @param name of the threads
     * @param port 0 for any free one
     * @param maxThreads how many requests are handled at once; more wait
     * @throws IOException if the port is taken
     */
    public static ExchangeServer start(String name, int port, int maxThreads, HttpHandler handler) throws IOException {
        InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        HttpServer server = HttpServer.create(new InetSocketAddress(loopback, port), BACKLOG);
        AtomicInteger number = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(maxThreads, task -> {
            Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        server.createContext("/", handler);
        server.setExecutor(threads);
        server.start();
        return new ExchangeServer(server, threads);
    }

    public URI endpoint() {
        return URI.create("http://" + LOOPBACK + ":" + server.getAddress().getPort());
    }

    /** Stops at once, cutting off requests that are being handled; again is harmless. */
    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}

package dev.tidemark.http;

import java.io.IOException;
import java.net.BindException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

/**
 * Jetty, for those whom its {@link Address} lets in and within {@link Limits}. A refused request gets a problem document.
 * All threads are daemons.
 */
public final class HttpServer implements AutoCloseable {

    /** How long the request line and the headers may be, each and together. */
    static final int MAX_HEADER_BYTES = 32 * 1024;

    private static final int BACKLOG = 512;

    /** For accepting and selecting. Each connection can hold one thread, so none has to wait for another's client. */
    private static final int OWN_THREADS = 8;

    private final Server server;
    private final ServerConnector connector;
    private final Connections connections;
    private final Requests requests;
    private final Address address;
    private final long checkMillis;

    private HttpServer(
            String name, Address address, Limits limits, Dialect dialect, Function<Connections, Handler> handlers) {
        QueuedThreadPool threads = new QueuedThreadPool(limits.maxConnections() + OWN_THREADS, 2);
        threads.setName(name);
        threads.setDaemon(true);
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setRequestHeaderSize(MAX_HEADER_BYTES);
        http.setHttpCompliance(dialect.http);
        http.setUriCompliance(dialect.uri);
        this.address = address;
        this.connections = new Connections(limits);
        this.checkMillis = Math.max(1, limits.requestMillis() / 4);
        this.server = new Server(threads);
        this.connector = new ServerConnector(server, 1, 1, address.protocols(new HttpConnectionFactory(http)));
        connector.setHost(address.host());
        connector.setPort(address.port());
        connector.setAcceptQueueSize(BACKLOG);
        connector.setIdleTimeout(limits.idleMillis());
        connector.setShutdownIdleTimeout(limits.idleMillis());
        connector.addBean(connections);
        server.addConnector(connector);
        server.setErrorHandler(new ProblemErrors());
        Handler handler = handlers.apply(connections);
        Handler bounded = dialect.wholeBodies ? new WholeBodies(handler, limits, connections) : handler;
        this.requests = new Requests(new Remainders(address.entrance().apply(bounded)), connections);
        server.setHandler(requests);
    }

    /** Which URLs and bodies a server takes, within what HTTP makes of them. */
    public enum Dialect {
        /** Bodies are small. The handler interprets the escapes in a path. */
        CALLS(
                HttpCompliance.RFC9110,
                UriCompliance.UNSAFE.without(
                        "calls", UriCompliance.Violation.ILLEGAL_PATH_CHARACTERS, UriCompliance.Violation.USER_INFO),
                true),

        /** As S3Proxy's own server has it: bodies are read piece by piece. */
        OBJECTS(HttpCompliance.LEGACY, UriCompliance.LEGACY, false);

        @SuppressWarnings("ImmutableEnumChecker") // Jetty's modes do not change.
        private final HttpCompliance http;

        @SuppressWarnings("ImmutableEnumChecker")
        private final UriCompliance uri;

        private final boolean wholeBodies;

        Dialect(HttpCompliance http, UriCompliance uri, boolean wholeBodies) {
            this.http = http;
            this.uri = uri;
            this.wholeBodies = wholeBodies;
        }
    }

    /**
     * Serves every path with one service, for programs on this machine.
     *
     * @param name of the threads
     * @param port 0 for any free one
     * @throws BindException if the port is taken
     */
    public static HttpServer start(String name, int port, Limits limits, Service service) throws IOException {
        return start(name, Address.ofThisMachine(port), limits, service);
    }

    /** The same at any address. */
    public static HttpServer start(String name, Address address, Limits limits, Service service) throws IOException {
        return start(name, address, limits, Dialect.CALLS, connections -> new Handler.Abstract() {
            @Override
            public boolean handle(Request request, Response response, Callback callback) throws IOException {
                ByteBuffer body = Content.Source.asByteBuffer(request);
                byte[] bytes = new byte[body.remaining()];
                body.get(bytes);
                Reply reply = service.answer(request, bytes);
                connections.held(request.getConnectionMetaData().getConnection(), reply.body().length);
                reply.send(response, callback);
                return true;
            }
        });
    }

    /** The same for a handler of Jetty, and programs on this machine. */
    public static HttpServer start(String name, int port, Limits limits, Dialect dialect, Handler handler)
            throws IOException {
        return start(name, Address.ofThisMachine(port), limits, dialect, connections -> handler);
    }

    private static HttpServer start(
            String name, Address address, Limits limits, Dialect dialect, Function<Connections, Handler> handlers)
            throws IOException {
        return new HttpServer(name, address, limits, dialect, handlers).started(name);
    }

    private HttpServer started(String name) throws IOException {
        try {
            server.start();
        } catch (Exception e) {
            close();
            String message = name + " could not listen on port " + address.port() + ": " + e.getMessage();
            throw isBinding(e) ? (IOException) new BindException(message).initCause(e) : new IOException(message, e);
        }
        watch();
        return this;
    }

    /** Jetty wraps it. */
    private static boolean isBinding(@Nullable Throwable failure) {
        return failure instanceof BindException || (failure != null && isBinding(failure.getCause()));
    }

    private void watch() {
        connector.getScheduler().schedule(this::closeOverdue, checkMillis, TimeUnit.MILLISECONDS);
    }

    private void closeOverdue() {
        connections.closeOverdue();
        if (server.isRunning()) {
            watch();
        }
    }

    public URI endpoint() {
        return address.uri(connector.getLocalPort());
    }

    /**
     * Takes no more connections, answers the requests that have arrived, and stops. Clients are told with each answer to
     * close their connections.
     *
     * @return whether all were answered in this time; the others are cut off
     */
    public boolean drain(long atMostMillis) throws InterruptedException {
        requests.announceEnd();
        // What it returns waits for idle connections too; they are closed below.
        var unused = connector.shutdown();
        boolean answered = requests.awaitNone(atMostMillis);
        close();
        return answered;
    }

    /** Stops at once, cutting off requests that are being handled; may be repeated. */
    @Override
    public void close() {
        try {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException("the server did not stop: " + e.getMessage(), e);
        }
    }
}

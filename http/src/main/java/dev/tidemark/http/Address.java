package dev.tidemark.http;

import java.net.URI;
import java.util.function.UnaryOperator;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.jspecify.annotations.Nullable;

/**
 * Where a server listens, and whom it lets in.
 *
 * @param host a name or number of this machine
 * @param port 0 for any free one
 * @param tls null for plain HTTP
 * @param entrance given the handler of all requests, the handler that decides which of them get to it
 */
public record Address(String host, int port, SslContextFactory.@Nullable Server tls, UnaryOperator<Handler> entrance) {

    private static final String LOOPBACK = "127.0.0.1";

    /** For programs on this machine, and requests that were meant for it ({@link Guard}). */
    public static Address ofThisMachine(int port) {
        return new Address(LOOPBACK, port, null, Guard::new);
    }

    /** Plain HTTP, or TLS before it. */
    ConnectionFactory[] protocols(HttpConnectionFactory http) {
        return tls == null
                ? new ConnectionFactory[] {http}
                : new ConnectionFactory[] {new SslConnectionFactory(tls, http.getProtocol()), http};
    }

    URI uri(int actualPort) {
        String name = host.contains(":") ? "[" + host + "]" : host;
        return URI.create((tls == null ? "http://" : "https://") + name + ":" + actualPort);
    }
}

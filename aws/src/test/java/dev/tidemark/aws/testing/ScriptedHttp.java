package dev.tidemark.aws.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.atomic.AtomicInteger;

/** A plain HTTP/1.1 server with the answers of a test. */
public final class ScriptedHttp implements AutoCloseable {

    private final HttpServer server;
    private final AtomicInteger requests = new AtomicInteger();

    /** What the server says to a request. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    public record Answer(int status, String contentType, byte[] body) {}

    /** Decides on an answer. */
    @FunctionalInterface
    public interface Script {

        /** @param target the header X-Amz-Target, which names the operation */
        Answer answer(String target, byte[] body) throws IOException;
    }

    public ScriptedHttp(Script script) {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", exchange -> serve(exchange, script));
        server.start();
    }

    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    public int requests() {
        return requests.get();
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void serve(HttpExchange exchange, Script script) throws IOException {
        requests.incrementAndGet();
        try (exchange) {
            Answer answer = script.answer(
                    exchange.getRequestHeaders().getFirst("X-Amz-Target"),
                    exchange.getRequestBody().readAllBytes());
            exchange.getResponseHeaders().set("Content-Type", answer.contentType());
            exchange.sendResponseHeaders(answer.status(), answer.body().length);
            exchange.getResponseBody().write(answer.body());
        }
    }
}

package dev.tidemark.local.lambda;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;

/** Stands between a function and one service: notes each call, and lets it through or refuses it. */
final class Tap implements AutoCloseable {

    private static final int MAX_THREADS = 16;
    private static final int BAD_REQUEST = 400;

    /** What the HTTP client sets by itself. */
    private static final Set<String> OWN_HEADERS =
            Set.of("host", "content-length", "connection", "expect", "upgrade", "http2-settings", "transfer-encoding");

    private static final String THROTTLED =
            "{\"__type\":\"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException\"}";

    private final String service;
    private final URI target;
    private final Journal journal;
    private final ExchangeServer server;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private volatile BiPredicate<String, String> refused = (operation, body) -> false;

    Tap(String service, URI target, Journal journal) throws IOException {
        this.service = service;
        this.target = target;
        this.journal = journal;
        this.server = ExchangeServer.start("tap-" + service, 0, MAX_THREADS, this::handle);
    }

    URI endpoint() {
        return server.endpoint();
    }

    /** From now on, throttles the calls whose operation and body fit. */
    void refuse(BiPredicate<String, String> calls) {
        refused = calls;
    }

    @Override
    public void close() {
        server.close();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            String operation = operation(exchange);
            journal.add(service + " " + operation);
            if (refused.test(operation, new String(body, UTF_8))) {
                byte[] answer = THROTTLED.getBytes(UTF_8);
                exchange.getResponseHeaders().set("Content-Type", "application/x-amz-json-1.0");
                exchange.sendResponseHeaders(BAD_REQUEST, answer.length);
                exchange.getResponseBody().write(answer);
                return;
            }
            answer(exchange, http.send(forwarded(exchange, body), HttpResponse.BodyHandlers.ofByteArray()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Such as {@code GetItem}, or {@code GET /bucket/key}. */
    private static String operation(HttpExchange exchange) {
        String operation = exchange.getRequestHeaders().getFirst("X-Amz-Target");
        return operation != null
                ? operation.substring(operation.indexOf('.') + 1)
                : exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath();
    }

    private HttpRequest forwarded(HttpExchange exchange, byte[] body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create(target + exchange.getRequestURI().toString()))
                .method(exchange.getRequestMethod(), HttpRequest.BodyPublishers.ofByteArray(body));
        copy(exchange.getRequestHeaders(), request::header);
        return request.build();
    }

    private static void answer(HttpExchange exchange, HttpResponse<byte[]> response) throws IOException {
        copy(response.headers().map(), exchange.getResponseHeaders()::add);
        boolean head = exchange.getRequestMethod().equals("HEAD");
        if (head) {
            response.headers()
                    .firstValue("Content-Length")
                    .ifPresent(length -> exchange.getResponseHeaders().set("Content-Length", length));
        }
        byte[] body = response.body();
        exchange.sendResponseHeaders(response.statusCode(), head || body.length == 0 ? -1 : body.length);
        if (!head && body.length > 0) {
            exchange.getResponseBody().write(body);
        }
    }

    private interface Header {
        void set(String name, String value);
    }

    private static void copy(Map<String, List<String>> headers, Header into) {
        headers.forEach((name, values) -> {
            if (!OWN_HEADERS.contains(name.toLowerCase(Locale.ROOT))) {
                values.forEach(value -> into.set(name, value));
            }
        });
    }
}

package dev.tidemark.local.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyResponseEvent;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URI;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Serves a function as a REST API with a Lambda proxy integration on every path and method. */
public final class ApiServer implements AutoCloseable {

    private static final int MAX_THREADS = 32;

    /** Lambda's limit on a synchronous request. */
    private static final int MAX_BODY_BYTES = 6 * 1024 * 1024;

    private static final int BAD_REQUEST = 400;
    private static final int PAYLOAD_TOO_LARGE = 413;
    private static final int BAD_GATEWAY = 502;

    private final Sandboxes<ApiFunction> sandboxes;
    private final InstantSource clock;
    private final LoopbackServer server;

    private ApiServer(int port, Supplier<? extends ApiFunction> functions, InstantSource clock) throws IOException {
        this.sandboxes = new Sandboxes<>(functions);
        this.clock = clock;
        this.server = LoopbackServer.start("api", port, MAX_THREADS, this::handle);
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
        return new ApiServer(port, functions, clock);
    }

    public URI endpoint() {
        return server.endpoint();
    }

    @Override
    public void close() {
        server.close();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY_BYTES + 1);
            if (body.length > MAX_BODY_BYTES) {
                refuse(exchange, PAYLOAD_TOO_LARGE, "Request Too Long");
                return;
            }
            APIGatewayProxyRequestEvent request;
            try {
                request = ProxyEvents.of(exchange, body, clock);
            } catch (IllegalArgumentException e) {
                refuse(exchange, BAD_REQUEST, "Bad Request");
                return;
            }
            answer(exchange, request);
        }
    }

    private void answer(HttpExchange exchange, APIGatewayProxyRequestEvent request) throws IOException {
        ApiFunction function = sandboxes.take();
        APIGatewayProxyResponseEvent response;
        try {
            response = function.handle(request);
        } catch (Exception | LinkageError | AssertionError | StackOverflowError e) {
            // As API Gateway answers; what went wrong is for the function's log, not for its client.
            refuse(exchange, BAD_GATEWAY, "Internal server error");
            return;
        } finally {
            sandboxes.giveBack(function);
        }
        if (response == null || response.getStatusCode() == null) {
            refuse(exchange, BAD_GATEWAY, "Internal server error");
            return;
        }
        Headers headers = exchange.getResponseHeaders();
        if (response.getHeaders() != null) {
            response.getHeaders().forEach(headers::set);
        }
        if (response.getMultiValueHeaders() != null) {
            response.getMultiValueHeaders().forEach((name, values) -> headers.put(name, List.copyOf(values)));
        }
        headers.set("x-amzn-RequestId", request.getRequestContext().getRequestId());
        send(exchange, response.getStatusCode(), body(response));
    }

    private static byte[] body(APIGatewayProxyResponseEvent response) {
        @Nullable String body = response.getBody();
        if (body == null) {
            return new byte[0];
        }
        return Boolean.TRUE.equals(response.getIsBase64Encoded())
                ? Base64.getDecoder().decode(body)
                : body.getBytes(UTF_8);
    }

    private static void refuse(HttpExchange exchange, int status, String message) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        send(exchange, status, ("{\"message\": \"" + message + "\"}").getBytes(UTF_8));
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, body.length == 0 || head ? -1 : body.length);
        if (body.length > 0 && !head) {
            exchange.getResponseBody().write(body);
        }
    }
}

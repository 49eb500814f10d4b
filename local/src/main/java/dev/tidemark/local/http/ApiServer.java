package dev.tidemark.local.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyResponseEvent;
import dev.tidemark.kinesis.http.GatewayProblem;
import dev.tidemark.kinesis.http.Limits;
import dev.tidemark.kinesis.http.LoopbackServer;
import dev.tidemark.kinesis.http.Reply;
import java.io.IOException;
import java.net.URI;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/** Serves a function as a REST API with a Lambda proxy integration on every path and method. */
public final class ApiServer implements AutoCloseable {

    /** Bodies of up to four times the query function's limit get its own answer. */
    static final Limits LIMITS = new Limits(256, 30_000, 60_000, 1024 * 1024, 64L * 1024 * 1024);

    private final Sandboxes<ApiFunction> sandboxes;
    private final InstantSource clock;
    private final LoopbackServer server;

    private ApiServer(int port, Supplier<? extends ApiFunction> functions, InstantSource clock, Limits limits)
            throws IOException {
        this.sandboxes = new Sandboxes<>(functions);
        this.clock = clock;
        this.server = LoopbackServer.start("api", port, limits, this::answer);
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
        return start(port, functions, clock, LIMITS);
    }

    static ApiServer start(int port, Supplier<? extends ApiFunction> functions, InstantSource clock, Limits limits)
            throws IOException {
        return new ApiServer(port, functions, clock, limits);
    }

    public URI endpoint() {
        return server.endpoint();
    }

    @Override
    public void close() {
        server.close();
    }

    private Reply answer(Request http, byte[] body) {
        APIGatewayProxyRequestEvent request;
        try {
            request = ProxyEvents.of(http, body, clock);
        } catch (IllegalArgumentException e) {
            return GatewayProblem.of(
                    HttpStatus.BAD_REQUEST_400,
                    "the query string is not UTF-8, or has an incomplete percent escape",
                    "percent-encode the UTF-8 bytes of names and values; a '%' itself is written %25");
        }
        ApiFunction function = sandboxes.take();
        APIGatewayProxyResponseEvent response;
        try {
            response = function.handle(request);
        } catch (Exception | LinkageError | AssertionError | StackOverflowError e) {
            // As API Gateway answers; the cause is for the function's log, not for its client.
            return failed();
        } finally {
            sandboxes.giveBack(function);
        }
        if (response == null || response.getStatusCode() == null) {
            return failed();
        }
        Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        if (response.getHeaders() != null) {
            response.getHeaders().forEach((name, value) -> headers.put(name, List.of(value)));
        }
        if (response.getMultiValueHeaders() != null) {
            headers.putAll(response.getMultiValueHeaders());
        }
        headers.put("x-amzn-RequestId", List.of(request.getRequestContext().getRequestId()));
        return new Reply(response.getStatusCode(), headers, body(response));
    }

    private static Reply failed() {
        return GatewayProblem.of(HttpStatus.BAD_GATEWAY_502, "the function failed", "try again later");
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
}

package dev.tidemark.serve;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyResponseEvent;
import dev.tidemark.http.GatewayProblem;
import dev.tidemark.http.Reply;
import dev.tidemark.http.Service;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/** Gives requests to a function, as a REST API with a Lambda proxy integration on every path and method does. */
final class ApiService implements Service {

    /** Set on a request that the function has answered; others were refused before. */
    static final String ANSWERED = "dev.tidemark.answered";

    private final Sandboxes<ApiFunction> sandboxes;
    private final InstantSource clock;

    /** @param functions gives another instance of the function when all are busy */
    ApiService(Supplier<? extends ApiFunction> functions, InstantSource clock) {
        this.sandboxes = new Sandboxes<>(functions);
        this.clock = clock;
    }

    @Override
    public Reply answer(Request http, byte[] body) {
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
            http.setAttribute(ANSWERED, true);
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

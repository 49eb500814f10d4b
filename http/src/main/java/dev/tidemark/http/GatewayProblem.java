package dev.tidemark.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.eclipse.jetty.http.HttpStatus;

/**
 * The problem documents (RFC 9457) of the servers in front of functions and stores, in the form that the OpenAPI
 * document gives for the deployed gateway's.
 */
public final class GatewayProblem {

    private static final String TYPES = "tag:tidemark.dev,2026:problem/";
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private GatewayProblem() {}

    /**
     * The answer that ends a request with a problem.
     *
     * @param detail what is wrong, without internals
     * @param remedy what the client can do about it
     */
    public static Reply of(int status, String detail, String remedy) {
        String id = UUID.randomUUID().toString();
        ObjectNode problem = MAPPER.createObjectNode()
                .put("type", TYPES + (status == HttpStatus.PAYLOAD_TOO_LARGE_413 ? "body-too-large" : "gateway"))
                .put("title", title(status))
                .put("status", status)
                .put("detail", detail)
                .put("remedy", remedy)
                .put("instance", id);
        Map<String, List<String>> headers =
                Map.of("Content-Type", List.of("application/problem+json"), "x-amzn-RequestId", List.of(id));
        return new Reply(status, headers, bytes(problem));
    }

    private static String title(int status) {
        if (status == HttpStatus.PAYLOAD_TOO_LARGE_413) {
            return "The request body is too large";
        }
        return HttpStatus.isServerError(status) ? "The gateway got no answer" : "The gateway refused the request";
    }

    private static byte[] bytes(ObjectNode problem) {
        try {
            return MAPPER.writeValueAsString(problem).getBytes(UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a problem cannot be written", e);
        }
    }
}

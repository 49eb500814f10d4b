package dev.tidemark.serve;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent.ProxyRequestContext;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent.RequestIdentity;
import dev.tidemark.core.event.Utf8;
import java.net.URLDecoder;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * Requests as a REST API with the resource {@code /{proxy+}} hands them to its function: the path and the path
 * parameter stay percent-encoded, query parameters are decoded, the single-value maps hold each name's last value.
 */
final class ProxyEvents {

    private static final String RESOURCE = "/{proxy+}";
    private static final String STAGE = "local";

    private ProxyEvents() {}

    /** @throws IllegalArgumentException if the query string is no UTF-8, percent-encoded */
    static APIGatewayProxyRequestEvent of(Request request, byte[] body, InstantSource clock) {
        Map<String, List<String>> headers = headers(request);
        Map<String, List<String>> query = query(request.getHttpURI().getQuery());
        String path = request.getHttpURI().getPath();
        APIGatewayProxyRequestEvent event = new APIGatewayProxyRequestEvent()
                .withResource(RESOURCE)
                .withPath(path)
                .withHttpMethod(request.getMethod())
                .withHeaders(lastValues(headers))
                .withMultiValueHeaders(headers)
                .withPathParameters(Map.of("proxy", path.startsWith("/") ? path.substring(1) : path))
                .withRequestContext(context(request, path, clock));
        if (!query.isEmpty()) {
            // Null, as API Gateway has it, for a request without any.
            event.withQueryStringParameters(lastValues(query)).withMultiValueQueryStringParameters(query);
        }
        return withBody(event, body);
    }

    private static APIGatewayProxyRequestEvent withBody(APIGatewayProxyRequestEvent event, byte[] body) {
        if (body.length == 0) {
            return event.withIsBase64Encoded(false);
        }
        String text = Utf8.decode(body);
        return text != null
                ? event.withBody(text).withIsBase64Encoded(false)
                : event.withBody(Base64.getEncoder().encodeToString(body)).withIsBase64Encoded(true);
    }

    private static ProxyRequestContext context(Request request, String path, InstantSource clock) {
        String agent = request.getHeaders().get(HttpHeader.USER_AGENT);
        return new ProxyRequestContext()
                .withAccountId("000000000000")
                .withApiId("local")
                .withStage(STAGE)
                .withResourcePath(RESOURCE)
                .withPath("/" + STAGE + path)
                .withHttpMethod(request.getMethod())
                .withRequestId(UUID.randomUUID().toString())
                .withProtocol(request.getConnectionMetaData().getProtocol())
                .withRequestTimeEpoch(clock.millis())
                .withIdentity(new RequestIdentity()
                        .withSourceIp(Request.getRemoteAddr(request))
                        .withUserAgent(agent));
    }

    private static Map<String, List<String>> headers(Request request) {
        Map<String, List<String>> headers = new LinkedHashMap<>();
        for (String name : request.getHeaders().getFieldNamesCollection()) {
            headers.put(name, request.getHeaders().getValuesList(name));
        }
        return headers;
    }

    /** The decoded parameters of a query string, in order. */
    static Map<String, List<String>> query(@Nullable String raw) {
        Map<String, List<String>> query = new LinkedHashMap<>();
        if (raw == null) {
            return query;
        }
        for (String part : raw.split("&")) {
            int equals = part.indexOf('=');
            String name = equals < 0 ? part : part.substring(0, equals);
            String value = equals < 0 ? "" : part.substring(equals + 1);
            if (!name.isEmpty()) {
                query.computeIfAbsent(decode(name), key -> new ArrayList<>()).add(decode(value));
            }
        }
        return query;
    }

    /** Strict: a malformed text is not silently changed. */
    private static String decode(String text) {
        // Characters outside Latin-1, which a URL cannot hold, are not lost: the text is then not UTF-8.
        String decoded = Utf8.decode(URLDecoder.decode(text, ISO_8859_1).getBytes(ISO_8859_1));
        if (decoded == null) {
            throw new IllegalArgumentException("not UTF-8: " + text);
        }
        return decoded;
    }

    private static Map<String, String> lastValues(Map<String, List<String>> multi) {
        return multi.entrySet().stream()
                .filter(entry -> !entry.getValue().isEmpty())
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        entry -> entry.getValue().get(entry.getValue().size() - 1),
                        (first, second) -> second,
                        LinkedHashMap::new));
    }
}

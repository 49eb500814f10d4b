package dev.tidemark.functions.query;

import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent;
import dev.tidemark.core.serve.Quoted;
import dev.tidemark.core.value.ArrowStream;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The headers of a request that change its answer. */
final class Headers {

    private static final int MAX_PINS = 10;

    /** An entity tag (RFC 9110); a hash without quotes is one, too. */
    private static final Pattern TAG = Pattern.compile("(\"?)([0-9a-zA-Z_-]{1,64})\\1");

    private final Map<String, List<String>> values = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

    Headers(APIGatewayProxyRequestEvent event) {
        if (event.getHeaders() != null) {
            event.getHeaders().forEach((name, value) -> values.put(name, List.of(value)));
        }
        if (event.getMultiValueHeaders() != null) {
            values.putAll(event.getMultiValueHeaders());
        }
    }

    /** The hashes in {@code If-Match}; null if any definition will do. */
    @Nullable
    Set<String> pins() {
        List<String> given = values.getOrDefault("If-Match", List.of());
        String text = String.join(",", given).strip();
        if (given.isEmpty() || text.equals("*")) {
            return null;
        }
        Set<String> pins = new LinkedHashSet<>();
        for (String tag : text.split(",", -1)) {
            Matcher hash = TAG.matcher(tag.strip());
            if (!hash.matches() || pins.size() == MAX_PINS) {
                throw new RequestProblem(
                        Problem.Kind.BAD_PARAMETER,
                        "the header If-Match is " + Quoted.of(text),
                        "write the model's hash in quotes, as in If-Match: \"7c1e0a9b3d5f2468\"; at most " + MAX_PINS);
            }
            pins.add(hash.group(2));
        }
        return pins;
    }

    /** Whether the caller asks for Arrow, and does not rather have JSON. */
    boolean acceptsArrow() {
        List<String> types = new ArrayList<>();
        values.getOrDefault("Accept", List.of()).forEach(value -> types.addAll(List.of(value.split(","))));
        for (String type : types) {
            String name = type.split(";")[0].strip().toLowerCase(Locale.ROOT);
            if (name.equals(ArrowStream.MEDIA_TYPE)) {
                return true;
            }
            if (name.equals("application/json")) {
                return false;
            }
        }
        return false;
    }
}

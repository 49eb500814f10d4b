package dev.tidemark.functions.query;

import dev.tidemark.core.event.Utf8;
import dev.tidemark.core.serve.Quoted;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** The resource that a path names, with the values in the path decoded. */
sealed interface Route {

    /** {@code GET /v1/views/{view}/entities/{key}} */
    record Entity(String view, String key) implements Route {}

    /** {@code POST /v1/features:batch} */
    record Batch() implements Route {}

    /** {@code POST /v1/models/{model}:features} */
    record Model(String model) implements Route {}

    /** {@code GET /v1/models/{model}/quality} */
    record Quality(String model) implements Route {}

    /** {@code GET /v1/models/{model}/champion} */
    record Champion(String model) implements Route {}

    /** {@code GET /v1/catalog} */
    record Catalog() implements Route {}

    /** {@code GET /v1/health} */
    record Health() implements Route {}

    /** {@code GET /v1/openapi.json} */
    record OpenApi() implements Route {}

    /** Method and path template of every route, as the OpenAPI document has them. */
    List<String> TEMPLATES = List.of(
            "GET /v1/views/{view}/entities/{key}",
            "POST /v1/features:batch",
            "POST /v1/models/{model}:features",
            "GET /v1/models/{model}/quality",
            "GET /v1/models/{model}/champion",
            "GET /v1/catalog",
            "GET /v1/health",
            "GET /v1/openapi.json");

    /** What is asked of a model. */
    String FEATURES = ":features";

    /** A word for the log. */
    default String word() {
        if (this instanceof Entity) {
            return "entity";
        }
        if (this instanceof Batch) {
            return "batch";
        }
        if (this instanceof Model) {
            return "model";
        }
        if (this instanceof Quality) {
            return "quality";
        }
        if (this instanceof Champion) {
            return "champion";
        }
        if (this instanceof Catalog) {
            return "catalog";
        }
        return this instanceof Health ? "health" : "openapi";
    }

    /** The one method of the resource. */
    default String method() {
        return this instanceof Batch || this instanceof Model ? "POST" : "GET";
    }

    /** The query parameters of the resource. */
    default Set<String> parameters() {
        if (this instanceof Entity) {
            return Set.of("features", "at", "knowledge", "explain");
        }
        if (this instanceof Quality) {
            return Set.of("window", "version", "at", "slice");
        }
        return this instanceof Model ? Set.of("explain", "stale") : Set.of();
    }

    /**
     * Finds the route of a path.
     *
     * @param path as in the request line, percent-encoded; what stands before {@code /v1/} is a custom domain's base path
     */
    static Route of(String path) {
        List<String> segments = Arrays.asList(path.split("/", -1));
        int version = segments.indexOf("v1");
        List<String> below = version < 0 ? List.of() : segments.subList(version + 1, segments.size());
        if (below.size() == 4 && below.get(0).equals("views") && below.get(2).equals("entities")) {
            return new Entity(decode(below.get(1)), decode(below.get(3)));
        }
        if (below.size() == 2 && below.get(0).equals("models")) {
            String name = decode(below.get(1));
            if (name.endsWith(FEATURES)) {
                return new Model(name.substring(0, name.length() - FEATURES.length()));
            }
        }
        if (below.size() == 3 && below.get(0).equals("models") && below.get(2).equals("quality")) {
            return new Quality(decode(below.get(1)));
        }
        if (below.size() == 3 && below.get(0).equals("models") && below.get(2).equals("champion")) {
            return new Champion(decode(below.get(1)));
        }
        return switch (String.join("/", below)) {
            case "features:batch", "features%3Abatch", "features%3abatch" -> new Batch();
            case "catalog" -> new Catalog();
            case "health" -> new Health();
            case "openapi.json" -> new OpenApi();
            default ->
                throw new RequestProblem(new Problem(
                        Problem.Kind.UNKNOWN_ROUTE,
                        "there is nothing at the path " + Quoted.of(path),
                        "use one of the available paths; a '/' inside an entity key is written %2F",
                        TEMPLATES));
        };
    }

    /** Strict: a malformed text that was silently changed would give an answer about another entity. */
    private static String decode(String segment) {
        byte[] written = segment.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream decoded = new ByteArrayOutputStream(written.length);
        for (int i = 0; i < written.length; i++) {
            if (written[i] == '%') {
                decoded.write(16 * digit(segment, written, i + 1) + digit(segment, written, i + 2));
                i += 2;
            } else {
                decoded.write(written[i]);
            }
        }
        String text = Utf8.decode(decoded.toByteArray());
        if (text == null) {
            throw bad(segment, "is not UTF-8", "percent-encode the UTF-8 bytes of every segment");
        }
        return text;
    }

    private static int digit(String segment, byte[] written, int at) {
        int digit = at < written.length ? Character.digit(written[at], 16) : -1;
        if (digit < 0) {
            throw bad(
                    segment,
                    "has an incomplete percent escape",
                    "percent-encode every segment; a '%' itself is written %25");
        }
        return digit;
    }

    private static RequestProblem bad(String segment, String problem, String remedy) {
        return new RequestProblem(
                Problem.Kind.BAD_PARAMETER, "the path segment " + Quoted.of(segment) + " " + problem, remedy);
    }
}

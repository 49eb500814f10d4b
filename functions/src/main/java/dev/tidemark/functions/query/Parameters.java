package dev.tidemark.functions.query;

import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent;
import dev.tidemark.core.event.IsoTime;
import dev.tidemark.core.past.Knowledge;
import dev.tidemark.core.serve.Quoted;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The query parameters of a request; API Gateway has decoded them already. */
final class Parameters {

    private static final int MAX_FEATURES_CHARS = 8 * 1024;

    private final Map<String, String> values = new TreeMap<>();

    /** Checks that every parameter is known to the route and given once. */
    Parameters(APIGatewayProxyRequestEvent event, Set<String> known) {
        Map<String, String> given = event.getQueryStringParameters();
        if (given != null) {
            values.putAll(given);
        }
        Map<String, List<String>> multiple = event.getMultiValueQueryStringParameters();
        if (multiple != null) {
            multiple.forEach((name, all) -> putOnce(name, all));
        }
        for (String name : values.keySet()) {
            if (!known.contains(name)) {
                throw new RequestProblem(new Problem(
                        Problem.Kind.BAD_PARAMETER,
                        "this resource has no query parameter " + Quoted.of(name),
                        known.isEmpty() ? "leave it out" : "use one of the available parameters",
                        known.stream().sorted().toList()));
            }
        }
    }

    private void putOnce(String name, List<String> all) {
        if (all.size() > 1) {
            throw bad(name, "is given " + all.size() + " times", "give it once; names are separated by commas");
        }
        all.forEach(value -> values.put(name, value));
    }

    /** The names in {@code features}; null if it is not given. */
    @Nullable
    List<String> features() {
        return names("features");
    }

    /** The text of a parameter; null if it is not given. */
    @Nullable
    String text(String name) {
        return values.get(name);
    }

    /** The names in a parameter; null if it is not given. */
    @Nullable
    List<String> names(String name) {
        String text = values.get(name);
        if (text == null) {
            return null;
        }
        if (text.isBlank() || text.length() > MAX_FEATURES_CHARS) {
            throw bad(
                    name,
                    "is empty or longer than " + MAX_FEATURES_CHARS + " characters",
                    "separate names by commas, or leave it out to get all");
        }
        List<String> names = new ArrayList<>();
        Arrays.stream(text.split(",", -1)).map(String::strip).forEach(names::add);
        return names;
    }

    /** The moment in {@code at}, milliseconds since the epoch; null if it is not given. */
    @Nullable
    Long atMillis() {
        return moment(values.get("at"));
    }

    /** What {@code knowledge} asks for; null if it is not given. */
    @Nullable
    Set<Knowledge> knowledge() {
        String text = values.get("knowledge");
        if (text == null) {
            return null;
        }
        return switch (text) {
            case "served" -> Set.of(Knowledge.SERVED);
            case "now" -> Set.of(Knowledge.NOW);
            case "both" -> Set.of(Knowledge.SERVED, Knowledge.NOW);
            default ->
                throw bad(
                        "knowledge",
                        Quoted.of(text) + " is neither served, now nor both",
                        "write knowledge=served for what was answered then, knowledge=now for what is known today, or "
                                + "knowledge=both to compare them");
        };
    }

    boolean explain() {
        String text = values.getOrDefault("explain", "false");
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default ->
                throw bad(
                        "explain",
                        Quoted.of(text) + " is neither true nor false",
                        "write explain=true, or leave it out");
        };
    }

    /** Whether a stale answer is wanted all the same. */
    boolean servesStale() {
        String text = values.getOrDefault("stale", "serve");
        return switch (text) {
            case "serve" -> true;
            case "refuse" -> false;
            default ->
                throw bad(
                        "stale",
                        Quoted.of(text) + " is neither serve nor refuse",
                        "write stale=refuse to get a problem in place of a stale answer, or leave it out");
        };
    }

    /** Reads a moment in any form that events may use; null stays null. */
    static @Nullable Long moment(@Nullable String text) {
        if (text == null) {
            return null;
        }
        long millis = IsoTime.parseMillis(text);
        if (millis == IsoTime.NONE) {
            throw bad(
                    "at",
                    Quoted.of(text) + " is no moment in ISO 8601, from 1970 to 9999",
                    "write it like 2026-01-31T10:00:00Z; the '+' of an offset is percent-encoded as %2B");
        }
        return millis;
    }

    private static RequestProblem bad(String name, String problem, String remedy) {
        return new RequestProblem(Problem.Kind.BAD_PARAMETER, "parameter " + Quoted.of(name) + " " + problem, remedy);
    }
}

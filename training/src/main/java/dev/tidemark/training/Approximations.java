package dev.tidemark.training;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.core.aggregate.Computation.Approximation;
import java.util.Map;
import java.util.TreeMap;

/** In how many rows a value may be inexact, by value and method, as answers mark it. Not thread-safe. */
final class Approximations {

    private final Map<String, Map<String, Count>> byValue = new TreeMap<>();

    /** @param maxRelativeError the greatest of the rows */
    private record Count(long rows, double maxRelativeError) {

        Count plus(Count other) {
            return new Count(rows + other.rows, Math.max(maxRelativeError, other.maxRelativeError));
        }
    }

    /** Counts a row. */
    void add(Map<String, Approximation> ofRow) {
        ofRow.forEach((value, one) -> add(value, one.method(), new Count(1, one.relativeError())));
    }

    private void add(String value, String method, Count count) {
        byValue.computeIfAbsent(value, name -> new TreeMap<>()).merge(method, count, Count::plus);
    }

    /** Adds an output of {@link #toJson}. */
    void add(JsonNode json) {
        json.properties()
                .forEach(value -> value.getValue()
                        .properties()
                        .forEach(method -> add(
                                value.getKey(),
                                method.getKey(),
                                new Count(
                                        method.getValue().path("rows").asLong(),
                                        method.getValue()
                                                .path("maxRelativeError")
                                                .asDouble()))));
    }

    ObjectNode toJson() {
        ObjectNode json = JobFiles.object();
        byValue.forEach((value, methods) -> {
            ObjectNode ofValue = json.putObject(value);
            methods.forEach((method, count) -> ofValue.putObject(method)
                    .put("rows", count.rows())
                    .put("maxRelativeError", count.maxRelativeError()));
        });
        return json;
    }

    /** Describes one value, beside its column; nothing if it is exact in every row. */
    void describe(String value, long rows, ObjectNode column) {
        Map<String, Count> methods = byValue.getOrDefault(value, Map.of());
        if (!methods.isEmpty()) {
            ArrayNode list = column.putArray("approximate");
            methods.forEach((method, count) -> list.addObject()
                    .put("method", method)
                    .put("rows", count.rows())
                    .put("share", (double) count.rows() / rows)
                    .put("maxRelativeError", count.maxRelativeError()));
        }
    }
}

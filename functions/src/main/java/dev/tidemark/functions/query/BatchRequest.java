package dev.tidemark.functions.query;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The body of a batch read: entities of one or several views, all as of one moment.
 *
 * @param at as written; null for now
 * @param queries at least one
 */
record BatchRequest(@Nullable String at, List<Query> queries) {

    static final int MAX_QUERIES = 10;
    static final int MAX_ENTITIES = 100;
    static final int MAX_FEATURES = 1_000;

    /**
     * @param features names of values; null for all of the view
     */
    record Query(
            String view, List<String> entities, @Nullable List<String> features) {}

    static BatchRequest parse(String body) {
        JsonNode root = RequestBody.object(RequestBody.tree(body), "", Set.of("at", "queries"));
        List<Query> queries = new ArrayList<>();
        Faults faults = new Faults();
        String at = root.has("at") ? text(root.get("at"), "/at", faults) : null;
        for (JsonNode query : RequestBody.array(root.path("queries"), "/queries", MAX_QUERIES)) {
            queries.add(query(query, "/queries/" + queries.size(), faults));
        }
        faults.throwIfAny();
        int entities =
                queries.stream().mapToInt(query -> query.entities().size()).sum();
        if (entities > MAX_ENTITIES) {
            throw RequestBody.bad(
                    "", "asks for " + entities + " entities", "ask for at most " + MAX_ENTITIES + " in one request");
        }
        return new BatchRequest(at, queries);
    }

    private static Query query(JsonNode node, String at, Faults faults) {
        RequestBody.object(node, at, Set.of("view", "entities", "features"));
        return new Query(
                text(node.path("view"), at + "/view", faults),
                texts(node.path("entities"), at + "/entities", MAX_ENTITIES, faults),
                node.has("features") ? texts(node.get("features"), at + "/features", MAX_FEATURES, faults) : null);
    }

    private static List<String> texts(JsonNode node, String at, int max, Faults faults) {
        List<String> texts = new ArrayList<>();
        for (JsonNode element : RequestBody.array(node, at, max)) {
            texts.add(text(element, at + "/" + texts.size(), faults));
        }
        return texts;
    }

    /** Empty if it is invalid, which is noted. */
    private static String text(JsonNode node, String at, Faults faults) {
        if (node.isTextual()) {
            return node.textValue();
        }
        faults.add(
                at,
                new Problem(
                        Problem.Kind.BAD_BODY,
                        "this is not a string",
                        "send a string, also for keys that are numbers in events"));
        return "";
    }
}

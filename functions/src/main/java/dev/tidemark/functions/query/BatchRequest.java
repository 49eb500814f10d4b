package dev.tidemark.functions.query;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.tidemark.core.serve.Quoted;
import java.util.ArrayList;
import java.util.Iterator;
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

    static final int MAX_BODY_BYTES = 256 * 1024;
    static final int MAX_QUERIES = 10;
    static final int MAX_ENTITIES = 100;
    static final int MAX_FEATURES = 1_000;

    private static final ObjectMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder().maxNestingDepth(8).build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /**
     * @param features names of values; null for all of the view
     */
    record Query(
            String view, List<String> entities, @Nullable List<String> features) {}

    static BatchRequest parse(String body) {
        JsonNode root = object(tree(body), "", Set.of("at", "queries"));
        List<Query> queries = new ArrayList<>();
        Faults faults = new Faults();
        String at = root.has("at") ? text(root.get("at"), "/at", faults) : null;
        for (JsonNode query : array(root.path("queries"), "/queries", MAX_QUERIES)) {
            queries.add(query(query, "/queries/" + queries.size(), faults));
        }
        faults.throwIfAny();
        int entities =
                queries.stream().mapToInt(query -> query.entities().size()).sum();
        if (entities > MAX_ENTITIES) {
            throw bad("", "asks for " + entities + " entities", "ask for at most " + MAX_ENTITIES + " in one request");
        }
        return new BatchRequest(at, queries);
    }

    private static Query query(JsonNode node, String at, Faults faults) {
        object(node, at, Set.of("view", "entities", "features"));
        return new Query(
                text(node.path("view"), at + "/view", faults),
                texts(node.path("entities"), at + "/entities", MAX_ENTITIES, faults),
                node.has("features") ? texts(node.get("features"), at + "/features", MAX_FEATURES, faults) : null);
    }

    private static JsonNode tree(String body) {
        try {
            return MAPPER.readTree(body);
        } catch (JsonProcessingException e) {
            throw bad("", "is not JSON, or repeats a member, or nests too deeply", "send one JSON object");
        }
    }

    private static JsonNode object(JsonNode node, String at, Set<String> members) {
        if (!node.isObject()) {
            throw bad(
                    at,
                    "is not an object",
                    "send an object with the members "
                            + members.stream().sorted().toList());
        }
        for (Iterator<String> names = node.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!members.contains(name)) {
                throw bad(
                        at,
                        "has an unknown member " + Quoted.of(name),
                        "use only the members " + members.stream().sorted().toList());
            }
        }
        return node;
    }

    private static JsonNode array(JsonNode node, String at, int max) {
        if (!node.isArray() || node.isEmpty() || node.size() > max) {
            throw bad(at, "is not an array of 1 to " + max + " elements", "send such an array");
        }
        return node;
    }

    private static List<String> texts(JsonNode node, String at, int max, Faults faults) {
        List<String> texts = new ArrayList<>();
        for (JsonNode element : array(node, at, max)) {
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

    private static RequestProblem bad(String pointer, String problem, String remedy) {
        String detail = (pointer.isEmpty() ? "the body" : pointer) + " " + problem;
        List<Problem.Place> places =
                pointer.isEmpty() ? List.of() : List.of(new Problem.Place(pointer, "this " + problem));
        return new RequestProblem(new Problem(Problem.Kind.BAD_BODY, detail, remedy, List.of(), places));
    }
}

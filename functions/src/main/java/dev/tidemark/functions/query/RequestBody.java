package dev.tidemark.functions.query;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.tidemark.core.serve.Quoted;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

/** Reads the body of a request strictly: one JSON object, no member twice, none that is unknown. */
final class RequestBody {

    static final int MAX_BYTES = 256 * 1024;

    private static final ObjectMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder().maxNestingDepth(8).build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private RequestBody() {}

    static JsonNode tree(String body) {
        try {
            return MAPPER.readTree(body);
        } catch (NumberFormatException e) {
            throw bad("", "holds a number with an exponent that nothing has", "send numbers of at most 34 digits");
        } catch (JsonProcessingException e) {
            throw bad("", "is not JSON, or repeats a member, or nests too deeply", "send one JSON object");
        }
    }

    static JsonNode object(JsonNode node, String at, Set<String> members) {
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

    static JsonNode array(JsonNode node, String at, int max) {
        if (!node.isArray() || node.isEmpty() || node.size() > max) {
            throw bad(at, "is not an array of 1 to " + max + " elements", "send such an array");
        }
        return node;
    }

    static RequestProblem bad(String pointer, String problem, String remedy) {
        String detail = (pointer.isEmpty() ? "the body" : pointer) + " " + problem;
        List<Problem.Place> places =
                pointer.isEmpty() ? List.of() : List.of(new Problem.Place(pointer, "this " + problem));
        return new RequestProblem(new Problem(Problem.Kind.BAD_BODY, detail, remedy, List.of(), places));
    }
}

package dev.tidemark.functions.query;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.core.serve.ModelRow;
import dev.tidemark.core.serve.Quoted;
import dev.tidemark.core.value.ValueJson;
import dev.tidemark.core.view.Model;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request for a model's vectors, all as of one moment.
 *
 * @param at as written; null for now
 * @param rows objects, at least one
 */
record ModelRequest(@Nullable String at, List<JsonNode> rows) {

    static final int MAX_ROWS = 500;

    /** Entities of all views, each counted once: a row needs one of each view, but rows share them. */
    static final int MAX_READS = 2_000;

    private static final int MAX_KEY_DIGITS = 34;

    static ModelRequest parse(String body) {
        JsonNode root = RequestBody.object(RequestBody.tree(body), "", Set.of("at", "rows"));
        JsonNode at = root.path("at");
        if (!at.isMissingNode() && !at.isTextual()) {
            throw RequestBody.bad(
                    "/at", "is not a string", "write a moment such as 2026-01-31T10:00:00Z, or leave it out");
        }
        List<JsonNode> rows = new ArrayList<>();
        for (JsonNode row : RequestBody.array(root.path("rows"), "/rows", MAX_ROWS)) {
            rows.add(RequestBody.object(row, "/rows/" + rows.size(), Set.of("keys", "request")));
        }
        return new ModelRequest(at.textValue(), rows);
    }

    /**
     * The rows for a definition.
     *
     * @throws RequestProblem naming every row and input that is wrong
     */
    List<ModelRow> rowsFor(Model model) {
        Faults faults = new Faults();
        List<ModelRow> found = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            ModelRow row = row(model, rows.get(i), "/rows/" + i, faults);
            if (row != null) {
                found.add(row);
            }
        }
        faults.throwIfAny();
        return found;
    }

    private static @Nullable ModelRow row(Model model, JsonNode node, String at, Faults faults) {
        JsonNode keys = node.path("keys");
        JsonNode request = node.path("request");
        List<String> inputNames =
                model.request().stream().map(Model.Input::name).toList();
        boolean hasKeys = checkMembers(keys, model.keys(), model.keys().isEmpty(), at + "/keys", faults);
        boolean hasRequest = checkMembers(request, inputNames, true, at + "/request", faults);
        if (!hasKeys || !hasRequest) {
            return null;
        }
        List<String> keyValues = new ArrayList<>();
        for (String name : model.keys()) {
            String key = faults.found(at + "/keys/" + name, () -> key(keys.path(name)));
            if (key != null) {
                keyValues.add(key);
            }
        }
        Map<String, Object> inputs = new LinkedHashMap<>();
        for (Model.Input input : model.request()) {
            Object value =
                    faults.found(at + "/request/" + input.name(), () -> value(input, request.path(input.name())));
            if (value != null) {
                inputs.put(input.name(), value);
            }
        }
        if (keyValues.size() < model.keys().size()) {
            return null;
        }
        ModelRow row = new ModelRow(keyValues, inputs);
        return faults.found(at + "/keys", () -> withGoodKeys(model, row));
    }

    private static boolean checkMembers(JsonNode node, List<String> known, boolean optional, String at, Faults faults) {
        if (node.isMissingNode() && optional) {
            return true;
        }
        if (!node.isObject()) {
            faults.add(at, problem("is missing or no object", "send an object with the members " + known));
            return false;
        }
        boolean good = true;
        for (Map.Entry<String, JsonNode> member : node.properties()) {
            if (!known.contains(member.getKey())) {
                good = false;
                faults.add(
                        at,
                        problem(
                                "has an unknown member " + Quoted.of(member.getKey()),
                                "use only the members " + known));
            }
        }
        return good;
    }

    /** A number is written as in events. */
    private static String key(JsonNode node) {
        if (node.isTextual()) {
            return node.textValue();
        }
        if (node.isNumber()
                && node.decimalValue().precision() <= MAX_KEY_DIGITS
                && Math.abs((long) node.decimalValue().scale()) <= MAX_KEY_DIGITS) {
            return node.decimalValue().signum() == 0
                    ? "0"
                    : node.decimalValue().stripTrailingZeros().toPlainString();
        }
        throw new RequestProblem(problem(
                "is missing, or neither a string nor a number of at most 34 digits",
                "send the key as it is in events"));
    }

    private static Object value(Model.Input input, JsonNode node) {
        Object value = ValueJson.scalar(node);
        if (value == null && !node.isMissingNode() && !node.isNull()) {
            throw new RequestProblem(
                    problem("is a list or an object", "send a " + input.type().text()));
        }
        try {
            return input.accept(value);
        } catch (IllegalArgumentException e) {
            throw new RequestProblem(problem(
                    String.valueOf(e.getMessage()),
                    "send it in every row: numbers of at most 34 digits, texts of at most 256 bytes, true or false"));
        }
    }

    private static ModelRow withGoodKeys(Model model, ModelRow row) {
        try {
            model.views().forEach(row::entity);
            model.references().forEach(row::key);
            return row;
        } catch (IllegalArgumentException e) {
            throw new RequestProblem(new Problem(
                    Problem.Kind.BAD_ENTITY, String.valueOf(e.getMessage()), "send the keys as they are in events"));
        }
    }

    private static Problem problem(String detail, String remedy) {
        return new Problem(Problem.Kind.BAD_BODY, detail, remedy);
    }
}

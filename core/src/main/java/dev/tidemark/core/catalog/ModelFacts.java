package dev.tidemark.core.catalog;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.core.reference.Reference;
import dev.tidemark.core.view.Model;
import dev.tidemark.core.view.View;
import dev.tidemark.core.window.Window;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Everything that decides what a model's vector is, a line each, and nothing else. A view's version (rule P3) decides what its
 * items hold; what is read off them is decided by the definitions of the values, which are facts too: {@code avg} and
 * {@code sum} of one field share their state.
 *
 * @param references that the model reads, by name
 * @param keys from key field of a view, or key column of a reference, to the request's name
 * @param vector its names, without the derived values
 */
record ModelFacts(
        Map<String, ViewDefinition> definitions,
        Map<String, View> views,
        Map<String, Reference> references,
        Map<String, String> keys,
        Collection<Model.Input> request,
        Set<String> vector,
        List<ViewDefinition.Derived> derived) {

    /** Part of the facts, so that a change of how expressions or requests are understood can give new hashes. */
    private static final String RULES = "rules 1";

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** @param needed by view or reference, the names of the values that are read */
    List<String> lines(Map<String, Set<String>> needed) {
        List<String> lines = new ArrayList<>();
        lines.add(RULES);
        needed.keySet().forEach(name -> lines.add(origin(name)));
        keys.forEach((field, name) -> lines.add("key " + field + " is " + name + " of the request"));
        request.forEach(input -> lines.add("request " + input.name() + " " + input(input)));
        needed.forEach((name, values) -> values(name, values)
                .forEach((value, definition) ->
                        lines.add("value " + Model.valueNameOf(name, value) + " " + definition)));
        derived.forEach(one -> lines.add("derived " + one.name() + " " + CatalogJson.derived(one)));
        ArrayNode names = NODES.arrayNode();
        vector.forEach(names::add);
        derived.forEach(one -> names.add(one.name()));
        lines.add("vector " + names);
        return lines;
    }

    /** Snapshots are no facts: what a model reads of a reference at a moment follows from rule X1. */
    private String origin(String name) {
        Reference reference = references.get(name);
        return reference == null
                ? "view " + name + " version "
                        + java.util.Objects.requireNonNull(views.get(name)).version()
                : "reference " + name + " key " + reference.key();
    }

    /** The definitions of these values and of those that they are derived from. */
    private Map<String, ObjectNode> values(String from, Set<String> names) {
        Reference reference = references.get(from);
        return reference == null ? valuesOf(from, names) : valuesOf(reference, names);
    }

    private static Map<String, ObjectNode> valuesOf(Reference reference, Set<String> names) {
        Map<String, ObjectNode> found = new LinkedHashMap<>();
        reference.fields().forEach((field, type) -> {
            if (names.contains(field)) {
                found.put(field, NODES.objectNode().put("type", SourceReader.nameOf(type)));
            }
        });
        return found;
    }

    private Map<String, ObjectNode> valuesOf(String viewName, Set<String> names) {
        ViewDefinition view = java.util.Objects.requireNonNull(definitions.get(viewName));
        Map<String, ObjectNode> found = new LinkedHashMap<>();
        List<String> open = new ArrayList<>(names);
        for (int i = 0; i < open.size(); i++) {
            String name = open.get(i);
            if (!found.containsKey(name)) {
                view.derived().stream().filter(one -> one.name().equals(name)).forEach(one -> {
                    found.put(name, CatalogJson.derived(one));
                    open.addAll(one.expression().inputs());
                });
                for (ViewDefinition.Feature feature : view.features()) {
                    for (Window window : feature.windows()) {
                        if (ViewReader.valueName(feature.name(), window).equals(name)) {
                            ObjectNode definition = CatalogJson.feature(feature);
                            definition.remove("windows");
                            found.put(name, definition.put("window", window.text()));
                            if (window.isOfCalendar()) {
                                definition.put("zone", String.valueOf(view.zone()));
                            }
                        }
                    }
                }
            }
        }
        return found;
    }

    private static ObjectNode input(Model.Input input) {
        ObjectNode node = NODES.objectNode().put("type", input.type().text());
        CatalogJson.putDefault(node, input.defaultValue());
        return node;
    }

    /** The canonical definition. */
    ObjectNode json(@Nullable Long staleAfterMillis) {
        ObjectNode node = NODES.objectNode();
        ObjectNode keyNodes = node.putObject("keys");
        keys.forEach(keyNodes::put);
        ObjectNode requestNodes = node.putObject("request");
        request.forEach(input -> requestNodes.set(input.name(), input(input)));
        ArrayNode inputs = node.putArray("inputs");
        ArrayNode last = null;
        String lastFrom = "";
        for (String name : vector) {
            String from = name.substring(0, name.indexOf('.'));
            if (last == null || !from.equals(lastFrom)) {
                last = inputs.addObject().putArray(from);
                lastFrom = from;
            }
            last.add(name.substring(from.length() + 1));
        }
        ObjectNode derivedNodes = node.putObject("derived");
        derived.forEach(one -> derivedNodes.set(one.name(), CatalogJson.derived(one)));
        if (staleAfterMillis != null) {
            node.put("stale_after", Window.formatDuration(staleAfterMillis));
        }
        return node;
    }
}

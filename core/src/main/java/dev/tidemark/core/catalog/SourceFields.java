package dev.tidemark.core.catalog;

import dev.tidemark.core.event.FieldPath;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The fields that the views of one source read, each with a slot in the event row, in the order in which the catalog
 * names them. A record is parsed once for all views.
 */
final class SourceFields {

    private final Map<FieldPath, Integer> slots = new LinkedHashMap<>();

    /** Where each field is used first. */
    private final Map<FieldPath, YamlValue> places = new HashMap<>();

    /** Every path that has a field below it, with one such field. */
    private final Map<FieldPath, FieldPath> objects = new HashMap<>();

    /** The field's slot; reports a path that is used as a value here and as an object elsewhere. */
    Field use(FieldPath path, YamlValue at) {
        FieldPath inner = objects.get(path);
        if (inner != null) {
            reportConflict(path, inner, path, at);
        }
        for (FieldPath outer : parents(path)) {
            if (slots.containsKey(outer)) {
                reportConflict(outer, path, path, at);
            }
            objects.putIfAbsent(outer, path);
        }
        places.putIfAbsent(path, at);
        Integer slot = slots.computeIfAbsent(path, added -> slots.size());
        return new Field(path, slot);
    }

    /** The slot of a field in use. */
    int slotOf(FieldPath path) {
        Integer slot = slots.get(path);
        if (slot == null) {
            throw new IllegalArgumentException("field '" + path + "' is not in use");
        }
        return slot;
    }

    /** Where a field in use is used first. */
    YamlValue placeOf(FieldPath path) {
        return Objects.requireNonNull(places.get(path));
    }

    /** By slot. */
    List<FieldPath> paths() {
        return List.copyOf(slots.keySet());
    }

    private static void reportConflict(FieldPath outer, FieldPath inner, FieldPath used, YamlValue at) {
        at.problem(
                "'" + used + "' cannot be read: '" + outer + "' would be a value and, as in '" + inner + "', an object",
                "use one of them; in a source a field is either a value or an object");
    }

    private static List<FieldPath> parents(FieldPath path) {
        List<FieldPath> parents = new ArrayList<>();
        for (int length = 1; length < path.names().size(); length++) {
            parents.add(new FieldPath(path.names().subList(0, length)));
        }
        return parents;
    }
}

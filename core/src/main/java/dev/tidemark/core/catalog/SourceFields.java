package dev.tidemark.core.catalog;

import dev.tidemark.core.event.FieldPath;
import dev.tidemark.core.reference.LookUp;
import dev.tidemark.core.reference.Reference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The fields that the views of one source read, each with a slot in the event row, in the order in which the catalog
 * names them. A record is parsed once for all views.
 */
class SourceFields {

    private final Map<FieldPath, Integer> slots = new LinkedHashMap<>();

    /** Where each field is used first. */
    private final Map<FieldPath, YamlValue> places = new HashMap<>();

    /** Every place that has a field below it, with one such field. */
    private final Map<List<FieldPath.Step>, FieldPath> objects = new HashMap<>();

    /** Every place that holds a value, with one path to it. */
    private final Map<List<FieldPath.Step>, FieldPath> values = new HashMap<>();

    /** Every place that holds an array, with one path to elements of it. */
    private final Map<List<FieldPath.Step>, FieldPath> arrays = new HashMap<>();

    /** The place of each field that is looked up; it has a slot like the event's own. */
    private final Map<LookedUp, FieldPath> lookedUp = new LinkedHashMap<>();

    /**
     * A field of a reference's row.
     *
     * @param keySlots of the fields of the event that are the reference's key
     */
    record LookedUp(String reference, List<Integer> keySlots, String field) {}

    /** Its place, by a name that matters to nobody: whatever is read there is replaced by what is looked up. */
    FieldPath lookedUp(LookedUp field) {
        return lookedUp.computeIfAbsent(field, added -> new FieldPath(List.of("look_up." + lookedUp.size())));
    }

    /** What is looked up for each event, each reference once for each key. */
    List<LookUp> lookUps() {
        Map<LookedUp, List<LookUp.Target>> byKey = new LinkedHashMap<>();
        lookedUp.forEach((of, place) -> byKey.computeIfAbsent(
                        new LookedUp(of.reference(), of.keySlots(), ""), key -> new ArrayList<>())
                .add(new LookUp.Target(of.field(), slotOf(place))));
        return byKey.entrySet().stream()
                .map(of -> new LookUp(of.getKey().reference(), of.getKey().keySlots(), of.getValue()))
                .toList();
    }

    /** The field's slot; reports a path that is used as a value here and as an object elsewhere. */
    Field use(FieldPath path, YamlValue at) {
        if (!path.isConstant()) {
            check(path, at);
        }
        places.putIfAbsent(path, at);
        Integer slot = slots.computeIfAbsent(path, added -> slots.size());
        return new Field(path, slot);
    }

    private void check(FieldPath path, YamlValue at) {
        List<FieldPath.Step> steps = path.steps();
        FieldPath inner = objects.get(steps);
        if (inner != null) {
            reportConflict(path, inner, path, at);
        }
        values.putIfAbsent(steps, path);
        for (int length = 1; length < steps.size(); length++) {
            List<FieldPath.Step> outer = steps.subList(0, length);
            if (values.containsKey(outer)) {
                reportConflict(values.get(outer), path, path, at);
            }
            objects.putIfAbsent(outer, path);
            if (!(steps.get(length) instanceof FieldPath.Member)) {
                checkElements(arrays.putIfAbsent(outer, path), path, length, at);
            }
        }
    }

    private static void checkElements(@Nullable FieldPath other, FieldPath path, int length, YamlValue at) {
        if (other != null && isEach(other, length) != isEach(path, length)) {
            at.problem(
                    "'" + path + "' cannot be read: '" + other + "' takes "
                            + (isEach(other, length) ? "all elements of that array" : "a single element of that array"),
                    "use one of them; of an array either all elements or single ones are read");
        }
    }

    private static boolean isEach(FieldPath path, int step) {
        return path.steps().get(step) instanceof FieldPath.Each;
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

    /** The reference that the field is looked up in; null if it is the events'. */
    @Nullable
    Reference referenceOf(FieldPath path) {
        return null;
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
}

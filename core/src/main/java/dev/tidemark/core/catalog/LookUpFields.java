package dev.tidemark.core.catalog;

import dev.tidemark.core.event.FieldPath;
import dev.tidemark.core.reference.Reference;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The fields of a source as a view names them that looks some up: {@code alias.field} hides the event's own. */
final class LookUpFields extends SourceFields {

    private final SourceFields events;
    private final List<LookUpDefinition> lookUps;

    /** From a field as the view names it to its place among the source's. */
    private final Map<FieldPath, FieldPath> lookedUp = new HashMap<>();

    LookUpFields(SourceFields events, List<LookUpDefinition> lookUps) {
        this.events = events;
        this.lookUps = lookUps;
    }

    @Override
    Field use(FieldPath used, YamlValue at) {
        LookUpDefinition of = lookUpOf(used);
        if (of == null) {
            return events.use(used, at);
        }
        // No text of a reference is too long, so nothing is passed over.
        FieldPath path = used.as() == FieldPath.As.SHORT ? used.asItStands() : used;
        if (path.as() != FieldPath.As.VALUE) {
            at.problem(
                    "'" + path + "' is looked up as it stands, for reference '"
                            + of.reference().name() + "' says whether it is a number or a text",
                    "write " + path.asItStands() + ", and correct the reference's fields if that is not what is meant");
        }
        String field = nameIn(path);
        of.used().add(field);
        FieldPath place = events.lookedUp(new LookedUp(
                of.reference().name(), of.key().stream().map(Field::slot).toList(), field));
        lookedUp.put(path, place);
        return new Field(path, events.use(place, at).slot());
    }

    private @Nullable LookUpDefinition lookUpOf(FieldPath path) {
        return path.steps().size() != 2 || !path.isBelow(path.name())
                ? null
                : lookUps.stream()
                        .filter(one -> one.alias().equals(path.name())
                                && one.reference().fields().containsKey(nameIn(path)))
                        .findFirst()
                        .orElse(null);
    }

    @Override
    @Nullable
    Reference referenceOf(FieldPath path) {
        LookUpDefinition of = lookUpOf(path);
        return of == null ? null : of.reference();
    }

    /** The name of a looked-up field in its reference. */
    static String nameIn(FieldPath path) {
        return ((FieldPath.Member) path.steps().get(1)).name();
    }

    @Override
    int slotOf(FieldPath path) {
        return events.slotOf(lookedUp.getOrDefault(path, path));
    }

    @Override
    YamlValue placeOf(FieldPath path) {
        return events.placeOf(lookedUp.getOrDefault(path, path));
    }
}

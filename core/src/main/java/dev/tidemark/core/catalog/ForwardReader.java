package dev.tidemark.core.catalog;

import dev.tidemark.core.event.FieldPath;
import dev.tidemark.core.expression.FilterExpression;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@code forward:} of the sources, when all of them are known. */
final class ForwardReader {

    static final int MAX_FORWARDS = 20;
    static final String REMEDY =
            "list what is forwarded, such as forward: [{from: shop, where: type == \"purchase\", key: user_id}]";

    private static final Set<String> KEYS = new LinkedHashSet<>(List.of("from", "where", "key", "origin"));

    private final FilterReader filters = new FilterReader();
    private final Map<String, SourceDefinition> sources;
    private final Set<String> names;

    /**
     * @param sources those without mistakes
     * @param names of all
     */
    ForwardReader(Map<String, SourceDefinition> sources, Set<String> names) {
        this.sources = sources;
        this.names = names;
    }

    /** Adds what is forwarded onto a source to its definition. */
    void read(YamlMapping.Entry entry) {
        SourceDefinition to = sources.get(entry.name());
        YamlValue at = to == null ? null : to.forwardAt();
        List<YamlValue> list = at == null ? null : at.list(REMEDY);
        if (to == null || at == null || list == null) {
            return;
        }
        if (list.isEmpty() || list.size() > MAX_FORWARDS) {
            at.problem(
                    "'forward' with " + list.size() + " elements", "list 1 to " + MAX_FORWARDS + ", or leave it out");
            return;
        }
        for (YamlValue element : list) {
            YamlMapping mapping = element.mapping(REMEDY);
            ForwardDefinition forward = mapping == null ? null : read(mapping, to);
            if (forward != null) {
                to.forwards().add(forward);
            }
        }
    }

    private @Nullable ForwardDefinition read(YamlMapping mapping, SourceDefinition to) {
        mapping.allowOnly(KEYS);
        YamlValue fromAt = mapping.required("from", "name the source whose events are wanted");
        YamlValue keyAt =
                mapping.required("key", "name the field whose value is the partition key, such as key: user_id");
        SourceDefinition from = fromAt == null ? null : source(fromAt, to);
        FieldPath key = keyAt == null ? null : keyAt.field();
        YamlValue originAt = mapping.optional("origin");
        FieldPath origin = originAt == null ? ForwardDefinition.DEFAULT_ORIGIN : originAt.field();
        if (originAt != null && origin != null && origin.steps().size() != 1) {
            originAt.problem(originAt.shown() + " lies inside an object", "name a member of the event itself");
            return null;
        }
        if (from == null || keyAt == null || key == null || origin == null) {
            return null;
        }
        SourceFields fields = new SourceFields();
        fields.use(from.eventTime().field().path(), mapping.at());
        fields.use(key, keyAt);
        fields.use(origin, originAt == null ? mapping.at() : originAt);
        YamlValue whereAt = mapping.optional("where");
        FilterExpression where = filters.read(whereAt, fields);
        return whereAt != null && where == null ? null : new ForwardDefinition(from, where, key, origin, fields);
    }

    /** Null, with the mistake reported, if events would be forwarded onto the stream that they came from. */
    private @Nullable SourceDefinition source(YamlValue at, SourceDefinition to) {
        String name = at.text("name a source");
        if (name == null) {
            return null;
        }
        if (!names.contains(name)) {
            at.problem("unknown source " + at.shown(), Suggestions.remedy(name, names, "sources"));
            return null;
        }
        SourceDefinition from = sources.get(name);
        if (from != null && !isJson(from, to)) {
            at.problem(
                    "events of " + at.shown()
                            + " are put onto another stream as they are, which takes JSON on both sides",
                    "forward between sources without a 'format'");
            return null;
        }
        if (from != null && reaches(to.name(), from, new HashSet<>())) {
            at.problem(
                    "events of " + at.shown() + " would come back to it",
                    "forward from a source that nothing is forwarded onto from here");
            return null;
        }
        return from;
    }

    private static boolean isJson(SourceDefinition from, SourceDefinition to) {
        return from.format().equals(FormatReader.Read.JSON) && to.format().equals(FormatReader.Read.JSON);
    }

    /** Whether events of the one source come onto the other, as far as the forwards are read. */
    private static boolean reaches(String source, SourceDefinition other, Set<String> seen) {
        if (other.name().equals(source)) {
            return true;
        }
        return seen.add(other.name())
                && other.forwards().stream().anyMatch(forward -> reaches(source, forward.from(), seen));
    }
}

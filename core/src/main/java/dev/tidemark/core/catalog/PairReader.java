package dev.tidemark.core.catalog;

import dev.tidemark.core.event.FieldPath;
import dev.tidemark.core.expression.FilterExpression;
import dev.tidemark.core.pair.Halves.Match;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads one of {@code pairs:}. */
final class PairReader {

    static final int DEFAULT_MAX_HALVES = 64;
    static final int FEWEST_MAX_HALVES = 8;
    static final int MOST_MAX_HALVES = 1_000;
    static final int MAX_KEY_FIELDS = ViewReader.MAX_ENTITY_FIELDS;
    static final Match DEFAULT_MATCH = Match.LAST;

    private static final Set<String> KEYS = Notes.and("left", "right", "within", "early", "match", "max_halves");
    private static final Set<String> SIDE_KEYS = new LinkedHashSet<>(List.of("source", "where", "key"));
    private static final String SIDE_REMEDY = "describe the side: source, where and key";
    private static final String KEY_REMEDY = "name the field or fields that both sides have in common, such as key: id";

    private final FilterReader filters = new FilterReader();
    private final Map<String, SourceDefinition> sources;
    private final Set<String> sourceNames;

    /** @param sourceNames all of them, also those whose definition has a mistake */
    PairReader(Map<String, SourceDefinition> sources, Set<String> sourceNames) {
        this.sources = sources;
        this.sourceNames = sourceNames;
    }

    private record Side(SourceDefinition source, PairDefinition.Side side) {}

    /** Null if the pair has a mistake. */
    @Nullable
    PairDefinition read(YamlMapping.Entry entry) {
        Names.check(entry, "pair");
        if (sourceNames.contains(entry.name())) {
            entry.key().problem(entry.key().shown() + " is a source too", "give the pair another name");
        }
        YamlMapping pair = entry.value().mapping("describe the pair: left, right and within");
        if (pair == null) {
            return null;
        }
        pair.allowOnly(KEYS);
        Side left = side(pair, "left");
        Side right = side(pair, "right");
        YamlValue withinAt =
                pair.required("within", "say how long after its left a right may happen, such as within: 24h");
        Long within = withinAt == null ? null : withinAt.duration();
        YamlValue earlyAt = pair.optional("early");
        Long early = earlyAt == null ? (Long) 0L : earlyAt.duration();
        YamlValue matchAt = pair.optional("match");
        Match match = matchAt == null
                ? DEFAULT_MATCH
                : SourceReader.oneOf(List.of(Match.values()), matchAt, "match", "matches");
        YamlValue maxAt = pair.optional("max_halves");
        Long maxHalves =
                maxAt == null ? (Long) (long) DEFAULT_MAX_HALVES : maxAt.integer(FEWEST_MAX_HALVES, MOST_MAX_HALVES);
        if (left == null || right == null || within == null || early == null || match == null || maxHalves == null) {
            return null;
        }
        check(entry, left, right);
        return new PairDefinition(
                entry.name(),
                left.source(),
                left.side(),
                right.side(),
                within,
                early,
                match,
                maxHalves.intValue(),
                Notes.read(pair));
    }

    private static void check(YamlMapping.Entry entry, Side left, Side right) {
        if (!left.source().equals(right.source())) {
            entry.value()
                    .problem(
                            "the sides are of different sources",
                            "events pair within one lane of one stream: bring the events of one source onto the stream of"
                                    + " the other");
        } else if (left.side().key().size() != right.side().key().size()) {
            entry.value()
                    .problem(
                            "the key has " + left.side().key().size() + " fields on the left and "
                                    + right.side().key().size() + " on the right",
                            "name as many fields on both sides, in one order");
        } else if (left.side().where().text().equals(right.side().where().text())) {
            entry.value()
                    .problem(
                            "both sides have the same 'where'",
                            "an event that both sides want is a left: say which events are the right side");
        }
    }

    private @Nullable Side side(YamlMapping pair, String name) {
        YamlValue at = pair.required(name, SIDE_REMEDY);
        YamlMapping side = at == null ? null : at.mapping(SIDE_REMEDY);
        if (side == null) {
            return null;
        }
        side.allowOnly(SIDE_KEYS);
        YamlValue sourceAt = side.required("source", "name one of the sources: " + String.join(", ", sourceNames));
        String source =
                sourceAt == null ? null : sourceAt.text("name one of the sources: " + String.join(", ", sourceNames));
        if (sourceAt != null && source != null && !sourceNames.contains(source)) {
            sourceAt.problem("unknown source " + sourceAt.shown(), Suggestions.remedy(source, sourceNames, "sources"));
        }
        SourceDefinition definition = source == null ? null : sources.get(source);
        SourceFields fields = definition == null ? new SourceFields() : definition.fields();
        YamlValue whereAt =
                side.required("where", "say which events are this side, such as where: type == \"prediction\"");
        FilterExpression where = filters.read(whereAt, fields);
        List<Field> key = key(side, fields);
        return definition == null || where == null || key.isEmpty()
                ? null
                : new Side(definition, new PairDefinition.Side(where, key));
    }

    private static List<Field> key(YamlMapping side, SourceFields fields) {
        YamlValue at = side.required("key", KEY_REMEDY);
        List<YamlValue> elements = at == null ? List.of() : at.isList() ? at.list(KEY_REMEDY) : List.of(at);
        if (at != null && (elements == null || elements.isEmpty() || elements.size() > MAX_KEY_FIELDS)) {
            at.problem(
                    "'key' with " + (elements == null ? 0 : elements.size()) + " fields",
                    "name 1 to " + MAX_KEY_FIELDS + " fields");
            return List.of();
        }
        List<Field> key = new ArrayList<>();
        for (YamlValue element : elements == null ? List.<YamlValue>of() : elements) {
            FieldPath path = element.field();
            if (path != null) {
                key.add(fields.use(path, element));
            }
        }
        return key;
    }
}

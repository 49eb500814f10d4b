package dev.tidemark.core.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.core.aggregate.FieldInput;
import dev.tidemark.core.aggregate.Grid;
import dev.tidemark.core.aggregate.Label;
import dev.tidemark.core.aggregate.Parameter;
import dev.tidemark.core.event.Seam;
import dev.tidemark.core.expression.FilterExpression;
import dev.tidemark.core.reference.Reference;
import dev.tidemark.core.tile.SeenIds;
import dev.tidemark.core.window.Window;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The definitions as canonical JSON: every key in a fixed order, defaults filled in, durations in their shortest form;
 * sources, views and features in file order, which is that of the answers. Definitions that mean the same give the same
 * bytes, whatever their comments and layout.
 */
final class CatalogJson {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private CatalogJson() {}

    /** Without what is for people only. */
    static ObjectNode of(
            Collection<SourceDefinition> sources,
            Collection<Reference> references,
            Collection<PairDefinition> pairs,
            Collection<ViewDefinition> views,
            Collection<ModelReader.Read> models) {
        ObjectNode catalog = NODES.objectNode();
        catalog.put("tidemark", CatalogReader.FORMAT_VERSION);
        ObjectNode sourceNodes = catalog.putObject("sources");
        sources.forEach(source -> sourceNodes.set(source.name(), source(source)));
        if (!references.isEmpty()) {
            // Left out without references, so that catalogs from before there were any keep their hashes.
            ObjectNode referenceNodes = catalog.putObject("references");
            references.forEach(one -> referenceNodes.set(one.name(), reference(one)));
        }
        if (!pairs.isEmpty()) {
            // Left out without pairs, so that catalogs from before there were any keep their hashes.
            ObjectNode pairNodes = catalog.putObject("pairs");
            pairs.forEach(pair -> pairNodes.set(pair.name(), pair(pair)));
        }
        ObjectNode viewNodes = catalog.putObject("views");
        views.forEach(view -> viewNodes.set(view.name(), view(view)));
        if (!models.isEmpty()) {
            // Left out without models, so that catalogs from before there were any keep their hashes.
            ObjectNode modelNodes = catalog.putObject("models");
            models.forEach(one -> modelNodes.set(one.model().name(), one.json()));
        }
        return catalog;
    }

    /** Adds each definition's notes to it. */
    static void annotate(ObjectNode catalog, Map<String, Notes> notes) {
        notes.forEach((path, one) -> {
            JsonNode definition = catalog.at("/" + path.replace('.', '/'));
            one.addTo((ObjectNode) definition);
        });
    }

    private static ObjectNode source(SourceDefinition source) {
        ObjectNode node = NODES.objectNode();
        node.put("stream", source.stream());
        node.put("stream_retention", Window.formatDuration(source.streamRetentionMillis()));
        eventTime(node, source.eventTime());
        if (source.eventId() != null) {
            node.put("event_id", source.eventId().toString());
        }
        node.put("max_event_bytes", source.maxEventBytes());
        if (source.aggregatedBy() != SourceReader.DEFAULT_AGGREGATED_BY) {
            // Left out by default, so that catalogs from before there was a choice keep their hashes.
            node.put("aggregated_by", SourceReader.nameOf(source.aggregatedBy()));
        }
        if (source.seam() != null) {
            history(node.putObject("history"), source.seam());
        }
        if (!source.format().definition().equals(FormatDefinition.JSON)) {
            // Left out for JSON, so that catalogs from before there was a choice keep their hashes.
            node.set("format", FormatReader.json(source.format().definition()));
        }
        if (!source.forwards().isEmpty()) {
            ArrayNode forwards = node.putArray("forward");
            source.forwards().forEach(one -> forward(forwards.addObject(), one));
        }
        return node;
    }

    private static void history(ObjectNode node, Seam seam) {
        node.put("until", Instant.ofEpochMilli(seam.untilMillis()).toString());
        if (seam.arrivalDelayMillis() > 0) {
            node.put("arrival_delay", Window.formatDuration(seam.arrivalDelayMillis()));
        }
    }

    private static ObjectNode reference(Reference reference) {
        ObjectNode node = NODES.objectNode();
        node.set("key", texts(reference.key()));
        ObjectNode fields = node.putObject("fields");
        reference.fields().forEach((name, type) -> fields.put(name, SourceReader.nameOf(type)));
        if (reference.validFrom() != null) {
            node.put("valid_from", reference.validFrom());
        }
        node.put("effective_after", Window.formatDuration(reference.effectiveAfterMillis()));
        return node.put("max_bytes", reference.maxBytes());
    }

    private static void lookUps(ObjectNode view, List<LookUpDefinition> lookUps) {
        ObjectNode node = view.putObject("look_up");
        lookUps.forEach(one -> node.putObject(one.alias())
                .put("from", one.reference().name())
                .set("key", texts(one.key().stream().map(Field::toString).toList())));
    }

    private static void eventTime(ObjectNode node, SourceReader.EventTime time) {
        ObjectNode eventTime = node.putObject("event_time");
        eventTime.put("field", time.field().toString()).put("format", SourceReader.nameOf(time.format()));
        if (time.zone() != null) {
            eventTime.put("zone", time.zone().getId());
        }
    }

    private static void forward(ObjectNode node, ForwardDefinition forward) {
        node.put("from", forward.from().name());
        where(node, forward.where());
        node.put("key", forward.key().toString()).put("origin", forward.origin().toString());
    }

    private static ObjectNode pair(PairDefinition pair) {
        ObjectNode node = NODES.objectNode();
        node.set("left", side(pair, pair.left()));
        node.set("right", side(pair, pair.right()));
        node.put("within", Window.formatDuration(pair.withinMillis()));
        if (pair.earlyMillis() > 0) {
            node.put("early", Window.formatDuration(pair.earlyMillis()));
        }
        node.put("match", SourceReader.nameOf(pair.match()));
        node.put("max_halves", pair.maxHalves());
        return node;
    }

    private static ObjectNode side(PairDefinition pair, PairDefinition.Side side) {
        ObjectNode node = NODES.objectNode();
        node.put("source", pair.source().name());
        where(node, side.where());
        node.set("key", texts(side.key().stream().map(Field::toString).toList()));
        return node;
    }

    private static ObjectNode view(ViewDefinition view) {
        ObjectNode node = NODES.objectNode();
        PairDefinition pair = view.pair();
        node.put("source", pair == null ? view.source().name() : pair.name());
        if (view.eventTime() != null) {
            eventTime(node, view.eventTime());
        }
        if (!view.lookUps().isEmpty()) {
            lookUps(node, view.lookUps());
        }
        node.set("entity", texts(view.entity().stream().map(Field::toString).toList()));
        where(node, view.where());
        node.put("hop", Window.formatDuration(view.hopMillis()));
        node.put("retention", Window.formatDuration(view.retentionMillis()));
        if (!view.heads()) {
            // Left out by default, so that catalogs from before there was a choice keep their hashes.
            node.put("heads", false);
        }
        node.put("skew", Window.formatDuration(view.skewMillis()));
        if (view.zone() != null) {
            node.put("zone", view.zone().getId());
        }
        if (view.withinMillis() != null) {
            node.put("within", Window.formatDuration(view.withinMillis()));
        }
        ViewDefinition.Duplicates duplicates = view.duplicates();
        if (duplicates != null) {
            duplicates(node.putObject("drop_duplicates"), duplicates.rule());
        }
        ObjectNode features = node.putObject("features");
        view.features().forEach(feature -> features.set(feature.name(), feature(feature)));
        ObjectNode derived = node.putObject("derived");
        view.derived().forEach(one -> derived.set(one.name(), derived(one)));
        return node;
    }

    static void duplicates(ObjectNode node, SeenIds.Rule rule) {
        node.put(ViewReader.HORIZON, Window.formatDuration(rule.horizonMillis()))
                .put(ViewReader.MAX_IDS, rule.maxIds());
    }

    static ObjectNode feature(ViewDefinition.Feature feature) {
        ObjectNode node = NODES.objectNode();
        node.put("function", feature.function().name());
        for (Parameter parameter : feature.function().parameters()) {
            Object argument = feature.arguments().get(parameter.name());
            if (argument != null) {
                put(node, parameter, argument);
            }
        }
        if (feature.input() != null) {
            node.put("input", feature.input().toString());
            node.put("optional", feature.optional());
            if (feature.inputKind() != feature.function().input(feature.arguments())) {
                // Left out by default, so that catalogs from before there was a choice keep their hashes.
                node.put("type", SourceReader.nameOf(feature.inputKind()));
            }
        }
        node.set("windows", texts(feature.windows().stream().map(Window::text).toList()));
        where(node, feature.where());
        ViewDefinition.Grouping grouping = feature.grouping();
        if (grouping != null) {
            ObjectNode groupBy = node.putObject("group_by");
            groupBy.put("field", grouping.field().toString());
            if (grouping.groups() == null) {
                groupBy.put("max_groups", grouping.maxGroups());
            } else {
                groupBy.set("groups", texts(grouping.groups()));
            }
        }
        return node;
    }

    static ObjectNode derived(ViewDefinition.Derived derived) {
        ObjectNode node = NODES.objectNode();
        node.put("expression", derived.text());
        putDefault(node, derived.defaultValue());
        return node;
    }

    static void putDefault(ObjectNode node, @Nullable Object value) {
        if (value instanceof BigDecimal number) {
            node.put("default", number);
        } else if (value instanceof Boolean bool) {
            node.put("default", bool);
        } else if (value instanceof String text) {
            node.put("default", text);
        }
    }

    private static void where(ObjectNode node, @Nullable FilterExpression where) {
        if (where != null) {
            node.put("where", where.text());
        }
    }

    private static void put(ObjectNode node, Parameter parameter, Object argument) {
        if (parameter.kind() == Parameter.Kind.DURATION && argument instanceof Long millis) {
            node.put(parameter.name(), Window.formatDuration(millis));
        } else if (argument instanceof Integer integer) {
            node.put(parameter.name(), integer);
        } else if (argument instanceof BigDecimal number) {
            node.put(parameter.name(), number);
        } else if (argument instanceof Boolean bool) {
            node.put(parameter.name(), bool);
        } else if (argument instanceof Label label) {
            if (label.field() == null) {
                node.put(parameter.name(), label.constant());
            } else {
                node.put(parameter.name(), label.text());
            }
        } else if (argument instanceof FieldInput field) {
            node.put(parameter.name(), field.path());
        } else if (argument instanceof Grid grid) {
            node.put(parameter.name(), SourceReader.nameOf(grid));
        } else if (argument instanceof List<?> list) {
            ArrayNode elements = node.putArray(parameter.name());
            list.forEach(element -> {
                if (element instanceof BigDecimal number) {
                    elements.add(number);
                } else {
                    elements.add(String.valueOf(element));
                }
            });
        } else {
            throw new IllegalStateException("argument '" + parameter.name() + "' is " + argument.getClass());
        }
    }

    private static ArrayNode texts(List<String> texts) {
        ArrayNode node = NODES.arrayNode();
        texts.forEach(node::add);
        return node;
    }
}

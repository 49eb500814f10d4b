package dev.tidemark.core.catalog;

import dev.tidemark.core.event.Bounds;
import dev.tidemark.core.expression.FilterExpression;
import dev.tidemark.core.pair.Halves;
import dev.tidemark.core.tile.HeadRule;
import dev.tidemark.core.tile.SeenIds;
import dev.tidemark.core.tile.TileLayout;
import dev.tidemark.core.view.View;
import dev.tidemark.core.window.Ladder;
import dev.tidemark.core.window.TileWidth;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The version of a view (rule P3): a hash of everything that decides the content of its items, and of nothing else.
 * Names and order of features, derived features, comments, and windows that do not change the ladder are not part of
 * it, so changing them needs no backfill. What is part of it: the stream (items are keyed by version, not by view, so
 * two streams must never share one), how its events are read, which of them belong to the entity and to each state,
 * which are refused, the ladder with how long its items are kept, and the format of items.
 */
final class ViewVersion {

    /** Part of the text, so that a change of how filters or bounds are understood can give new versions. */
    private static final String RULES = "1";

    /**
     * Which rule decides conditions, for views that have any. 2: comparisons go by value (docs/semantics.md), and what
     * {@code matches} and {@code contains} may be shown is bounded.
     */
    private static final String CONDITIONS = "2";

    private final ViewDefinition definition;
    private final List<FilterExpression> filters;
    private final List<View.InputField> inputs;
    private final TileLayout layout;
    private final Ladder ladder;
    private final @Nullable HeadRule head;

    ViewVersion(
            ViewDefinition definition,
            List<FilterExpression> filters,
            List<View.InputField> inputs,
            TileLayout layout,
            Ladder ladder,
            @Nullable HeadRule head) {
        this.definition = definition;
        this.filters = filters;
        this.inputs = inputs;
        this.layout = layout;
        this.ladder = ladder;
        this.head = head;
    }

    String hash() {
        return Hashes.shortHash(text());
    }

    /** The canonical text: one line per fact. */
    String text() {
        StringBuilder text = new StringBuilder();
        SourceDefinition source = definition.source();
        line(text, "rules", RULES);
        line(text, "item_format", Integer.toString(layout.itemFormat()));
        line(
                text,
                "bounds",
                Bounds.MAX_NUMBER_DIGITS + " " + Bounds.MAX_NUMBER_EXPONENT + " " + Bounds.MAX_SCALAR_BYTES);
        line(text, "stream", source.stream());
        line(text, "stream_retention", Long.toString(source.streamRetentionMillis()));
        SourceReader.EventTime time = definition.eventTime();
        if (time == null) {
            line(text, "event_time", source.eventTime().toString());
        } else {
            line(text, "own_event_time", time.toString());
        }
        line(text, "max_event_bytes", Integer.toString(source.maxEventBytes()));
        if (source.aggregatedBy() != SourceReader.DEFAULT_AGGREGATED_BY) {
            // Left out by default, so that views from before there was a choice keep their versions.
            line(text, "aggregated_by", SourceReader.nameOf(source.aggregatedBy()));
        }
        if (source.seam() != null && definition.pair() == null) {
            // Nothing of an import is in a view of pairs (rule I2), wherever the seam is.
            line(
                    text,
                    "history",
                    source.seam().untilMillis() + " " + source.seam().arrivalDelayMillis());
        }
        if (!source.format().format().reading().isEmpty()) {
            // Left out for JSON, likewise.
            line(text, "format", source.format().format().reading());
        }
        definition.entity().forEach(field -> line(text, "entity", field.toString()));
        definition.lookUps().forEach(one -> lookUp(text, one));
        if (definition.where() != null || !filters.isEmpty()) {
            line(text, "conditions", CONDITIONS);
        }
        if (definition.where() != null) {
            line(text, "where", definition.where().text());
        }
        line(text, "retention", Long.toString(definition.retentionMillis()));
        line(text, "skew", Long.toString(definition.skewMillis()));
        if (definition.withinMillis() != null) {
            line(text, "within", definition.withinMillis() + " " + source.eventTime());
        }
        ViewDefinition.Duplicates duplicates = definition.duplicates();
        if (duplicates != null) {
            line(
                    text,
                    "duplicates",
                    duplicates.eventId() + " " + duplicates.rule().horizonMillis() + " "
                            + duplicates.rule().maxIds() + " " + SeenIds.REGRESS_MILLIS);
        }
        if (definition.pair() != null) {
            pair(text, definition.pair());
        }
        sorted(text, inputs.stream().map(this::input));
        ladder.widths().forEach(width -> line(text, "width", width(width)));
        if (head != null) {
            line(text, "head", head.maxBytes() + " " + head.maxTiles() + " " + head.usefulMillis());
        }
        // In the layout's order, which is that of the encoded tile.
        layout.entries().forEach(entry -> line(text, "state", entry.type().id() + filter(entry.filter())));
        return text.toString();
    }

    /** Which snapshots there are is no part of it: a look-up's result is a function of these and of the record (rule X1). */
    private static void lookUp(StringBuilder text, LookUpDefinition lookUp) {
        line(
                text,
                "look_up",
                lookUp.alias() + " " + lookUp.reference().name() + " "
                        + lookUp.key().stream().map(Field::toString).toList());
        lookUp.used()
                .forEach(field -> line(
                        text,
                        "looked up",
                        lookUp.alias() + " " + field + " "
                                + lookUp.reference().fields().get(field)));
    }

    private static void pair(StringBuilder text, PairDefinition pair) {
        line(text, "conditions of sides", CONDITIONS);
        line(text, "left", pair.left().where().text());
        line(text, "right", pair.right().where().text());
        pair.left().key().forEach(field -> line(text, "left key", field.toString()));
        pair.right().key().forEach(field -> line(text, "right key", field.toString()));
        line(
                text,
                "pair",
                pair.earlyMillis() + " " + pair.withinMillis() + " " + pair.match() + " " + pair.maxHalves() + " "
                        + Halves.REGRESS_MILLIS + " " + Halves.MOST_SLACK_MILLIS);
    }

    private String input(View.InputField input) {
        return input.path() + " " + input.input() + (input.required() ? " required" : "") + filter(input.filter());
    }

    private static String width(TileWidth width) {
        return width.code() + " " + width.widthMillis() + " " + width.tilesPerBlock() + " " + width.keepMillis();
    }

    private String filter(int filter) {
        return filter == TileLayout.NO_FILTER
                ? ""
                : " where " + filters.get(filter).text();
    }

    private static void sorted(StringBuilder text, Stream<String> inputs) {
        inputs.sorted().forEach(input -> line(text, "input", input));
    }

    /** A fact in one line: no text can pass for two facts. */
    private static void line(StringBuilder text, String name, String fact) {
        text.append(name)
                .append(' ')
                .append(fact.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r"))
                .append('\n');
    }
}

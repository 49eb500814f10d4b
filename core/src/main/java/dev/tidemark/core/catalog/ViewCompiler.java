package dev.tidemark.core.catalog;

import dev.tidemark.core.aggregate.AggregateFunction;
import dev.tidemark.core.aggregate.Computation;
import dev.tidemark.core.aggregate.Each;
import dev.tidemark.core.aggregate.FieldInput;
import dev.tidemark.core.aggregate.GroupBy;
import dev.tidemark.core.aggregate.Net;
import dev.tidemark.core.event.EventShape;
import dev.tidemark.core.event.FieldPath;
import dev.tidemark.core.expression.FilterExpression;
import dev.tidemark.core.pair.Halves.Match;
import dev.tidemark.core.pair.PairRule;
import dev.tidemark.core.tile.HeadRule;
import dev.tidemark.core.tile.ItemSize;
import dev.tidemark.core.tile.SeenIds;
import dev.tidemark.core.tile.TileLayout;
import dev.tidemark.core.view.Expiry;
import dev.tidemark.core.view.View;
import dev.tidemark.core.window.Ladder;
import dev.tidemark.core.window.Window;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Makes a {@link View} of a definition without mistakes. Features that need the same state share it, and the layout
 * sorts states independently, so that neither the names nor the order of features change what is stored.
 */
final class ViewCompiler {

    /** With key, mark and the other attributes, such a head is one write unit. */
    private static final int HEAD_BYTES = 700;

    /** Bounds the work of a spill, and the memory of a head whose tiles hold little. */
    private static final int HEAD_TILES = 96;

    private final ViewDefinition definition;
    private final List<FilterExpression> filters = new ArrayList<>();
    private final Map<String, Integer> filterIndexes = new LinkedHashMap<>();

    private ViewCompiler(ViewDefinition definition) {
        this.definition = definition;
    }

    /** Null, with the mistake reported, if an argument does not suit a function or an item could become too large. */
    static @Nullable View compile(ViewDefinition definition) {
        return new ViewCompiler(definition).compile();
    }

    /** A feature whose states are not yet placed in the layout. */
    private record Bound(ViewDefinition.Feature feature, Computation computation, List<TileLayout.Entry> entries) {}

    private @Nullable View compile() {
        List<Bound> bound = new ArrayList<>();
        for (ViewDefinition.Feature feature : definition.features()) {
            Bound one = bind(feature);
            if (one != null) {
                bound.add(one);
            }
        }
        if (bound.size() < definition.features().size()) {
            return null;
        }
        TileLayout layout = layout(bound);
        PairDefinition pair = definition.pair();
        PairRule pairs = pair == null ? null : new PairedFields(definition, pair).rule(filters);
        Ladder ladder = ladder(layout, pairs);
        if (ladder == null) {
            return null;
        }
        HeadRule head = hasHeads() ? head(layout, ladder) : null;
        List<View.InputField> inputs = inputs(bound);
        String version = new ViewVersion(definition, filters, inputs, layout, ladder, head).hash();
        return new View(
                definition.name(),
                version,
                definition.source().name(),
                eventTime(definition.eventTime()),
                definition.entity().stream()
                        .map(field -> new View.KeyField(field.toString(), field.slot()))
                        .toList(),
                definition.where() == null ? null : definition.where().bind(this::slot),
                filters.stream().map(filter -> filter.bind(this::slot)).toList(),
                inputs,
                layout,
                ladder,
                head,
                definition.foldedMillis(),
                definition.skewMillis(),
                within(),
                duplicates(),
                pairs,
                definition.source().streamRetentionMillis(),
                features(bound, layout),
                definition.derived().stream()
                        .map(derived -> new View.Derived(derived.name(), derived.type(), derived.expression()))
                        .toList());
    }

    private static EventShape.@Nullable EventTime eventTime(SourceReader.@Nullable EventTime time) {
        return time == null ? null : time.shape(false);
    }

    private View.@Nullable Within within() {
        SourceDefinition source = definition.source();
        return definition.withinMillis() == null
                ? null
                : new View.Within(
                        source.eventTime().shape(true),
                        source.eventTime().field().toString(),
                        definition.withinMillis());
    }

    private int slot(FieldPath path) {
        return definition.fields().slotOf(path);
    }

    private @Nullable Bound bind(ViewDefinition.Feature feature) {
        try {
            Computation plain = computation(feature);
            ViewDefinition.Grouping grouping = feature.grouping();
            Computation grouped = grouping == null ? plain : GroupBy.of(plain, grouping.spec());
            PairDefinition pair = definition.pair();
            String refusal = pair == null || pair.match() == Match.FIRST ? null : Net.refusal(grouped);
            if (pair != null && refusal != null) {
                feature.at()
                        .problem(
                                refusal + ", and pair '" + pair.name() + "' with match: last takes pairs back",
                                (Net.refusal(plain) == null
                                                ? "list its groups in group_by"
                                                : "compute something else of it")
                                        + ", or let the first right count with match: first");
                return null;
            }
            Computation computation = pair == null || pair.match() == Match.FIRST ? grouped : Net.of(grouped);
            int filter = filterIndex(feature.where());
            List<TileLayout.Entry> entries = new ArrayList<>();
            for (int state = 0; state < computation.states().size(); state++) {
                int passes = computation.ignoresWhere(state) ? TileLayout.NO_FILTER : filter;
                entries.add(new TileLayout.Entry(computation.states().get(state), passes));
            }
            return new Bound(feature, computation, entries);
        } catch (IllegalArgumentException e) {
            feature.at()
                    .problem(
                            String.valueOf(e.getMessage()),
                            "see the parameters of " + feature.function().name());
            return null;
        }
    }

    /** Of a list an element counts as an event does, and its number is not that of the events. */
    private static Computation computation(ViewDefinition.Feature feature) {
        Field input = feature.input();
        if (input != null && input.path().isList()) {
            FieldInput element = new FieldInput(0, input.toString(), true, feature.inputKind());
            return Each.of(feature.function().bind(element, feature.arguments()), input.slot());
        }
        return feature.function()
                .bind(
                        input == null
                                ? FieldInput.NONE
                                : new FieldInput(
                                        input.slot(), input.toString(), feature.optional(), feature.inputKind()),
                        feature.arguments());
    }

    private int filterIndex(@Nullable FilterExpression filter) {
        if (filter == null) {
            return TileLayout.NO_FILTER;
        }
        Integer known = filterIndexes.get(filter.text());
        if (known != null) {
            return known;
        }
        filters.add(filter);
        filterIndexes.put(filter.text(), filters.size() - 1);
        return filters.size() - 1;
    }

    private TileLayout layout(List<Bound> bound) {
        Map<String, TileLayout.Entry> distinct = new LinkedHashMap<>();
        bound.forEach(one -> one.entries().forEach(entry -> distinct.putIfAbsent(key(entry), entry)));
        List<TileLayout.Entry> sorted = distinct.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(Map.Entry::getValue)
                .toList();
        return new TileLayout(sorted, definition.heads() ? TileLayout.FORMAT : TileLayout.FIRST_FORMAT);
    }

    /** Equal if and only if two states may be shared. */
    private String key(TileLayout.Entry entry) {
        return entry.type().id() + "\n" + filterText(entry.filter());
    }

    private String filterText(int filter) {
        return filter == TileLayout.NO_FILTER ? "" : filters.get(filter).text();
    }

    private @Nullable Ladder ladder(TileLayout layout, @Nullable PairRule pairs) {
        int tileBytes = ItemSize.maxTileBytes(layout);
        int itemBytes = ItemSize.bytesForTiles(layout);
        Ladder ladder = ladder(tileBytes, itemBytes);
        SeenIds.Rule rule = rule();
        ItemSize largest = Stream.of(
                        ladder.widths().stream().map(width -> ItemSize.of(layout, width)),
                        Stream.ofNullable(rule).map(ItemSize::ofIds),
                        Stream.ofNullable(pairs).map(PairRule::largestItem))
                .flatMap(sizes -> sizes)
                .max(Comparator.comparingLong(ItemSize::totalBytes))
                .orElseThrow();
        if (largest.fits()) {
            return ladder;
        }
        definition
                .at()
                .problem(
                        "an item could exceed the " + String.format(Locale.ROOT, "%,d", ItemSize.MAX_BYTES)
                                + " bytes that DynamoDB takes: " + largest.arithmetic(),
                        "lower the largest: smaller parameters, fewer groups, ids or halves, or split the view");
        return null;
    }

    private Ladder ladder(int tileBytes, int itemBytes) {
        if (!definition.heads()) {
            return Ladder.of(windows(), definition.hopMillis(), tileBytes, itemBytes);
        }
        return hasHeads()
                ? Ladder.belowHead(windows(), definition.hopMillis(), tileBytes, itemBytes)
                : Ladder.ofOneWidth(windows(), definition.hopMillis(), tileBytes, itemBytes);
    }

    private Set<Window> windows() {
        Set<Window> windows = new LinkedHashSet<>();
        definition.features().forEach(feature -> windows.addAll(feature.windows()));
        return windows;
    }

    /** With one width, an event changes one item anyway. */
    private boolean hasHeads() {
        return definition.heads()
                && Ladder.of(windows(), definition.hopMillis(), 1, 1).widths().size() > 1;
    }

    private HeadRule head(TileLayout layout, Ladder ladder) {
        int fit = (ItemSize.bytesForTiles(layout) - HEAD_TILES * 16) / ItemSize.maxTileBytes(layout);
        return new HeadRule(
                ladder.hop().widthMillis(),
                HEAD_BYTES,
                Math.max(1, Math.min(HEAD_TILES, fit)),
                Expiry.usefulMillis(ladder, definition.foldedMillis()));
    }

    private View.@Nullable Duplicates duplicates() {
        ViewDefinition.Duplicates duplicates = definition.duplicates();
        return duplicates == null
                ? null
                : new View.Duplicates(
                        duplicates.eventId().slot(), duplicates.eventId().toString(), duplicates.rule());
    }

    private SeenIds.@Nullable Rule rule() {
        ViewDefinition.Duplicates duplicates = definition.duplicates();
        return duplicates == null ? null : duplicates.rule();
    }

    private List<View.InputField> inputs(List<Bound> bound) {
        Map<String, View.InputField> inputs = new LinkedHashMap<>();
        for (Bound one : bound) {
            ViewDefinition.Feature feature = one.feature();
            int filter = filterIndex(feature.where());
            Field input = feature.input();
            if (input != null) {
                add(inputs, input.slot(), input.toString(), feature.inputKind(), !feature.optional(), filter);
            }
            feature.others()
                    .forEach(other ->
                            add(inputs, other.slot(), other.path(), feature.inputKind(), !feature.optional(), filter));
            FieldInput label = feature.label();
            if (label != null) {
                AggregateFunction.Input kind = feature.function().label();
                add(inputs, label.slot(), label.path(), kind, !feature.optional(), filter);
            }
            if (feature.grouping() != null) {
                one.entries()
                        .forEach(entry -> add(
                                inputs,
                                feature.grouping().field().slot(),
                                feature.grouping().field().toString(),
                                AggregateFunction.Input.SCALAR,
                                false,
                                entry.filter()));
            }
        }
        return List.copyOf(inputs.values());
    }

    /** An input that one feature requires is required. */
    private static void add(
            Map<String, View.InputField> inputs,
            int slot,
            String path,
            AggregateFunction.Input kind,
            boolean required,
            int filter) {
        inputs.merge(
                slot + " " + kind + " " + filter,
                new View.InputField(path, slot, kind, required, filter),
                (a, b) -> a.required() ? a : b);
    }

    private List<View.Feature> features(List<Bound> bound, TileLayout layout) {
        Map<String, Integer> places = new LinkedHashMap<>();
        for (TileLayout.Entry entry : layout.entries()) {
            places.put(key(entry), places.size());
        }
        List<View.Feature> features = new ArrayList<>();
        for (Bound one : bound) {
            List<Integer> states = new ArrayList<>();
            for (TileLayout.Entry entry : one.entries()) {
                Integer place = places.get(key(entry));
                if (place == null) {
                    throw new IllegalStateException("no place for " + key(entry));
                }
                states.add(place);
            }
            for (Window window : one.feature().windows()) {
                String name = ViewReader.valueName(one.feature().name(), window);
                features.add(new View.Feature(name, one.feature().type(), window, one.computation(), states));
            }
        }
        return features;
    }
}

package dev.tidemark.core.view;

import dev.tidemark.core.aggregate.AggregateFunction;
import dev.tidemark.core.aggregate.Computation;
import dev.tidemark.core.event.EventShape.EventTime;
import dev.tidemark.core.event.FieldPath;
import dev.tidemark.core.expression.EventFilter;
import dev.tidemark.core.expression.FeatureExpression;
import dev.tidemark.core.pair.PairRule;
import dev.tidemark.core.tile.HeadRule;
import dev.tidemark.core.tile.SeenIds;
import dev.tidemark.core.tile.TileLayout;
import dev.tidemark.core.value.ValueType;
import dev.tidemark.core.window.Ladder;
import dev.tidemark.core.window.Window;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A feature view, compiled: field names resolved to slots of its source's event shape, states shared between features.
 *
 * @param name as in the catalog
 * @param version hash of everything that decides the content of its state (rule P3)
 * @param source name of the source
 * @param eventTime where and how its events have their time; null for as the source says
 * @param entity the fields that make up the entity key, in key order
 * @param where which events belong to the view; null for all
 * @param filters the distinct {@code where} of its features; a tile state refers to them by index
 * @param inputs what an event that belongs to the view must or may carry
 * @param layout what each tile holds
 * @param ladder its tile widths
 * @param head how large a head may become; null if the view's state has no heads, so that every event goes into the item of
 *     every width
 * @param retentionMillis how late an event may be and still be folded, and how far back a value can be read
 * @param skewMillis how far an event time may lie after arrival and still be taken (as the arrival time)
 * @param within how long after that time it may happen; null for however long
 * @param duplicates how producer duplicates are recognized; null if they are not
 * @param pairs which pairs of events the view reads instead of events; null if it reads events. Slots are those of pairs then
 * @param streamRetentionMillis how long a record may wait in the stream; part of how long items are kept
 * @param features in catalog order, one per function and window
 * @param derived in the order of computation: each uses only features and the derived features before it
 */
public record View(
        String name,
        String version,
        String source,
        @Nullable EventTime eventTime,
        List<KeyField> entity,
        @Nullable EventFilter where,
        List<EventFilter> filters,
        List<InputField> inputs,
        TileLayout layout,
        Ladder ladder,
        @Nullable HeadRule head,
        long retentionMillis,
        long skewMillis,
        @Nullable Within within,
        @Nullable Duplicates duplicates,
        @Nullable PairRule pairs,
        long streamRetentionMillis,
        List<Feature> features,
        List<Derived> derived) {

    /** One part of the entity key. */
    public record KeyField(String name, int slot) {

        /** The value that it has in every entity's key; null if events say it. */
        public @Nullable String constant() {
            FieldPath path = FieldPath.parse(name);
            return path.isConstant() ? path.name() : null;
        }
    }

    /**
     * A field that features aggregate.
     *
     * @param path for messages
     * @param input what it must be; not {@code NONE}
     * @param required whether an event without it is bad; otherwise it is passed over
     * @param filter the field matters only for events that pass this filter; {@link TileLayout#NO_FILTER} for all
     */
    public record InputField(String path, int slot, AggregateFunction.Input input, boolean required, int filter) {

        /** The same of an element of a list, which is the only slot of a row. */
        public InputField ofElement() {
            return new InputField(path, 0, input, required, filter);
        }
    }

    /**
     * Producer duplicates: same event id, arrivals at most the horizon apart (rule T3).
     *
     * @param slot the slot of the event id
     * @param path its path, for messages
     * @param rule horizon and bound
     */
    public record Duplicates(int slot, String path, SeenIds.Rule rule) {}

    /**
     * How long after the view's own event time an event may happen; what happens later is too late.
     *
     * @param happened when it happened, by the source
     * @param path for messages
     */
    public record Within(EventTime happened, String path, long millis) {}

    /**
     * One value of an answer.
     *
     * @param name function name in the catalog, underscore, window
     * @param type what its values are, where they are not null
     * @param states where the computation's states stand in the layout, in the computation's order
     */
    public record Feature(String name, ValueType type, Window window, Computation computation, List<Integer> states) {

        public Feature {
            states = List.copyOf(states);
        }
    }

    /**
     * A value computed from other values of the same answer.
     *
     * @param type what its values are, where they are not null
     */
    public record Derived(String name, ValueType type, FeatureExpression expression) {}

    public View {
        entity = List.copyOf(entity);
        filters = List.copyOf(filters);
        inputs = List.copyOf(inputs);
        features = List.copyOf(features);
        derived = List.copyOf(derived);
    }

    /** The same view with another state: of another ladder, with other heads or none. */
    public View withState(Ladder otherLadder, @Nullable HeadRule otherHead) {
        return new View(
                name,
                version,
                source,
                eventTime,
                entity,
                where,
                filters,
                inputs,
                layout,
                otherLadder,
                otherHead,
                retentionMillis,
                skewMillis,
                within,
                duplicates,
                pairs,
                streamRetentionMillis,
                features,
                derived);
    }

    /** Whether what an event does depends on its ancestors' events too (rules T3 and J2). */
    public boolean remembers() {
        return duplicates != null || pairs != null;
    }

    /** How long what decides about events is kept after their arrival, measured in arrivals; 0 if nothing is. */
    public long rememberedMillis() {
        if (pairs != null) {
            return pairs.terms().keptMillis();
        }
        return duplicates == null ? 0 : duplicates.rule().keptMillis();
    }

    /** How long each of the views of pairs warms up in a lane (rule J4), by version. */
    public static Map<String, Long> warmUpMillis(Collection<View> views) {
        Map<String, Long> millis = new HashMap<>();
        views.forEach(view -> {
            if (view.pairs() != null) {
                millis.put(view.version(), view.pairs().terms().warmUpMillis());
            }
        });
        return millis;
    }

    /** How late a record of the source may be: a pair may be folded later than each of its halves. */
    public long admittedMillis() {
        return pairs == null ? retentionMillis : pairs.terms().retentionMillis();
    }

    /** The names of everything the view can answer: features, then derived features, in catalog order. */
    public List<String> valueNames() {
        return Stream.concat(
                        features.stream().map(Feature::name), derived.stream().map(Derived::name))
                .toList();
    }
}

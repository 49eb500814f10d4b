package dev.tidemark.core.serve;

import dev.tidemark.core.aggregate.AggregateFunctions;
import dev.tidemark.core.aggregate.Computation;
import dev.tidemark.core.aggregate.FieldInput;
import dev.tidemark.core.aggregate.StateType;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.event.EventShape;
import dev.tidemark.core.event.FieldPath;
import dev.tidemark.core.expression.FeatureExpression;
import dev.tidemark.core.store.InMemoryControlStore;
import dev.tidemark.core.store.InMemoryItemStore;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.ItemState;
import dev.tidemark.core.tile.StoredItem;
import dev.tidemark.core.tile.TileLayout;
import dev.tidemark.core.value.ValueType;
import dev.tidemark.core.view.View;
import dev.tidemark.core.window.Ladder;
import dev.tidemark.core.window.TileWidth;
import dev.tidemark.core.window.Window;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A view of a user's purchases with its stores, folded the simple way: every event goes into the tile of each width. A
 * price in slot 0.
 */
final class ServedShop {

    static final long NOW_MILLIS = 1_760_000_003_456L;
    static final long DAY_MILLIS = 86_400_000L;
    static final Lane LANE_A = new Lane("arn:aws:kinesis:eu-west-1:1:stream/shop", 1, "shardId-000000000000");
    static final Lane LANE_B = new Lane("arn:aws:kinesis:eu-west-1:1:stream/shop", 1, "shardId-000000000001");
    static final Lane ELSEWHERE = new Lane("arn:aws:kinesis:eu-west-1:1:stream/other", 1, "shardId-000000000000");

    final InMemoryItemStore items = new InMemoryItemStore();
    final InMemoryControlStore control = new InMemoryControlStore();
    final View view;
    final Catalog catalog;
    private final Map<ItemKey, ItemState> states = new HashMap<>();
    private final Map<ItemKey, Position> marks = new HashMap<>();

    ServedShop(String... windows) {
        view = view(windows);
        EventShape shape = new EventShape(
                List.of(FieldPath.parse("price"), FieldPath.parse("ts")),
                new EventShape.EventTime(1, EventShape.TimeFormat.ISO8601),
                1_000);
        catalog = new Catalog("hash", List.of(new Catalog.Source("source", "shop", shape)), List.of(view), "{}");
        control.control =
                new ControlRow(1, "g1", ControlRow.Phase.LIVE, Map.of(view.version(), ControlRow.ViewStatus.ACTIVE));
    }

    FeatureServer server() {
        return new FeatureServer(catalog, items, new ProgressCache(control, 1_000));
    }

    Answer ask(String entity, @Nullable List<String> names, @Nullable Long atMillis) {
        QueryPlan plan = QueryPlan.of(view, names, atMillis, NOW_MILLIS);
        return server().answer(plan, List.of(entity), NOW_MILLIS).join().get(0);
    }

    /** Folds one event of the entity; positions of a lane must grow. */
    void fold(Lane lane, long position, String entity, long eventTimeMillis, BigDecimal price) {
        EventRow row = new EventRow(2);
        row.setBigNumber(0, price);
        row.setEventTimeMillis(eventTimeMillis);
        row.setRecord(position(position), lane.shardId(), eventTimeMillis);
        for (TileWidth width : view.ladder().widths()) {
            long tile = width.tileOf(eventTimeMillis);
            ItemKey key = new ItemKey(view.version(), entity, width.code(), width.blockOf(tile), lane.id());
            states.computeIfAbsent(key, absent -> ItemState.empty(view.layout(), width, absent.block(), lane.shardId()))
                    .add(tile, row, 0);
            marks.put(key, position(position));
        }
    }

    /** Stores what was folded; the lane row says that the lane is done up to the position. */
    void store(Lane lane, long done, long maxArrivalMillis) {
        states.forEach((key, state) -> {
            Position mark = marks.get(key);
            if (mark != null) {
                items.items.put(key, new StoredItem(mark, state.encode(), 0));
            }
        });
        control.lanes.put(lane.id(), row(lane, done, maxArrivalMillis, Map.of(view.version(), Position.ORIGIN)));
    }

    static LaneRow row(Lane lane, long done, long maxArrivalMillis, Map<String, Position> views) {
        return new LaneRow(lane, 1, position(done), done, maxArrivalMillis, "g1", views, Map.of());
    }

    static Position position(long number) {
        return new Position("4959033827149025660855969253836157109592157598913658" + (1_000 + number), 0);
    }

    private static View view(String... windowTexts) {
        List<Window> windows = List.of(windowTexts).stream().map(Window::parse).toList();
        List<StateType> types = new ArrayList<>();
        List<View.Feature> features = new ArrayList<>();
        for (String function : List.of("count", "sum", "avg", "last")) {
            Computation computation = bind(function);
            List<Integer> indexes = new ArrayList<>();
            for (StateType type : computation.states()) {
                if (!types.contains(type)) {
                    types.add(type);
                }
                indexes.add(types.indexOf(type));
            }
            windows.forEach(window -> features.add(
                    new View.Feature(function + "_" + window.text(), ValueType.NUMBER, window, computation, indexes)));
        }
        String shortest = windows.get(0).text();
        return new View(
                "user",
                "v1",
                "source",
                null,
                List.of(new View.KeyField("user_id", 0)),
                null,
                List.of(),
                List.of(),
                new TileLayout(types.stream()
                        .map(type -> new TileLayout.Entry(type, TileLayout.NO_FILTER))
                        .toList()),
                Ladder.of(windows, Ladder.defaultHopMillis(windows), 200, 100_000),
                null,
                DAY_MILLIS,
                60_000,
                null,
                null,
                null,
                DAY_MILLIS,
                features,
                List.of(
                        new View.Derived("double", ValueType.NUMBER, new Total(Set.of("count_" + shortest))),
                        new View.Derived(
                                "fourfold", ValueType.NUMBER, new Total(Set.of("double", "count_" + shortest)))));
    }

    private static Computation bind(String function) {
        FieldInput input = function.equals("count") ? FieldInput.NONE : new FieldInput(0, "price", false);
        return AggregateFunctions.find(function).orElseThrow().bind(input, Map.of());
    }

    /** Twice the sum of its inputs. */
    private record Total(Set<String> names) implements FeatureExpression {

        @Override
        public List<String> inputs() {
            return List.copyOf(new LinkedHashSet<>(names));
        }

        @Override
        public @Nullable Object evaluate(Map<String, @Nullable Object> values) {
            BigDecimal total = BigDecimal.ZERO;
            for (String name : names) {
                total = total.add(new BigDecimal(String.valueOf(values.get(name))));
            }
            return total.multiply(new BigDecimal(2));
        }
    }
}

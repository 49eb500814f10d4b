package dev.tidemark.functions.ingest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.event.EventShape;
import dev.tidemark.core.event.FieldPath;
import dev.tidemark.core.fold.BatchFold;
import dev.tidemark.core.fold.BatchOutcome;
import dev.tidemark.core.fold.FoldPorts;
import dev.tidemark.core.fold.FoldSettings;
import dev.tidemark.core.fold.Inputs;
import dev.tidemark.core.store.Cas;
import dev.tidemark.core.store.ControlStore;
import dev.tidemark.core.store.ItemStore;
import dev.tidemark.core.store.Lineage;
import dev.tidemark.core.stream.Batch;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.tile.BlockRange;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.StoredItem;
import dev.tidemark.core.view.View;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Folds one made-up event per source, to load the code of a real batch. The stores' answers are made up here; each call
 * is also made to other ports, whose answers do not matter.
 */
final class Rehearsal {

    private static final long WHEN_MILLIS = 1_000_000_000_000L;

    private final Catalog catalog;
    private final FoldPorts played;

    /** @param played called like the ports of a real fold; must change nothing lasting */
    Rehearsal(Catalog catalog, FoldPorts played) {
        this.catalog = catalog;
        this.played = played;
    }

    /** The answer, once the other call has ended with any result. */
    static <T> CompletableFuture<T> played(CompletableFuture<?> call, T answer) {
        return call.handle((ignored, failure) -> answer);
    }

    @SuppressWarnings("NullAway") // A future of nothing.
    private static CompletableFuture<Void> played(CompletableFuture<?> call) {
        return played(call, null);
    }

    /** @throws IllegalStateException if a fold fails: then a real one would too */
    void run() {
        FoldPorts ports = new FoldPorts(
                new ForgetfulItems(),
                new OneLane(),
                segment -> played(played.archive().append(segment)),
                entries -> played(played.quarantine().put(entries)),
                Lineage.NEVER_RESHARDED,
                millis -> CompletableFuture.completedFuture(null),
                () -> WHEN_MILLIS,
                new SplittableRandom(1),
                Inputs.EMPTY_TABLES);
        for (Catalog.Source source : catalog.sources()) {
            BatchFold fold = new BatchFold(catalog, ports, FoldSettings.DEFAULT);
            Lane lane = new Lane("arn:aws:kinesis:::stream/" + source.stream(), 0, "shardId-000000000000");
            byte[] event = event(source).getBytes(StandardCharsets.UTF_8);
            RawRecord record = new RawRecord(new Position("1", 0), WHEN_MILLIS, "key", event);
            BatchOutcome outcome =
                    fold.fold(new Batch(lane, List.of(record)), Long.MAX_VALUE).join();
            if (!outcome.isDone()) {
                throw new IllegalStateException("rehearsing source " + source.name() + " was held: " + outcome.held());
            }
        }
    }

    /** An event with a number in every field and readable times. */
    private String event(Catalog.Source source) {
        EventShape shape = source.shape();
        Map<Integer, EventShape.TimeFormat> times = new HashMap<>();
        for (View view : catalog.viewsOf(source)) {
            if (view.eventTime() != null) {
                times.put(view.eventTime().slot(), view.eventTime().format());
            }
        }
        times.put(shape.eventTime().slot(), shape.eventTime().format());
        Part root = new Part();
        for (int slot = 0; slot < shape.fields().size(); slot++) {
            Part part = root;
            FieldPath path = shape.fields().get(slot);
            for (FieldPath.Step step : path.isConstant() ? List.<FieldPath.Step>of() : path.steps()) {
                part = part.below(step);
            }
            EventShape.TimeFormat format = times.get(slot);
            if (format != null || part.value.isEmpty()) {
                part.value = format == null ? "1" : time(format);
            }
        }
        return root.json().toString();
    }

    private static String time(EventShape.TimeFormat format) {
        return switch (format) {
            case ISO8601, ISO8601_ANY -> "\"2001-09-09T01:46:40Z\"";
            case EPOCH_MILLIS -> Long.toString(WHEN_MILLIS);
            case EPOCH_SECONDS -> Long.toString(WHEN_MILLIS / 1000);
            case EPOCH_MICROS -> Long.toString(WHEN_MILLIS * 1_000);
            case EPOCH_NANOS -> Long.toString(WHEN_MILLIS * 1_000_000);
            case DATE -> "\"2001-09-09\"";
        };
    }

    /** A part of an event: a value, or an object, or an array, which is one of whatever has elements. */
    private static final class Part {

        private final Map<String, Part> members = new LinkedHashMap<>();
        private final NavigableMap<Integer, Part> elements = new TreeMap<>();
        private String value = "";

        private Part below(FieldPath.Step step) {
            if (step instanceof FieldPath.Member member) {
                return members.computeIfAbsent(member.name(), key -> new Part());
            }
            int index = step instanceof FieldPath.Element element ? element.index() : 0;
            return elements.computeIfAbsent(index, key -> new Part());
        }

        private JsonNode json() {
            if (!elements.isEmpty()) {
                ArrayNode array = JsonNodeFactory.instance.arrayNode();
                for (int index = 0; index <= elements.lastKey(); index++) {
                    Part element = elements.get(index);
                    array.add(element == null ? JsonNodeFactory.instance.nullNode() : element.json());
                }
                return array;
            }
            if (!members.isEmpty()) {
                ObjectNode object = JsonNodeFactory.instance.objectNode();
                members.forEach((name, member) -> object.set(name, member.json()));
                return object;
            }
            return JsonNodeFactory.instance.rawValueNode(new RawValue(value));
        }
    }

    private final class ForgetfulItems implements ItemStore {

        @Override
        public CompletableFuture<Map<ItemKey, StoredItem>> read(Collection<ItemKey> keys) {
            return played(played.items().read(keys), Map.of());
        }

        @Override
        public CompletableFuture<Optional<StoredItem>> readStored(ItemKey key) {
            return played(played.items().readStored(key), Optional.empty());
        }

        @Override
        public CompletableFuture<Cas<StoredItem>> put(ItemKey key, StoredItem item, @Nullable Position expectedMark) {
            return played(played.items().put(key, item, expectedMark), new Cas.Stored<>());
        }

        @Override
        public CompletableFuture<List<Found>> query(String viewVersion, String entity, List<BlockRange> ranges) {
            return played(played.items().query(viewVersion, entity, ranges), List.of());
        }
    }

    /** Remembers one control row and one lane row. */
    private final class OneLane implements ControlStore {

        private @Nullable ControlRow control;
        private @Nullable LaneRow lane;

        @Override
        public CompletableFuture<Optional<ControlRow>> readControl() {
            return played(played.control().readControl(), Optional.ofNullable(control));
        }

        @Override
        public CompletableFuture<Cas<ControlRow>> writeControl(ControlRow next) {
            control = next;
            return played(played.control().writeControl(next), new Cas.Stored<>());
        }

        @Override
        public CompletableFuture<Optional<LaneRow>> readLane(Lane wanted) {
            return played(
                    played.control().readLane(wanted),
                    Optional.ofNullable(lane).filter(row -> row.lane().equals(wanted)));
        }

        @Override
        public CompletableFuture<List<LaneRow>> readLanes() {
            return played(played.control().readLanes(), lane == null ? List.of() : List.of(lane));
        }

        @Override
        public CompletableFuture<Cas<LaneRow>> createLane(LaneRow row, long controlRev) {
            lane = row;
            return played(played.control().createLane(row, controlRev), new Cas.Stored<>());
        }

        @Override
        public CompletableFuture<Cas<LaneRow>> writeLane(LaneRow next) {
            lane = next;
            return played(played.control().writeLane(next), new Cas.Stored<>());
        }
    }
}

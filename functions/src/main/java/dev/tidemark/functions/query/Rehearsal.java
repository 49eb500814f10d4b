package dev.tidemark.functions.query;

import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.fold.EntityState;
import dev.tidemark.core.serve.Json;
import dev.tidemark.core.store.Cas;
import dev.tidemark.core.store.ControlStore;
import dev.tidemark.core.store.ItemStore;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.tile.BlockRange;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.ItemState;
import dev.tidemark.core.tile.StoredItem;
import dev.tidemark.core.value.ValueJson;
import dev.tidemark.core.value.ValueType;
import dev.tidemark.core.view.Model;
import dev.tidemark.core.view.Monitor;
import dev.tidemark.core.view.View;
import dev.tidemark.core.window.TileWidth;
import java.math.BigDecimal;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Queries every view once, in memory, to load the code of a real query; the answers are discarded. Touches no table.
 */
final class Rehearsal {

    private static final long EVERY_FILTER = -1L;
    private static final Map<ValueType, Object> EXAMPLES =
            Map.of(ValueType.NUMBER, BigDecimal.ONE, ValueType.STRING, "1", ValueType.BOOLEAN, true);

    /** A made-up lane that never advances. */
    static final LaneRow LANE = new LaneRow(
            new Lane("arn:aws:kinesis:::stream/rehearsal", 0, "shardId-000000000000"),
            1,
            Position.ORIGIN,
            0,
            Long.MIN_VALUE,
            "rehearsal",
            Map.of(),
            Map.of());

    private final Catalog catalog;
    private final QueryFunction function;

    Rehearsal(Catalog catalog, InstantSource clock) {
        this.catalog = catalog;
        this.function = QueryFunction.of(Catalogs.of(catalog), new OneEvent(), ControlStore.EMPTY, clock);
    }

    /** @throws IllegalStateException if a query fails: then a real one would too */
    void run() {
        for (View view : catalog.views()) {
            String key =
                    String.join("%7C", view.entity().stream().map(part -> "1").toList());
            play("GET", "/v1/views/" + view.name() + "/entities/" + key, null);
            String entity =
                    String.join("|", view.entity().stream().map(part -> "1").toList());
            play(
                    "POST",
                    "/v1/features:batch",
                    "{\"queries\":[{\"view\":\"" + view.name() + "\",\"entities\":[\"" + entity + "\"]}]}");
        }
        for (Model model : catalog.models()) {
            play("POST", "/v1/models/" + model.name() + Route.FEATURES, row(model));
        }
        for (Monitor monitor : catalog.monitors()) {
            play("GET", "/v1/models/" + monitor.model() + "/quality", null);
        }
        play("GET", "/v1/health", null);
    }

    private static String row(Model model) {
        return Json.write(out -> {
            out.writeStartObject();
            out.writeArrayFieldStart("rows");
            out.writeStartObject();
            out.writeObjectFieldStart("keys");
            for (String key : model.keys()) {
                out.writeStringField(key, "1");
            }
            out.writeEndObject();
            out.writeObjectFieldStart("request");
            for (Model.Input input : model.request()) {
                out.writeFieldName(input.name());
                ValueJson.write(out, EXAMPLES.get(input.type()));
            }
            out.writeEndObject();
            out.writeEndObject();
            out.writeEndArray();
            out.writeEndObject();
        });
    }

    private void play(String method, String path, @Nullable String body) {
        int status = function.handleRequest(
                        new APIGatewayProxyRequestEvent()
                                .withHttpMethod(method)
                                .withPath(path)
                                .withBody(body),
                        null)
                .getStatusCode();
        if (status != 200) {
            throw new IllegalStateException("rehearsing " + method + " " + path + " gave status " + status);
        }
    }

    /** Every requested block has one event without fields. */
    private final class OneEvent implements ItemStore {

        @Override
        public CompletableFuture<List<Found>> query(String viewVersion, String entity, List<BlockRange> ranges) {
            View view = catalog.views().stream()
                    .filter(candidate -> candidate.version().equals(viewVersion))
                    .findFirst()
                    .orElseThrow();
            return CompletableFuture.completedFuture(
                    ranges.stream().map(range -> one(view, entity, range)).toList());
        }

        private Found one(View view, String entity, BlockRange range) {
            ItemKey key = new ItemKey(view.version(), entity, range.width(), range.lastBlock(), "rehearsal.0");
            EventRow row = new EventRow(slots(view));
            row.setRecord(new Position("1", 0), key.shardId(), /* arrivedMillis= */ 0);
            if (key.isHead()) {
                EntityState state = new EntityState(view, key.shardId(), null);
                state.add(row, EVERY_FILTER, EntityState.Items.NONE);
                return new Found(key, state.stored());
            }
            TileWidth width = view.ladder().widths().stream()
                    .filter(candidate -> candidate.code().equals(range.width()))
                    .findFirst()
                    .orElseThrow();
            ItemState state = ItemState.empty(view.layout(), width, key.block(), key.shardId());
            state.add(width.firstTileOf(key.block()), row, EVERY_FILTER);
            return new Found(key, new StoredItem(row.position(), state.encode(), 0));
        }

        @Override
        public CompletableFuture<Optional<StoredItem>> readStored(ItemKey key) {
            throw new UnsupportedOperationException("a query does not read single items");
        }

        private int slots(View view) {
            return catalog.sourceOf(view).shape().fields().size();
        }

        @Override
        public CompletableFuture<Map<ItemKey, StoredItem>> read(Collection<ItemKey> keys) {
            throw new UnsupportedOperationException("a query does not read single items");
        }

        @Override
        public CompletableFuture<Cas<StoredItem>> put(ItemKey key, StoredItem item, @Nullable Position expectedMark) {
            throw new UnsupportedOperationException("a query writes nothing");
        }
    }
}

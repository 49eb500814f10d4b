package dev.tidemark.functions.query;

import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyResponseEvent;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.control.ViewCounts;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.event.FieldPath;
import dev.tidemark.core.fold.Inputs;
import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.history.MemoryItems;
import dev.tidemark.core.past.BoundedArchive;
import dev.tidemark.core.serve.WaitingCache;
import dev.tidemark.core.store.Archive;
import dev.tidemark.core.store.CheckpointStore;
import dev.tidemark.core.store.InMemoryArchive;
import dev.tidemark.core.store.InMemoryControlStore;
import dev.tidemark.core.store.InMemoryItemStore;
import dev.tidemark.core.store.InMemoryRedriveLog;
import dev.tidemark.core.store.ItemStore;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.tile.EntityKeys;
import dev.tidemark.core.tile.StoredItem;
import dev.tidemark.core.view.View;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A query function over stores in memory, with a few events folded, and how to ask it. */
final class QueryWorld {

    static final Instant NOW = Instant.parse("2026-03-01T12:00:03.250Z");
    static final Lane LANE = new Lane("arn:aws:kinesis:eu-west-1:1:stream/shop-events", 1, "shardId-000000000000");
    static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    final Catalog catalog = new CatalogCompiler().compile(resource("/test-catalog.yaml"));
    final InMemoryItemStore items = new InMemoryItemStore();
    final InMemoryControlStore control = new InMemoryControlStore();
    final InMemoryArchive archive = new InMemoryArchive();
    long maxReplayBytes = 1_000_000;
    Instant now = NOW;

    /** How far the clock goes on whenever it is looked at, which is three times in a request. */
    long tickMillis;

    final ScriptedTail tail = new ScriptedTail();
    final QueryFunction function = new QueryFunction(QueryParts.of(
            Catalogs.of(catalog),
            items,
            control,
            this::past,
            new WaitingCache(tail, 5_000),
            new CostlyShare(25),
            RequestLog.NONE,
            this::tick,
            Inputs.EMPTY_TABLES));
    private final MemoryItems folded = new MemoryItems(catalog.views());

    QueryWorld() {
        control.control = new ControlRow(
                1,
                "g1",
                ControlRow.Phase.LIVE,
                catalog.views().stream()
                        .collect(Collectors.toMap(View::version, view -> ControlRow.ViewStatus.ACTIVE)));
        laneAt(100);
    }

    private Instant tick() {
        Instant then = now;
        now = now.plusMillis(tickMillis);
        return then;
    }

    private HistoryPorts past() {
        return new HistoryPorts(
                new BoundedArchive(archive, maxReplayBytes), new InMemoryRedriveLog(), new NoCheckpoints(), control);
    }

    /** Archives one event about user 42, in a segment of its own. */
    void archived(long number, long arrivalAgeMillis, long ageMillis) {
        long arrival = NOW.toEpochMilli() - arrivalAgeMillis;
        String event = "{\"user_id\":\"42\",\"ts\":\"" + NOW.minusMillis(ageMillis)
                + "\",\"item\":{\"price\":2.5,\"category\":\"shoes\"}}";
        RawRecord record = new RawRecord(position(number), arrival, "42", event.getBytes(StandardCharsets.UTF_8));
        Position before = number == 1 ? Position.ORIGIN : position(number - 1);
        archive.segments.add(new Archive.Segment(LANE, before, number - 1, List.of(record)));
    }

    private static final class NoCheckpoints implements CheckpointStore {

        @Override
        public CompletableFuture<List<String>> list() {
            return CompletableFuture.completedFuture(List.of());
        }

        @Override
        public CompletableFuture<Manifest> manifest(String id) {
            return CompletableFuture.failedFuture(new AssertionError(id));
        }

        @Override
        public CompletableFuture<List<ItemStore.Found>> read(Manifest manifest, int bucket) {
            return CompletableFuture.failedFuture(new AssertionError(manifest.id()));
        }
    }

    /** The lane row says that the lane is done up to the position. */
    void laneAt(long position) {
        Map<String, Position> views =
                catalog.views().stream().collect(Collectors.toMap(View::version, view -> Position.ORIGIN));
        control.lanes.put(
                LANE.id(),
                new LaneRow(LANE, 1, position(position), position, NOW.toEpochMilli() - 40, "g1", views, Map.of()));
    }

    /** A lane's row with these counts, by view version; it folds their views and the catalog's from its first record on. */
    void lane(String shardId, Map<String, ViewCounts> counts) {
        Lane lane = new Lane(LANE.streamArn(), LANE.streamCreatedMillis(), shardId);
        Map<String, Position> views = new HashMap<>();
        counts.keySet().forEach(version -> views.put(version, Position.ORIGIN));
        catalog.views().forEach(view -> views.put(view.version(), Position.ORIGIN));
        control.lanes.put(
                lane.id(), new LaneRow(lane, 1, position(100), 100, NOW.toEpochMilli() - 40, "g1", views, counts));
    }

    /** Folds one event into both views and stores it. */
    void view(long position, String user, String category, String price, long ageMillis) {
        for (View view : catalog.views()) {
            EventRow row = new EventRow(fields().size());
            set(row, "item.price", new BigDecimal(price));
            set(row, "item.category", category);
            row.setEventTimeMillis(NOW.toEpochMilli() - ageMillis);
            row.setRecord(position(position), LANE.shardId(), NOW.toEpochMilli() - 40);
            String entity = EntityKeys.of(view.entity().size() == 1 ? List.of(user) : List.of(user, category));
            folded.add(view, LANE.id(), entity, row, -1L);
        }
        folded.forEach((key, item) -> items.items.put(key, new StoredItem(item.mark(), item.body(), 0)));
    }

    APIGatewayProxyResponseEvent get(String path, String... parameters) {
        Map<String, String> query = new HashMap<>();
        for (int i = 0; i < parameters.length; i += 2) {
            query.put(parameters[i], parameters[i + 1]);
        }
        return send("GET", path, query, null);
    }

    APIGatewayProxyResponseEvent post(String path, @Nullable String body) {
        return send("POST", path, Map.of(), body);
    }

    APIGatewayProxyResponseEvent send(String method, String path, Map<String, String> query, @Nullable String body) {
        return send(function, method, path, query, Map.of(), body);
    }

    static APIGatewayProxyResponseEvent send(
            QueryFunction to,
            String method,
            String path,
            Map<String, String> query,
            Map<String, String> headers,
            @Nullable String body) {
        return to.handleRequest(
                new APIGatewayProxyRequestEvent()
                        .withHeaders(headers)
                        .withHttpMethod(method)
                        .withPath(path)
                        .withQueryStringParameters(query)
                        .withBody(body)
                        .withRequestContext(new APIGatewayProxyRequestEvent.ProxyRequestContext()
                                .withRequestId("7f3c1b1e-0000-4000-8000-000000000001")),
                null);
    }

    static JsonNode json(APIGatewayProxyResponseEvent response) {
        try {
            return JSON.readTree(response.getBody());
        } catch (JsonProcessingException e) {
            throw new AssertionError("not JSON: " + response.getBody(), e);
        }
    }

    static Position position(long number) {
        return new Position("4959033827149025660855969253836157109592157598913658" + (1_000 + number), 0);
    }

    static String resource(String name) {
        try (InputStream in = QueryWorld.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new AssertionError("no resource " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void set(EventRow row, String path, Object value) {
        int slot = fields().indexOf(FieldPath.parse(path));
        if (value instanceof BigDecimal number) {
            row.setBigNumber(slot, number);
        } else {
            row.setString(slot, String.valueOf(value));
        }
    }

    private List<FieldPath> fields() {
        return catalog.sources().get(0).shape().fields();
    }
}

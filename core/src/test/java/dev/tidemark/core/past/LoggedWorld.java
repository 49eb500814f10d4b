package dev.tidemark.core.past;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.catalog.FormatDefinition;
import dev.tidemark.core.catalog.Formats;
import dev.tidemark.core.event.EventFormat;
import dev.tidemark.core.fold.BatchFold;
import dev.tidemark.core.fold.FoldPorts;
import dev.tidemark.core.fold.FoldSettings;
import dev.tidemark.core.fold.Inputs;
import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.serve.FeatureServer;
import dev.tidemark.core.serve.ModelJson;
import dev.tidemark.core.serve.ModelRow;
import dev.tidemark.core.serve.ModelServer;
import dev.tidemark.core.serve.ProgressCache;
import dev.tidemark.core.store.ChangingTable;
import dev.tidemark.core.store.InMemoryArchive;
import dev.tidemark.core.store.InMemoryControlStore;
import dev.tidemark.core.store.InMemoryItemStore;
import dev.tidemark.core.store.InMemoryLineage;
import dev.tidemark.core.store.InMemoryQuarantine;
import dev.tidemark.core.store.InMemoryRedriveLog;
import dev.tidemark.core.stream.Batch;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.view.Model;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

/** A shop whose clients ask for vectors, and log with their predictions what they used. */
public final class LoggedWorld {

    private static final long START_MILLIS =
            Instant.parse("2026-03-01T00:00:00Z").toEpochMilli();
    private static final Lane LANE =
            new Lane("arn:aws:kinesis:eu-west-1:1:stream/shop-events", 1, "shardId-000000000000");
    private static final ObjectMapper JSON = new ObjectMapper();
    public static final String PRICE = "viewer.price_1h";
    private static final String YAML = """
            tidemark: 1
            sources:
              shop: {stream: shop-events, event_time: {field: ts, format: epoch_millis}}
            references:
              users: {key: user_id, fields: {country: text, age: number}, effective_after: 10s}
            views:
              viewer:
                source: shop
                entity: user_id
                where: type == "view"
                features:
                  price: {function: avg, input: price, windows: [1h]}
                  items: {function: top_k, input: item, k: 3, windows: [1h]}
            models:
              discount:
                request: {list_price: {type: number}, device: {type: text}}
                inputs: [viewer: [price_1h, items_1h], request: [list_price, device], users: [country, age]]
                derived:
                  usual: {expression: request.list_price / viewer.price_1h, default: 1}
                predictions: {source: shop, time: {field: ts, format: epoch_millis}}
                monitor: {windows: [1h]}
            """;
    public static final Catalog CATALOG = new CatalogCompiler().compile(YAML);

    /** Whose records are JSON from the last byte to the first. */
    private static final Formats BACKWARDS = new Formats() {
        @Override
        public byte[] schema(String file) {
            throw new UnsupportedOperationException();
        }

        @Override
        public EventFormat compile(FormatDefinition definition, String reading) {
            return new EventFormat(reading, LoggedWorld::backwards, null);
        }
    };

    final Catalog catalog;
    private final UnaryOperator<byte[]> encoding;

    final Random random = new Random(7);
    public final InMemoryItemStore items = new InMemoryItemStore();
    public final InMemoryControlStore control = new InMemoryControlStore();
    private final InMemoryArchive archive = new InMemoryArchive();
    private final SnapshotCheckpoints checkpoints = new SnapshotCheckpoints();
    public long nowMillis = START_MILLIS;
    private int records;
    private int predictions;
    final ChangingTable users = new ChangingTable(CATALOG.references().get(0), () -> nowMillis);
    private final Inputs inputs = users.inputs();
    private final BatchFold fold;

    public LoggedWorld() {
        this(CATALOG, event -> event);
    }

    private LoggedWorld(Catalog catalog, UnaryOperator<byte[]> encoding) {
        this.catalog = catalog;
        this.encoding = encoding;
        this.fold = new BatchFold(
                catalog,
                new FoldPorts(
                        items,
                        control,
                        archive,
                        new InMemoryQuarantine(),
                        new InMemoryLineage(),
                        millis -> CompletableFuture.completedFuture(null),
                        () -> nowMillis,
                        new Random(1)),
                FoldSettings.DEFAULT);
    }

    /** Whose records are no JSON before they are decoded. */
    static LoggedWorld encoded() {
        String yaml = YAML.replace("{stream: shop-events,", "{stream: shop-events, format: {compression: gzip},");
        return new LoggedWorld(new CatalogCompiler(BACKWARDS).compile(yaml), LoggedWorld::backwards);
    }

    private static byte[] backwards(byte[] data) {
        byte[] back = new byte[data.length];
        for (int i = 0; i < data.length; i++) {
            back[i] = data[data.length - 1 - i];
        }
        return back;
    }

    /** What a client makes of an answer's value before its model sees it. */
    public interface Client {

        JsonNode uses(String name, JsonNode value) throws IOException;

        Client RIGHT = (name, value) -> value;
    }

    void put(String... events) {
        List<RawRecord> batch = new ArrayList<>();
        for (String event : events) {
            batch.add(new RawRecord(
                    new Position(Long.toString(1_000_000L + records++), 0),
                    nowMillis,
                    "key",
                    encoding.apply(event.getBytes(StandardCharsets.UTF_8))));
        }
        assertThat(fold.fold(new Batch(LANE, batch), Long.MAX_VALUE).join().isDone())
                .isTrue();
    }

    private void view(int user) {
        put(String.format(
                Locale.ROOT,
                "{\"type\":\"view\",\"ts\":%d,\"user_id\":\"u%d\",\"price\":%d.%02d,\"item\":\"i%d\"}",
                nowMillis - random.nextInt(5_000),
                user,
                random.nextInt(1, 90),
                random.nextInt(100),
                random.nextInt(4)));
    }

    private String answer(int user) {
        ProgressCache progress = new ProgressCache(control, 0);
        Model model = catalog.models().get(0);
        ModelRow row =
                new ModelRow(List.of("u" + user), Map.of("list_price", new BigDecimal("59.9"), "device", "phone"));
        ModelServer server =
                new ModelServer(Catalogs.of(catalog), new FeatureServer(catalog, items, progress), progress, inputs);
        return new ModelJson(Catalogs.of(catalog), false)
                .answer(server.answer(model, List.of(row), null, nowMillis).join());
    }

    /** Rule X1, naively. */
    private void checkLookedUp(String user, JsonNode answer) {
        long atMillis = answer.path("receipt").path("at").asLong();
        Map<String, Object> expected = users.rowAt(user, atMillis);
        JsonNode values = answer.path("rows").path(0).path("values");
        for (int i = 0; i < values.size(); i++) {
            String name = answer.path("names").path(i).asText();
            if (name.startsWith("users.")) {
                Object value = expected.get(name.substring("users.".length()));
                assertThat(values.path(i).isNull() ? null : values.path(i).asText())
                        .as("%s of %s at %d", name, user, atMillis)
                        .isEqualTo(
                                value instanceof BigDecimal number
                                        ? number.stripTrailingZeros().toPlainString()
                                        : value);
            }
        }
        int number = users.numberAt(atMillis);
        assertThat(answer.path("receipt").path("references").toString()).isEqualTo("{\"users\":" + number + "}");
        assertThat(answer.path("references").path("users").path("snapshot").intValue())
                .isEqualTo(number);
    }

    private void predict(String version, Client client) throws IOException {
        int user = random.nextInt(5);
        JsonNode answer = JSON.readTree(answer(user));
        nowMillis += 40;
        JsonNode row = answer.path("rows").path(0);
        checkLookedUp("u" + user, answer);
        var event = JSON.createObjectNode();
        event.put("type", "prediction").put("id", "p" + predictions++).put("ts", nowMillis);
        event.put("model", "discount").put("version", version).put("score", 0.5);
        event.put("hash", answer.path("hash").asText());
        event.set("keys", row.path("keys"));
        event.set("request", row.path("request"));
        event.set("receipt", answer.path("receipt"));
        var features = event.putObject("features");
        for (int i = 0; i < answer.path("names").size(); i++) {
            String name = answer.path("names").path(i).asText();
            JsonNode used = client.uses(name, row.path("values").path(i));
            if (!used.isMissingNode()) {
                features.set(name, used);
            }
        }
        put(event.toString());
    }

    public HistoryPorts ports() {
        return new HistoryPorts(archive, new InMemoryRedriveLog(), checkpoints, control, users.inputs());
    }

    public void run(int steps, Map<String, Client> clients) throws IOException {
        for (int step = 0; step < steps; step++) {
            nowMillis += 1_000 + random.nextInt(20_000);
            if (step % 5 == 0) {
                users.publish(List.of("u0", "u1", "u2", "u3", "u4"), random);
            }
            view(random.nextInt(5));
            for (Map.Entry<String, Client> one : clients.entrySet()) {
                predict(one.getKey(), one.getValue());
            }
        }
    }

    /** Takes a number for one of another unit. */
    public static Client scaling(String feature, double factor) {
        return (name, value) ->
                name.equals(feature) && value.isNumber() ? JSON.valueToTree(value.asDouble() * factor) : value;
    }
}

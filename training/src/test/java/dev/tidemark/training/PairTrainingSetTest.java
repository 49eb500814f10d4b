package dev.tidemark.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.past.Knowledge;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.oracle.Oracle;
import dev.tidemark.oracle.StreamRecord;
import dev.tidemark.training.FoldedHistory.Row;
import dev.tidemark.training.TrainingSetRequest.WindowEnd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A row's values of a view of pairs are what was served at its moment: an outcome that came later is in none, and one that
 * was replaced later is in the rows in between.
 */
class PairTrainingSetTest {

    private static final long START_MILLIS = 1_790_000_000_000L - 1_790_000_000_000L % 86_400_000L;
    private static final int BATCHES = 60;
    private static final String SHARD = "shardId-000000000000";
    private static final String YAML = """
            tidemark: 1
            sources:
              shop: {stream: shop-events, event_time: {field: ts, format: epoch_millis}}
            pairs:
              bought:
                left: {source: shop, where: type == "offer", key: offer}
                right: {source: shop, where: type == "order", key: offer}
                within: 20m
                early: 2m
            views:
              sales:
                source: bought
                entity: left.user
                hop: 10s
                retention: 10m
                features:
                  sold: {function: count, windows: [10m, 3h]}
                  paid: {function: sum, input: right.price, windows: [3h, lifetime]}
                  dear: {function: count, where: right.price > left.price, windows: [3h]}
                  wait: {function: avg, input: delay, windows: [3h]}
              seen:
                source: shop
                entity: user
                features:
                  events: {function: count, windows: [1h]}
            """;
    private static final Catalog CATALOG = new CatalogCompiler().compile(YAML);

    private final FoldedHistory history = new FoldedHistory(CATALOG, START_MILLIS);
    private final List<StreamRecord> records = new ArrayList<>();

    @TempDir
    private Path folder;

    /** What was asked while the events came, with the oracle's answer. */
    private record Asked(Row row, Map<String, String> live, JsonNode right) {}

    static LongStream seeds() {
        Long one = Long.getLong("tidemark.seed");
        return one != null ? LongStream.of(one) : LongStream.range(0, Long.getLong("tidemark.seeds", 4));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void aRowHasWhatWasServedAtItsMoment(long seed) throws Exception {
        List<Asked> asked = asked(new Random(seed));
        List<Map<String, String>> set =
                history.train(folder, asked.stream().map(Asked::row).toList(), Knowledge.SERVED, WindowEnd.LIVE);
        for (int i = 0; i < asked.size(); i++) {
            Asked one = asked.get(i);
            assertThat(set.get(i)).as("%s, seed %d", one.row(), seed).isEqualTo(one.live());
            for (String value : List.of("sold_10m", "sold_3h", "paid_3h", "paid_lifetime", "dear_3h")) {
                assertThat(set.get(i).get("sales__" + value))
                        .as("%s of %s by the oracle, seed %d", value, one.row(), seed)
                        .isEqualTo(plain(one.right().get(value)));
            }
        }
        assertThat(set.stream()
                        .map(row -> row.get("sales__paid_lifetime"))
                        .distinct()
                        .count())
                .as("different values, seed %d", seed)
                .isGreaterThan(20);
    }

    /** A checkpoint saves reading what arrived long before; but halves that meet later ones are not left out. */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void aCheckpointLeavesOutNoHalf(long seed) throws Exception {
        String yaml = YAML.replace("within: 20m", "within: 5m")
                .replace("retention: 10m", "retention: 1m")
                .replace("hop: 10s", "hop: 5s")
                .replace("[10m, 3h]", "[5m]")
                .replace("[3h, lifetime]", "[5m]")
                .replace("[3h]", "[5m]");
        FoldedHistory other = new FoldedHistory(new CatalogCompiler().compile(yaml), START_MILLIS);
        List<Row> rows = new ArrayList<>();
        List<Map<String, String>> live = new ArrayList<>();
        Random random = new Random(seed);
        for (int batch = 0; batch < BATCHES; batch++) {
            other.fold(ShopHistory.lane(SHARD), batch(other, random, batch));
            other.checkpoint();
            if (batch > BATCHES * 9 / 10) {
                rows.add(new Row(random.nextBoolean() ? "ann" : "bob", other.nowMillis));
                live.add(other.answer(rows.get(rows.size() - 1)));
            }
        }
        assertThat(other.train(folder, rows, Knowledge.SERVED, WindowEnd.LIVE))
                .as("seed %d", seed)
                .isEqualTo(live);
        assertThat(report(folder, "archive/" + ShopHistory.lane(SHARD).id() + "/readFrom")
                        .asText())
                .as("it begins at a checkpoint, seed %d", seed)
                .isNotEqualTo(Position.ORIGIN.text());
    }

    @Test
    void asKnownNowAPairWouldTellTheFuture() throws Exception {
        List<Row> rows = asked(new Random(1)).stream().map(Asked::row).toList();
        assertThatThrownBy(() -> history.train(folder, rows, Knowledge.NOW, WindowEnd.EXACT))
                .isInstanceOf(TrainingSetProblem.class)
                .hasMessage(
                        "view 'sales' reads pairs, and as known now a pair counts from its left's time on, before its"
                                + " right has happened: rows would know the future; use --knowledge served, or choose other"
                                + " views with --views");
    }

    @Test
    void asKnownNowAViewWithATimeOfItsOwnMayTellTheFuture() throws Exception {
        String yaml = YAML.replaceFirst("(?s)pairs:.*seen:", "views:\n  seen:")
                .replace("entity: user", "entity: user\n    event_time: {field: offered, format: epoch_millis}");
        FoldedHistory other = new FoldedHistory(new CatalogCompiler().compile(yaml), START_MILLIS);
        List<Row> rows = List.of(new Row("ann", START_MILLIS - 1));
        assertThat(notes(other, rows, Knowledge.NOW, WindowEnd.EXACT))
                .containsExactly(
                        "view 'seen' has an event_time of its own; if that lies before the event, a row as known"
                                + " now may hold what happened only later: then use --knowledge served");
        assertThat(notes(other, rows, Knowledge.SERVED, WindowEnd.LIVE)).noneMatch(note -> note.contains("event_time"));
    }

    private List<String> notes(FoldedHistory other, List<Row> rows, Knowledge knowledge, WindowEnd end)
            throws IOException {
        Path own = Files.createTempDirectory(folder, "own");
        other.train(own, rows, knowledge, end);
        List<String> notes = new ArrayList<>();
        report(own, "notes").forEach(note -> notes.add(note.asText()));
        return notes;
    }

    /** Of the only training set in a folder. */
    private static JsonNode report(Path folder, String member) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            Path file = files.filter(each -> each.endsWith("training-set.json"))
                    .findFirst()
                    .orElseThrow();
            return new ObjectMapper().readTree(file.toFile()).at("/" + member);
        }
    }

    private static String plain(JsonNode value) {
        return value.isNull() ? "" : value.decimalValue().toPlainString();
    }

    /** Offers and orders of a few ids, some twice, some revised, some before their offer. */
    private List<Asked> asked(Random random) {
        List<Asked> asked = new ArrayList<>();
        Lane lane = ShopHistory.lane(SHARD);
        for (int batch = 0; batch < BATCHES; batch++) {
            history.fold(lane, batch(history, random, batch));
            Row row = new Row(random.nextBoolean() ? "ann" : "bob", history.nowMillis);
            Oracle oracle = new Oracle(YAML, records);
            asked.add(new Asked(
                    row,
                    history.answer(row),
                    oracle.answer("sales", row.user(), row.atMillis()).get("values")));
        }
        return asked;
    }

    private List<RawRecord> batch(FoldedHistory into, Random random, int batch) {
        List<RawRecord> some = new ArrayList<>();
        for (int i = random.nextInt(6); i >= 0; i--) {
            into.nowMillis += 1 + random.nextInt(40_000);
            some.add(record(into, random, batch / 6 + random.nextInt(4)));
        }
        return some;
    }

    private RawRecord record(FoldedHistory into, Random random, int offer) {
        boolean isOffer = random.nextInt(3) == 0;
        RawRecord record = into.record("{\"type\":\"" + (isOffer ? "offer" : "order") + "\",\"offer\":\"o" + offer
                + "\",\"user\":\"" + (offer % 2 == 0 ? "ann" : "bob") + "\",\"price\":" + random.nextInt(100)
                + ",\"ts\":" + (into.nowMillis - random.nextInt(90_000)) + "}");
        records.add(new StreamRecord(
                "shop-events", SHARD, record.position().sequenceNumber(), 0, record.arrivalMillis(), record.data()));
        return record;
    }
}

package dev.tidemark.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.core.aggregate.AggregateFunction;
import dev.tidemark.core.aggregate.AggregateFunctions;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.past.Knowledge;
import dev.tidemark.core.serve.ModelRow;
import dev.tidemark.core.store.ChangingTable;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.training.FoldedHistory.ModelSpineRow;
import dev.tidemark.training.FoldedHistory.Row;
import dev.tidemark.training.TrainingSetRequest.WindowEnd;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A set as known now on the live grid has in each row what the live query answers about the row's moment, digit by digit:
 * every function, grouped ones, and what is derived from them; from the state that the fold left.
 */
class LiveGridTest {

    private static final long START_MILLIS = 1_790_000_000_000L - 1_790_000_000_000L % 86_400_000L;
    private static final long HOUR_MILLIS = 3_600_000;
    private static final long RETENTION_MILLIS = 6 * HOUR_MILLIS;
    private static final long HOP_MILLIS = 10_000;
    private static final int BATCHES = 80;
    private static final int ROWS = 60;
    private static final List<String> USERS = List.of("ann", "bob", "cid");

    private static final Map<String, String> REQUIRED = Map.ofEntries(
            Map.entry("ratio", "where: big"),
            Map.entry("first_n", "n: 3"),
            Map.entry("last_n", "n: 3"),
            Map.entry("percentile", "percentiles: [5, 50, 99.9]"),
            Map.entry("histogram", "boundaries: [0, 10, 100]"),
            Map.entry("top_k", "max_values: 50"),
            Map.entry("decayed_sum", "half_life: 20m"),
            Map.entry("decayed_avg", "half_life: 20m"),
            Map.entry("decayed_count", "half_life: 20m"),
            Map.entry("confusion", "label: big, thresholds: [0.2, 0.5]"),
            Map.entry("log_loss", "label: big"),
            Map.entry("brier", "label: 0"),
            Map.entry("auc", "label: big"),
            Map.entry("calibration", "label: big, buckets: 4"),
            Map.entry("mae", "label: paid"),
            Map.entry("rmse", "label: paid"),
            Map.entry("bias", "label: paid"),
            Map.entry("log_loss_difference", "label: big, other: score"),
            Map.entry("mae_difference", "label: paid, other: paid"));

    private static final Catalog CATALOG = new CatalogCompiler().compile(catalog());

    private final FoldedHistory history = new FoldedHistory(CATALOG, START_MILLIS);
    private final List<Row> events = new ArrayList<>();

    @TempDir
    private Path folder;

    private static String catalog() {
        StringBuilder features = new StringBuilder();
        for (AggregateFunction function : AggregateFunctions.all()) {
            String input = switch (function.input()) {
                case NONE -> "";
                case NUMBER -> ", input: price";
                case PROBABILITY -> ", input: score";
                default -> ", input: tag";
            };
            String required = REQUIRED.get(function.name());
            String definition =
                    "function: " + function.name() + input + (required == null ? "" : ", " + required) + ", windows: ";
            features.append("      ")
                    .append(function.name())
                    .append(": {")
                    .append(definition)
                    .append("[10m, 3h]}\n");
            features.append("      by_")
                    .append(function.name())
                    .append(": {")
                    .append(definition)
                    .append("[1h], group_by: {field: kind, ")
                    .append(
                            function.input() == AggregateFunction.Input.NUMBER
                                    ? "groups: [a, $other, '', 'x.y, z']"
                                    : "max_groups: 2")
                    .append("}}\n");
        }
        return """
                tidemark: 1
                sources:
                  shop: {stream: shop-events, event_time: {field: ts, format: epoch_millis}, event_id: id}
                references:
                  users: {key: user, fields: {country: text, age: number}, effective_after: 60s}
                views:
                  user:
                    source: shop
                    entity: user
                    hop: 10s
                    retention: 6h
                    drop_duplicates: {horizon: 10m, max_ids: 50}
                    features:
                %s\
                      newest: {function: last, input: price, type: number, windows: 10m}
                    derived:
                      twice: {expression: newest_10m * 2, default: 0}
                      pace: {expression: count_10m / count_3h}
                      dear: {expression: avg_10m > avg_3h && pace > 0.1}
                  thing:
                    source: shop
                    entity: [user, id]
                    hop: 10s
                    retention: 6h
                    features:
                      events: {function: count, windows: [10m, 3h]}
                      price: {function: avg, input: price, windows: 3h}
                models:
                  offer:
                    keys: {user: who, id: thing}
                    request: {paid: {type: number}, device: {type: text, default: phone}, member: {type: boolean}}
                    inputs:
                      - thing: [events_3h, price_3h]
                      - users: [country, age]
                      - request: [paid, member]
                      - user: [%s]
                    derived:
                      gap: {expression: request.paid / user.avg_10m - thing.price_3h, default: 0.5}
                      loyal: {expression: 'request.member && (thing.events_3h > 0 || user.count_3h > 3)'}
                      where_from: {expression: 'user.count_3h > 5 ? request.device : "new"'}
                      twice_gap: {expression: gap * 2}
                      adult: {expression: users.age >= 18, default: false}
                """.formatted(features, valueNames());
    }

    /** Those of view {@code user}. */
    private static String valueNames() {
        List<String> names = new ArrayList<>(List.of("newest_10m", "twice", "pace", "dear"));
        AggregateFunctions.all()
                .forEach(function -> names.addAll(
                        List.of(function.name() + "_10m", function.name() + "_3h", "by_" + function.name() + "_1h")));
        return String.join(", ", names);
    }

    static LongStream seeds() {
        Long one = Long.getLong("tidemark.seed");
        return one != null ? LongStream.of(one) : LongStream.range(0, Long.getLong("tidemark.seeds", 4));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void aRowIsWhatTheLiveQueryAnswersAboutItsMoment(long seed) throws Exception {
        Random random = new Random(seed);
        fold(random, () -> {});
        List<Row> rows = rows(random);

        List<Map<String, String>> live = history.train(folder, rows, Knowledge.NOW, WindowEnd.LIVE);
        List<Map<String, String>> exact = history.train(folder, rows, Knowledge.NOW, WindowEnd.EXACT);

        int differing = 0;
        for (int i = 0; i < rows.size(); i++) {
            assertThat(live.get(i)).as("%s, seed %d", rows.get(i), seed).isEqualTo(history.answer(rows.get(i)));
            differing += live.get(i).equals(exact.get(i)) ? 0 : 1;
        }
        assertThat(differing)
                .as("rows that the grid makes differ, seed %d", seed)
                .isPositive();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void aModelsRowIsTheVectorThatTheApiAnswers(long seed) throws Exception {
        Random random = new Random(seed);
        List<ModelSpineRow> answered = new ArrayList<>();
        fold(random, () -> answered.add(history.vector(asked(USERS.get(random.nextInt(USERS.size())), random), null)));
        List<ModelSpineRow> about = new ArrayList<>();
        rows(random).forEach(row -> about.add(history.vector(asked(row.user(), random), row.atMillis())));

        check(answered, history.trainModel(folder, answered, Knowledge.SERVED, WindowEnd.LIVE), seed);
        check(about, history.trainModel(folder, about, Knowledge.NOW, WindowEnd.LIVE), seed);
        checkSnapshots(about, seed);
    }

    /** Of rows in any order each snapshot is read once, and the manifest names those that were used. */
    private void checkSnapshots(List<ModelSpineRow> about, long seed) throws Exception {
        TreeSet<Integer> used = new TreeSet<>();
        about.forEach(row -> used.add(users().numberAt(row.atMillis())));
        assertThat(used).as("seed %d", seed).hasSizeGreaterThan(5);
        int before = users().log.rowReads;
        history.trainModel(folder, about, Knowledge.NOW, WindowEnd.LIVE);
        assertThat(users().log.rowReads - before).as("seed %d", seed).isEqualTo(used.size());
        assertThat(new ObjectMapper()
                        .readTree(history.manifest)
                        .path("references")
                        .toString())
                .isEqualTo("{\"users\":" + used.toString().replace(" ", "") + "}");
    }

    @Test
    void withoutASnapshotThereIsNoSet() {
        List<ModelSpineRow> rows = List.of(new ModelSpineRow(asked("ann", new Random(1)), history.nowMillis, Map.of()));

        assertThatThrownBy(() -> history.trainModel(folder, rows, Knowledge.NOW, WindowEnd.LIVE))
                .isInstanceOf(TrainingSetProblem.class)
                .hasMessageContaining("publish one with tidemark reference publish --name users");
    }

    private ChangingTable users() {
        return Objects.requireNonNull(history.users);
    }

    private void check(List<ModelSpineRow> rows, List<Map<String, String>> set, long seed) {
        assertThat(set).hasSameSizeAs(rows);
        for (int i = 0; i < rows.size(); i++) {
            ModelSpineRow row = rows.get(i);
            assertThat(set.get(i)).as("%s, seed %d", row.asked(), seed).isEqualTo(row.live());
            Map<String, Object> user = users().rowAt(row.asked().keys().get(0), row.atMillis());
            for (String field : List.of("country", "age")) {
                Object value = user.get(field);
                assertThat(set.get(i).get("users." + field))
                        .as("%s at %d, seed %d", row.asked(), row.atMillis(), seed)
                        .isEqualTo(
                                value == null
                                        ? ""
                                        : value instanceof BigDecimal number ? number.toPlainString() : value);
            }
            assertThat(List.copyOf(set.get(i).keySet()))
                    .isEqualTo(CATALOG.models().get(0).names());
        }
        for (String derived : List.of("gap", "loyal", "where_from", "thing.price_3h", "users.age", "adult")) {
            assertThat(set.stream().map(row -> row.get(derived)).distinct().count())
                    .as("different values of %s, seed %d", derived, seed)
                    .isGreaterThan(1);
        }
    }

    private static ModelRow asked(String user, Random random) {
        Map<String, Object> request = new HashMap<>();
        request.put(
                "paid", new BigDecimal(random.nextInt(10_000)).movePointLeft(2).stripTrailingZeros());
        request.put("device", random.nextBoolean() ? "phone" : "laptop, old");
        request.put("member", random.nextBoolean());
        return new ModelRow(List.of(user, Integer.toString(random.nextInt(60))), request);
    }

    /** Two lanes, folded batch by batch; many events are late, some come twice. */
    private void fold(Random random, Runnable afterBatch) {
        for (int batch = 0; batch < BATCHES; batch++) {
            if (batch % 8 == 0) {
                users().publish(USERS, random);
            }
            List<RawRecord> records = new ArrayList<>();
            int size = 1 + random.nextInt(8);
            for (int i = 0; i < size; i++) {
                history.nowMillis += 1 + random.nextInt(60_000);
                records.add(record(random));
            }
            history.fold(ShopHistory.lane("shardId-00000000000" + random.nextInt(2)), records);
            afterBatch.run();
        }
    }

    private RawRecord record(Random random) {
        long late = random.nextInt(3) == 0 ? random.nextInt((int) (2 * HOUR_MILLIS)) : random.nextInt(20_000);
        Row event = new Row(USERS.get(random.nextInt(USERS.size())), history.nowMillis - late);
        events.add(event);
        String[] tags = {"1", "1.50", "true", "\"1\"", "\"hat\"", "\"shoe, red\""};
        String[] kinds = {"\"a\"", "\"$other\"", "\"\"", "\"x.y, z\"", "\"c\"", "7", "null"};
        return history.record("{\"user\":\"" + event.user() + "\",\"ts\":" + event.atMillis()
                + ",\"id\":" + random.nextInt(200)
                + ",\"big\":" + random.nextBoolean()
                + ",\"score\":" + random.nextInt(1_001) / 1_000.0
                + ",\"paid\":" + random.nextInt(20_000) / 100.0
                + ",\"price\":" + (random.nextInt(30_000) - 5_000) / 100.0
                + ",\"tag\":" + tags[random.nextInt(tags.length)]
                + ",\"kind\":" + kinds[random.nextInt(kinds.length)] + "}");
    }

    /** Moments anywhere, at both ends of a hop, and shortly before an event. */
    private List<Row> rows(Random random) {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < ROWS; i++) {
            String user = USERS.get(random.nextInt(USERS.size()));
            long moment = history.nowMillis - (long) (random.nextDouble() * (RETENTION_MILLIS - HOUR_MILLIS));
            Row event = events.get(random.nextInt(events.size()));
            rows.add(
                    switch (random.nextInt(4)) {
                        case 0 -> new Row(user, moment);
                        case 1 -> new Row(user, moment - moment % HOP_MILLIS);
                        case 2 -> new Row(user, moment - moment % HOP_MILLIS - 1);
                        default ->
                            new Row(
                                    event.user(),
                                    Math.max(
                                            event.atMillis() - random.nextInt((int) HOP_MILLIS),
                                            history.nowMillis - RETENTION_MILLIS));
                    });
        }
        return rows;
    }
}

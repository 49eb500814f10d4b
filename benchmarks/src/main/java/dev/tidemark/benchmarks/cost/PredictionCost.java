package dev.tidemark.benchmarks.cost;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.fold.BatchFold;
import dev.tidemark.core.fold.BatchOutcome;
import dev.tidemark.core.fold.FoldSettings;
import dev.tidemark.core.stream.Batch;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.tile.ItemKey;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Prints what predictions with their outcomes cost in write units, as the table of docs/performance.md: one version of a model
 * in one lane. Each prediction has an outcome, after ten minutes on average. An hour goes before the one that is metered.
 */
public final class PredictionCost {

    private static final String CATALOG = """
            tidemark: 1
            sources:
              shop: {stream: shop-events, event_time: {field: ts, format: epoch_millis}, event_id: event_id}
            pairs:
              judged:
                left: {source: shop, where: type == "prediction", key: id}
                right: {source: shop, where: type == "outcome", key: prediction}
                within: 2h
            views:
              viewer:
                source: shop
                entity: user_id
                where: type == "view"
                features:
                  avg_price: {function: avg, input: price, windows: [30m, 24h]}
                  views: {function: count, windows: [30m, 24h]}
            models:
              discount:
                request:
                  list_price: {type: number}
                  device: {type: text}
                inputs:
                  - viewer: [avg_price_30m, avg_price_24h, views_30m, views_24h]
                  - request: [list_price, device]
                predictions: {source: shop, time: {field: ts, format: epoch_millis}, drop_duplicates: DUPLICATES}
                outcome: {OUTCOME}
                monitor: {windows: [WINDOWS]}
            """;

    /** Of outcomes that carry their prediction. */
    static final String CARRIED = "time: {field: predicted_at, format: epoch_millis}, drop_duplicates: DUPLICATES";

    /** What is sent again counts again. */
    static final String NOT_DROPPED = "false";

    /** Of outcomes that name their prediction. */
    static final String PAIRED = "pair: judged";

    private static final long START_MILLIS = UserRun.END_MILLIS;
    private static final long HOUR_MILLIS = 3_600_000;
    private static final double MEAN_DELAY_MILLIS = 600_000;
    private static final List<String> HORIZONS = List.of("2m", "10m");
    private static final List<String> WINDOWS = List.of("1h, 24h, 7d", "24h, 7d");
    private static final List<Integer> PER_SECOND = List.of(1, 10, 100);
    private static final List<Long> BATCH_MILLIS = List.of(2_000L, 60_000L);
    /** With the ten digits that follow, about as long as a real one. */
    private static final String SEQUENCE_PREFIX = "4959033827149025660855969253836157109592";

    private static final int MAX_BATCH = 1_000;
    private static final int MILLION = 1_000_000;

    private PredictionCost() {}

    /**
     * What was metered for so many predictions and their outcomes, in write units by view.
     *
     * @param halfUnits those of them that halves of pairs took
     */
    record Cost(long predictions, long batches, Map<String, Long> byView, long halfUnits, long rowUnits) {}

    /** @param duplicates the {@code drop_duplicates} of predictions and outcomes */
    static Catalog catalog(String outcome, String windows, String duplicates) {
        return new CatalogCompiler()
                .compile(CATALOG.replace("OUTCOME", outcome)
                        .replace("WINDOWS", windows)
                        .replace("DUPLICATES", duplicates));
    }

    /** Runs for a few minutes. */
    public static void main(String[] args) {
        for (String outcome : List.of(CARRIED, PAIRED)) {
            System.out.println("outcome: " + outcome);
            WINDOWS.forEach(windows -> print(outcome, windows, NOT_DROPPED, ""));
        }
        String widest = WINDOWS.get(WINDOWS.size() - 1);
        HORIZONS.forEach(horizon -> print(CARRIED, widest, "{horizon: " + horizon + "}", " | " + horizon));
    }

    private static void print(String outcome, String windows, String duplicates, String column) {
        Catalog catalog = catalog(outcome, windows, duplicates);
        for (int perSecond : PER_SECOND) {
            for (long batchMillis : BATCH_MILLIS) {
                System.out.println("| " + windows + column + " | " + perSecond + " | " + batchMillis / 1_000 + " s | "
                        + text(measure(catalog, perSecond, batchMillis)));
            }
        }
    }

    private static String text(Cost cost) {
        StringBuilder text = new StringBuilder();
        long sum = cost.rowUnits();
        for (String view : List.of("versions", "inputs", "quality")) {
            long units = cost.byView().getOrDefault("discount$" + view, 0L);
            long tiles = view.equals("quality") ? units - cost.halfUnits() : units;
            text.append(String.format(Locale.ROOT, "%.1f | ", tiles / (double) cost.batches()));
            sum += units;
        }
        if (cost.halfUnits() > 0) {
            text.append(String.format(Locale.ROOT, "%.1f | ", cost.halfUnits() / (double) cost.batches()));
        }
        double perPrediction = sum / (double) cost.predictions();
        return text
                + String.format(
                        Locale.ROOT,
                        "%.1f | %,.0f | %.2f |",
                        sum / (double) cost.batches(),
                        perPrediction * MILLION,
                        perPrediction * DynamoUnits.DOLLARS_PER_MILLION_WRITE_UNITS);
    }

    /** Folds an hour and another one that is metered. */
    static Cost measure(Catalog catalog, int perSecond, long batchMillis) {
        MeteredStores stores = new MeteredStores();
        BatchFold fold = new BatchFold(catalog, stores.ports(), FoldSettings.DEFAULT);
        Meter metered = new Meter();
        stores.meterTo(new Meter());
        long batches = 0;
        for (List<Sent> batch : batches(perSecond, batchMillis)) {
            boolean isMetered = batch.get(0).millis() >= START_MILLIS + HOUR_MILLIS;
            if (isMetered) {
                stores.meterTo(metered);
                batches++;
            }
            fold(fold, stores, batch);
        }
        Map<String, Long> byView = new TreeMap<>();
        catalog.views().forEach(view -> {
            long units = metered.unitsOfView.getOrDefault(view.version(), 0L);
            if (units > 0) {
                byView.put(view.name(), units);
            }
        });
        long halfUnits = metered.putBytes.getOrDefault(ItemKey.PAIR, new TreeMap<>()).entrySet().stream()
                .mapToLong(puts -> DynamoUnits.written(puts.getKey()) * puts.getValue())
                .sum();
        return new Cost(perSecond * HOUR_MILLIS / 1_000, batches, byView, halfUnits, metered.rowWriteUnits);
    }

    private static void fold(BatchFold fold, MeteredStores stores, List<Sent> sent) {
        List<RawRecord> records = sent.stream().map(Sent::record).toList();
        stores.setNowMillis(records.get(records.size() - 1).arrivalMillis());
        BatchOutcome outcome = fold.fold(new Batch(SimulatedUser.LANE, records), Long.MAX_VALUE)
                .join();
        if (!outcome.isDone()) {
            throw new IllegalStateException("a batch was not folded whole: " + outcome);
        }
    }

    /** An event of the simulation. */
    private record Sent(long millis, long number, String json) {

        RawRecord record() {
            Position position = new Position(SEQUENCE_PREFIX + (1_000_000_000L + number), 0);
            return new RawRecord(position, millis, "model", json.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** In slices of time, and no more than a batch takes. */
    private static List<List<Sent>> batches(int perSecond, long batchMillis) {
        List<List<Sent>> batches = new ArrayList<>();
        List<Sent> batch = new ArrayList<>();
        for (Sent sent : events(perSecond)) {
            boolean isFull = batch.size() == MAX_BATCH;
            if (!batch.isEmpty()
                    && (isFull || sent.millis() / batchMillis > batch.get(0).millis() / batchMillis)) {
                batches.add(batch);
                batch = new ArrayList<>();
            }
            batch.add(sent);
        }
        batches.add(batch);
        return batches;
    }

    /** Of two hours, in the order of their arrival. */
    private static List<Sent> events(int perSecond) {
        SplittableRandom random = new SplittableRandom(16);
        TreeMap<Long, List<String>> byMillis = new TreeMap<>();
        for (long i = 0; i < 2 * HOUR_MILLIS / 1_000 * perSecond; i++) {
            long at = START_MILLIS + i * 1_000 / perSecond;
            long delay = (long) (-Math.log1p(-random.nextDouble()) * MEAN_DELAY_MILLIS);
            double score = Math.round(random.nextDouble() * random.nextDouble() * 10_000) / 10_000.0;
            int label = random.nextDouble() < score ? 1 : 0;
            byMillis.computeIfAbsent(at, millis -> new ArrayList<>()).add(prediction(at, i, score, random));
            if (at + delay < START_MILLIS + 2 * HOUR_MILLIS) {
                byMillis.computeIfAbsent(at + delay, millis -> new ArrayList<>())
                        .add(outcome(at, delay, i, score, label));
            }
        }
        List<Sent> sent = new ArrayList<>();
        byMillis.forEach((millis, events) -> events.forEach(json -> {
            String withId = String.format(Locale.ROOT, "{\"event_id\":\"e%09d\",%s", sent.size(), json.substring(1));
            sent.add(new Sent(millis, sent.size(), withId));
        }));
        return sent;
    }

    private static String prediction(long at, long id, double score, SplittableRandom random) {
        double price = random.nextInt(100, 50_000) / 100.0;
        return String.format(
                Locale.ROOT,
                "{\"type\":\"prediction\",\"id\":\"p%d\",\"ts\":%d,\"model\":\"discount\",\"hash\":\"5f02d177b41f066e\","
                        + "\"version\":\"v7\",\"score\":%s,\"keys\":{\"user_id\":\"user-%d\"},\"features\":{"
                        + "\"viewer.avg_price_30m\":%.2f,\"viewer.avg_price_24h\":%.4f,\"viewer.views_30m\":%d,"
                        + "\"viewer.views_24h\":%d,\"request.list_price\":%.2f,\"request.device\":\"%s\"}}",
                id,
                at,
                score,
                random.nextInt(100_000),
                price,
                price * 1.1,
                random.nextInt(20),
                random.nextInt(200),
                price * 0.9,
                random.nextBoolean() ? "phone" : "desktop");
    }

    private static String outcome(long at, long delayMillis, long id, double score, int label) {
        return String.format(
                Locale.ROOT,
                "{\"type\":\"outcome\",\"ts\":%d,\"label\":%d,\"prediction\":\"p%d\",\"model\":\"discount\","
                        + "\"version\":\"v7\",\"score\":%s,\"predicted_at\":%d}",
                at + delayMillis,
                label,
                id,
                score,
                at);
    }
}

package dev.tidemark.core.monitor;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.control.ViewCounts;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.fold.LaneDecider;
import dev.tidemark.core.history.MemoryItems;
import dev.tidemark.core.serve.Answer;
import dev.tidemark.core.serve.FeatureServer;
import dev.tidemark.core.serve.QueryPlan;
import dev.tidemark.core.serve.ViewProgress;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.view.Monitor;
import dev.tidemark.core.view.View;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Predictions and outcomes, decided and folded by the fold's own code, and the report that follows from them. */
public final class MonitorWorld {

    /** An event with it may be bad. */
    static final String BROKEN = "\"broken\":true";

    static final String HEAD = """
            tidemark: 1
            sources:
              shop: {stream: shop-events, event_time: ts, event_id: event_id}
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
                  price: {function: avg, input: price, windows: [1h]}
                  views: {function: count, windows: [1h]}
            models:
              discount:
                keys: {user_id: user}
                request: {device: {type: text}}
                inputs: [viewer: [price_1h, views_1h], request: [device]]
            """;
    public static final long HOUR = 3_600_000;
    public static final long START = Instant.parse("2026-03-01T00:00:00Z").toEpochMilli();
    private static final Lane LANE =
            new Lane("arn:aws:kinesis:eu-west-1:1:stream/shop-events", 1, "shardId-000000000000");

    public final Catalog catalog;
    final Monitor monitor;
    private final TreeMap<Long, List<String>> arriving = new TreeMap<>();
    private final Map<String, List<String>> tooLate = new TreeMap<>();
    private final List<LaneRow> lanes = new ArrayList<>();
    private MemoryItems items;

    /** @param ofModel further keys of the model */
    public MonitorWorld(String ofModel) {
        catalog = new CatalogCompiler().compile(HEAD + ofModel.indent(4));
        monitor = catalog.monitor("discount").orElseThrow();
        items = new MemoryItems(catalog.views());
    }

    /** What a client logs; null members are left out. */
    public record Logged(
            String id,
            long atMillis,
            String version,
            String hash,
            String user,
            @Nullable Double price,
            double views,
            String device,
            double score) {

        public String json() {
            return String.format(
                    Locale.ROOT,
                    "{\"type\":\"prediction\",\"id\":\"%s\",\"ts\":\"%s\",\"model\":\"discount\",\"version\":\"%s\","
                            + "\"hash\":\"%s\",\"score\":%s,\"keys\":{\"user\":\"%s\"},\"request\":{\"device\":\"%s\"},"
                            + "\"features\":{%s\"viewer.views_1h\":%s,\"request.device\":\"%s\"}}",
                    id,
                    Instant.ofEpochMilli(atMillis),
                    version,
                    hash,
                    score,
                    user,
                    device,
                    price == null ? "" : "\"viewer.price_1h\":" + String.format(Locale.ROOT, "%.4f", price) + ",",
                    views,
                    device);
        }

        public String outcome(long happenedMillis, int label) {
            return String.format(
                    Locale.ROOT,
                    "{\"type\":\"outcome\",\"ts\":\"%s\",\"label\":%d,\"prediction\":\"%s\",\"model\":\"discount\","
                            + "\"version\":\"%s\",\"score\":%s,\"predicted_at\":\"%s\",\"request\":{\"device\":\"%s\"},"
                            + "\"delay\":%s}",
                    Instant.ofEpochMilli(happenedMillis),
                    label,
                    id,
                    version,
                    score,
                    Instant.ofEpochMilli(atMillis),
                    device,
                    (happenedMillis - atMillis) / 1_000.0);
        }
    }

    public void arrives(long arrivalMillis, String json) {
        arriving.computeIfAbsent(arrivalMillis, at -> new ArrayList<>()).add(json);
    }

    /** Folds everything that arrives before a moment. */
    public void fold(long untilMillis) {
        items = new MemoryItems(catalog.views());
        tooLate.clear();
        List<RawRecord> records = new ArrayList<>();
        arriving.headMap(untilMillis)
                .forEach((arrival, events) -> events.forEach(event -> records.add(new RawRecord(
                        new Position(Long.toString(1_000_000L + records.size()), 0),
                        arrival,
                        "key",
                        event.getBytes(StandardCharsets.UTF_8)))));
        Map<String, ViewCounts> counts = new TreeMap<>();
        for (View view : catalog.views()) {
            Map<LaneDecider.Fate, Long> fates = new EnumMap<>(LaneDecider.Fate.class);
            LaneDecider decider =
                    new LaneDecider(catalog.sourceOf(view), List.of(view), LANE.id(), LaneDecider.EntityFilter.ALL);
            long[] folded = {0};
            decider.replay(records, new LaneDecider.Visitor() {
                @Override
                public void folded(View of, int record, EventRow row, String entity, long filterBits) {
                    items.add(of, LANE.id(), entity, row, filterBits);
                    folded[0]++;
                }

                @Override
                public void other(View of, int record, LaneDecider.Fate fate) {
                    String event = new String(records.get(record).data(), StandardCharsets.UTF_8);
                    fates.merge(fate, 1L, Long::sum);
                    if (fate == LaneDecider.Fate.QUARANTINED && !event.contains(BROKEN)) {
                        throw new AssertionError(of.name() + ": " + event);
                    }
                    if (fate == LaneDecider.Fate.TOO_LATE) {
                        tooLate.computeIfAbsent(of.name(), view -> new ArrayList<>())
                                .add(event);
                    }
                }
            });
            counts.put(
                    view.version(),
                    new ViewCounts(
                            folded[0],
                            fates.getOrDefault(LaneDecider.Fate.FILTERED, 0L),
                            fates.getOrDefault(LaneDecider.Fate.TOO_LATE, 0L),
                            0,
                            fates.getOrDefault(LaneDecider.Fate.DUPLICATE, 0L),
                            Map.of(
                                    InvalidEvent.Reason.VALUE_OUT_OF_BOUNDS,
                                    fates.getOrDefault(LaneDecider.Fate.QUARANTINED, 0L))));
        }
        RawRecord last = records.get(records.size() - 1);
        Map<String, Position> views = new TreeMap<>();
        counts.keySet().forEach(version -> views.put(version, Position.ORIGIN));
        lanes.clear();
        lanes.add(new LaneRow(
                LANE, 1, last.position(), records.size(), last.arrivalMillis(), "generation", views, counts));
    }

    /** Which events came too late for a view. */
    List<String> tooLate(String view) {
        return tooLate.getOrDefault(view, List.of());
    }

    /** What is folded. */
    public MemoryItems items() {
        return items;
    }

    private CompletableFuture<List<Answer>> answer(
            View view, List<String> names, List<String> entities, long atMillis, long nowMillis) {
        QueryPlan plan = QueryPlan.of(view, names, atMillis, nowMillis);
        ViewProgress progress = new ViewProgress(lanes, List.of());
        List<Answer> answers = new ArrayList<>();
        for (String entity : entities) {
            answers.add(FeatureServer.answer(items, plan, progress, entity, nowMillis)
                    .join());
        }
        return CompletableFuture.completedFuture(answers);
    }

    QualityReport report(long atMillis, @Nullable String slice, @Nullable TrainingProfile training) {
        return report(atMillis, atMillis, slice, training);
    }

    /** About a moment that is past. */
    QualityReport report(long atMillis, long nowMillis) {
        return report(atMillis, nowMillis, null, null);
    }

    private QualityReport report(
            long atMillis, long nowMillis, @Nullable String slice, @Nullable TrainingProfile training) {
        QualityServer.Question question = new QualityServer.Question(monitor, monitor.windows(), null, atMillis, slice);
        QualityServer server = new QualityServer(
                (view, names, entities, at) -> answer(view, names, entities, at, nowMillis), nowMillis);
        try {
            return server.report(question, training, 300_000, Map.of()).join();
        } catch (CompletionException e) {
            throw new AssertionError(e);
        }
    }

    QualityReport report(long atMillis) {
        return report(atMillis, null, null);
    }
}

package dev.tidemark.simulation.check;

import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyResponseEvent;
import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.aws.Backoff;
import dev.tidemark.aws.dynamodb.CapacityMeter;
import dev.tidemark.aws.dynamodb.DynamoControlStore;
import dev.tidemark.aws.dynamodb.DynamoItemStore;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.control.PairCounts;
import dev.tidemark.core.control.ViewCounts;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.store.ControlStore;
import dev.tidemark.core.store.ItemStore;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.view.View;
import dev.tidemark.functions.query.QueryFunction;
import dev.tidemark.oracle.Answers;
import dev.tidemark.oracle.Oracle;
import dev.tidemark.oracle.ShardDescent;
import dev.tidemark.oracle.StreamRecord;
import dev.tidemark.oracle.ViewReport;
import dev.tidemark.simulation.engine.Engine;
import dev.tidemark.simulation.engine.Happening;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;

/**
 * What must hold when everything is delivered and quiet: every lane done and archived to its last record, each view's
 * bad records in quarantine, each once, and every value of every entity as the oracle has it.
 */
public final class Verdict {

    private static final int PAST_MOMENTS = 2;

    /** More than any view's skew. */
    private static final long MOST_AHEAD_MILLIS = 120_000;

    /** How the views name their counts of all events. */
    private static final String COUNTS = "events_";

    private final Engine engine;
    private final Catalog catalog;
    private final Oracle oracle;
    private final Ledger ledger;
    private final LaneWatch lanes;
    private final BucketWatch bucket;
    private final List<ShardDescent> descents;
    private final ItemStore items;
    private final ControlStore control;
    private final long nowMillis;

    /**
     * @param client answers at once
     * @param descents which shards came out of which
     * @param notBeforeMillis the earliest moment that may be asked for: nothing was delivered for so long before it that
     *     state may have expired
     */
    public Verdict(
            Engine engine,
            Catalog catalog,
            Oracle oracle,
            DynamoDbAsyncClient client,
            Ledger ledger,
            LaneWatch lanes,
            BucketWatch bucket,
            List<ShardDescent> descents,
            long notBeforeMillis) {
        this.engine = engine;
        this.catalog = catalog;
        this.oracle = oracle;
        this.ledger = ledger;
        this.lanes = lanes;
        this.bucket = bucket;
        this.descents = descents;
        this.nowMillis = Math.max(ledger.newestArrivalMillis(), notBeforeMillis) + 1;
        Backoff none = new Backoff(millis -> CompletableFuture.completedFuture(null), () -> 0);
        this.items = new DynamoItemStore(client, client, "state", CapacityMeter.NONE, none);
        this.control = new DynamoControlStore(client, client, "control", CapacityMeter.NONE);
    }

    /** Reports what does not hold to the engine. */
    public void judge() {
        for (String shardId : ledger.shards()) {
            judgeLane(shardId);
        }
        for (View view : catalog.views()) {
            if (engine.failure() == null && !ledger.shards().isEmpty()) {
                judgeView(view);
            }
        }
    }

    /** For runs in which more than the lanes folds into the views: reports what does not hold of the lanes. */
    public void judgeLanes() {
        ledger.shards().forEach(this::judgeLane);
        for (View view : catalog.views()) {
            if (engine.failure() == null && !ledger.shards().isEmpty()) {
                judgeCounts(view, oracle.over(foldedLive(view), descents).report(view.name()));
            }
        }
    }

    private void judgeLane(String shardId) {
        List<Ledger.Entry> entries = ledger.of(shardId);
        LaneWatch.Row row = lanes.row(shardId);
        if (row == null || !row.last().equals(entries.get(entries.size() - 1).position())) {
            engine.fail(shardId + " is not done: its lane row says "
                    + (row == null ? "nothing" : row.last().text()));
        } else if (bucket.archivedWithoutGap(shardId) != entries.size()) {
            engine.fail(shardId + " is not wholly archived");
        }
    }

    private void judgeView(View view) {
        Oracle known = oracle.over(foldedLive(view), descents);
        ViewReport report = known.report(view.name());
        judgeCounts(view, report);
        judgeQuarantine(view, report);
        if (warmsUp(view)) {
            // The other pairs are a backfill's, which these runs do not have.
            return;
        }
        Set<String> entities = new LinkedHashSet<>(known.entities(view.name()));
        entities.add(view.entity().size() == 1 ? "nobody" : "nobody|nothing");
        for (long atMillis : moments(view)) {
            judgeValues(view, known, List.copyOf(entities), atMillis);
        }
    }

    /**
     * An answer that was given while events were folded counts every event up to the positions it names, and none twice
     * (rule U4).
     *
     * @param of the catalog that answered
     * @param arrived how many records each shard had when the answer was given
     */
    public void judgeInFlight(
            View view, Oracle of, String entity, long atMillis, JsonNode answer, Map<String, Integer> arrived) {
        List<StreamRecord> folded = new ArrayList<>();
        List<StreamRecord> known = new ArrayList<>();
        for (String shardId : ledger.shards()) {
            LaneWatch.Row row = lanes.row(shardId);
            Position activatedAfter = row == null ? null : row.activations().get(view.version());
            if (activatedAfter == null || view.duplicates() != null || warmsUp(view)) {
                return;
            }
            List<Ledger.Entry> entries = ledger.of(shardId).subList(0, arrived.getOrDefault(shardId, 0));
            Position done = position(answer.at("/receipt/lanes"), shardId);
            for (Ledger.Entry entry : entries) {
                if (entry.position().isAfter(activatedAfter)) {
                    known.add(entry.record());
                    if (!entry.position().isAfter(done)) {
                        folded.add(entry.record());
                    }
                }
            }
        }
        JsonNode least = of.over(folded, descents).answer(view.name(), entity, atMillis);
        Oracle all = of.over(known, descents);
        JsonNode most = all.answer(view.name(), entity, atMillis);
        // A lifetime window has no end: it may have what arrived while the answer was made.
        JsonNode ever = all.answer(view.name(), entity, nowMillis + MOST_AHEAD_MILLIS);
        answer.get("features").properties().forEach(feature -> {
            String name = feature.getKey();
            long events = feature.getValue().asLong();
            long from = count(least, name);
            long to = count(name.endsWith("_lifetime") ? ever : most, name);
            if (name.startsWith(COUNTS) && (events < from || events > to)) {
                engine.fail(view.name() + " of " + entity + " was answered with " + name + " = " + events + " at "
                        + Instant.ofEpochMilli(atMillis) + ", when there were " + from + " to " + to);
            }
        });
    }

    private static long count(JsonNode answer, String name) {
        return answer.at("/values/" + name).asLong();
    }

    private static Position position(JsonNode lanes, String shardId) {
        return lanes.properties().stream()
                .filter(lane -> Lane.shardIdOf(lane.getKey()).equals(shardId))
                .map(lane -> Position.parse(lane.getValue().asText()))
                .findFirst()
                .orElse(Position.ORIGIN);
    }

    private boolean warmsUp(View view) {
        return ledger.shards().stream()
                .map(lanes::row)
                .anyMatch(row -> row != null && row.warmUps().containsKey(view.version()));
    }

    /** What the lanes were to fold into a view: the records above its activation. */
    private List<StreamRecord> foldedLive(View view) {
        List<StreamRecord> records = new ArrayList<>();
        for (String shardId : ledger.shards()) {
            LaneWatch.Row row = lanes.row(shardId);
            Position activatedAfter = row == null ? null : row.activations().get(view.version());
            if (activatedAfter == null) {
                engine.happened(Happening.VIEW_NOT_YET_ON_IDLE_LANE);
            } else {
                ledger.of(shardId).stream()
                        .filter(entry -> entry.position().isAfter(activatedAfter))
                        .forEach(entry -> records.add(entry.record()));
            }
        }
        return records;
    }

    /** Every record has one fate, and the lane rows have counted each once. */
    private void judgeCounts(View view, ViewReport report) {
        Map<InvalidEvent.Reason, Long> bad = new EnumMap<>(InvalidEvent.Reason.class);
        report.quarantined().forEach(one -> bad.merge(InvalidEvent.Reason.valueOf(one.reason()), 1L, Long::sum));
        ViewCounts expected = new ViewCounts(
                report.folded(),
                report.passedBy(),
                report.tooLate().size(),
                report.late(),
                report.duplicates().size(),
                bad,
                pairs(report.pairs()));
        ViewCounts counted = control.readLanes().join().stream()
                .map(row -> row.countsOf(view.version()))
                .reduce(ViewCounts.NONE, ViewCounts::plus);
        if (!counted.equals(expected)) {
            engine.fail("view " + view.name() + " has counted " + counted + " instead of " + expected);
        }
        engine.happened(Happening.EVENT_FOLDED, expected.folded());
        engine.happened(Happening.EVENT_FILTERED, expected.filtered());
        engine.happened(Happening.EVENT_TOO_LATE, expected.tooLate());
        engine.happened(Happening.EVENT_LATE, expected.late());
        engine.happened(Happening.EVENT_DUPLICATE, expected.duplicates());
        engine.happened(Happening.RECORD_QUARANTINED, expected.quarantinedTotal());
        engine.happened(Happening.PAIR_LEFT, expected.pairs().lefts());
        engine.happened(Happening.PAIR_MADE, expected.pairs().paired());
        engine.happened(Happening.PAIR_SUPERSEDED, expected.pairs().superseded());
        engine.happened(Happening.PAIR_OUTCOME_LATE, expected.pairs().outcomeLate());
        engine.happened(Happening.PAIR_WAITING, expected.pairs().waiting());
        engine.happened(Happening.PAIR_TAKEN, expected.pairs().taken());
    }

    private static PairCounts pairs(ViewReport.@Nullable Pairs pairs) {
        return pairs == null
                ? PairCounts.NONE
                : new PairCounts(
                        pairs.lefts(),
                        pairs.paired(),
                        pairs.superseded(),
                        pairs.outcomeLate(),
                        pairs.waiting(),
                        /* overflown= */ 0,
                        pairs.taken());
    }

    private void judgeQuarantine(View view, ViewReport report) {
        Map<String, String> expected = new TreeMap<>();
        for (ViewReport.Quarantined bad : report.quarantined()) {
            StreamRecord record = bad.record();
            expected.put(
                    BucketWatch.place(view.version(), record.shardId(), record.sequenceNumber(), record.subsequence()),
                    bad.reason());
            engine.coverage().quarantined(bad.reason());
        }
        if (!bucket.quarantined(view.version()).equals(expected)) {
            engine.fail("view " + view.name() + " has other records in quarantine than are bad: "
                    + bucket.quarantined(view.version()).size() + " instead of " + expected.size());
        }
    }

    /** The end, and moments before at which some record comes into a window or leaves it. */
    private List<Long> moments(View view) {
        List<Long> moments = new ArrayList<>(List.of(nowMillis));
        for (int i = 0; i < PAST_MOMENTS; i++) {
            long backMillis = engine.between(0, Math.min(view.retentionMillis(), 1_800_000));
            moments.add(nowMillis - backMillis);
        }
        return moments;
    }

    private void judgeValues(View view, Oracle known, List<String> entities, long atMillis) {
        JsonNode answers = ask(view, entities, atMillis);
        for (int i = 0; i < entities.size() && engine.failure() == null; i++) {
            JsonNode expected = known.answer(view.name(), entities.get(i), atMillis);
            Set<String> except = new LinkedHashSet<>();
            if (atMillis != nowMillis) {
                expected.get("lifetime").forEach(name -> except.add(name.asText()));
            }
            Answers.differences(expected, answers.get(i).get("features"), except)
                    .forEach(engine::fail);
        }
    }

    private JsonNode ask(View view, List<String> entities, long atMillis) {
        QueryFunction function =
                QueryFunction.of(Catalogs.of(catalog), items, control, () -> Instant.ofEpochMilli(nowMillis));
        StringBuilder body = new StringBuilder("{\"at\":\"" + Instant.ofEpochMilli(atMillis)
                + "\",\"queries\":[{\"view\":\"" + view.name() + "\",\"entities\":[");
        for (int i = 0; i < entities.size(); i++) {
            body.append(i == 0 ? "\"" : ",\"").append(entities.get(i)).append('"');
        }
        APIGatewayProxyResponseEvent response = function.handleRequest(
                new APIGatewayProxyRequestEvent()
                        .withHttpMethod("POST")
                        .withPath("/v1/features:batch")
                        .withBody(body.append("]}]}").toString()),
                null);
        JsonNode answer = Answers.read(response.getBody());
        if (response.getStatusCode() != 200) {
            throw new IllegalStateException("a query was answered with " + response.getBody());
        }
        return answer.get("results").get(0).get("entities");
    }
}

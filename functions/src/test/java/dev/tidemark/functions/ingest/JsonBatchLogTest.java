package dev.tidemark.functions.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.aws.dynamodb.CapacityCounter;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.control.PairCounts;
import dev.tidemark.core.control.ViewCounts;
import dev.tidemark.core.event.InvalidEvent.Reason;
import dev.tidemark.core.fold.BatchOutcome;
import dev.tidemark.core.fold.FoldCounts;
import dev.tidemark.core.stream.Batch;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.functions.MetricLines;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class JsonBatchLogTest {

    private static final long NOW_MILLIS = 1_790_000_000_000L;
    private static final Lane LANE = new Lane("arn:aws:kinesis:eu-west-1:1:stream/clicks", 1, "shardId-000000000003");
    private static final Position POSITION = new Position("4959", 2);
    private static final Batch BATCH = new Batch(
            LANE,
            List.of(new RawRecord(POSITION, NOW_MILLIS, "secret-key", "secret".getBytes(StandardCharsets.UTF_8))));

    private final CapacityCounter capacity = new CapacityCounter();
    private final MetricLines lines = new MetricLines();
    private final JsonBatchLog log = new JsonBatchLog(lines.out(), capacity, () -> NOW_MILLIS);

    @Test
    void everyMetricOfABatchIsDocumentedAndNoOther() throws IOException {
        log.folded(BATCH, done(mixed()));
        log.folded(BATCH, done(pairs()));
        log.folded(BATCH, done(beforeSeam()));
        log.folded(BATCH, held());

        List<String> page = Files.readAllLines(Path.of("../docs/metrics.md"));
        assertThat(lines.metrics()).isEqualTo(new TreeSet<>(MetricLines.documented(page, "Of a batch")));
    }

    @Test
    void aBatchThatWentWellIsOneLine() {
        capacity.written(2.5);
        capacity.read(1);

        log.folded(BATCH, done(Map.of("viewer", new ViewCounts(40, 2, 0, 0, 0, Map.of()))));

        assertThat(lines.lines()).hasSize(1);
        JsonNode line = lines.lines().get(0);
        assertThat(line.get("level").asText()).isEqualTo("INFO");
        assertThat(line.get("message").asText()).isEqualTo("batch folded");
        assertThat(line.get("lane").asText()).isEqualTo(LANE.id());
        assertThat(line.get("position").asText()).isEqualTo("4959:2");
        assertThat(line.get("laneRecords").intValue()).isEqualTo(42);
        assertThat(line.get("lagMillis").intValue()).isEqualTo(250);
        assertThat(line.get("records").intValue()).isOne();
        assertThat(line.get("folded").intValue()).isEqualTo(40);
        assertThat(line.at("/views/viewer/filtered").intValue()).isEqualTo(2);
        assertThat(line.get("writeUnits").doubleValue()).isEqualTo(2.5);
        assertThat(line.get("readUnits").doubleValue()).isEqualTo(1);
    }

    @Test
    void unitsAreThoseSinceTheLineBefore() {
        capacity.written(2.5);
        log.folded(BATCH, done(Map.of()));
        capacity.written(1);
        log.folded(BATCH, done(Map.of()));

        assertThat(lines.lines().get(1).get("writeUnits").doubleValue()).isEqualTo(1);
    }

    @Test
    void aViewAndAReasonHaveLinesOfTheirOwn() {
        log.folded(BATCH, done(mixed()));

        List<JsonNode> all = lines.lines();
        assertThat(all).hasSize(4);
        assertThat(all.get(0).get("quarantined").intValue()).isEqualTo(5);
        assertThat(all.get(1).get("view").asText()).isEqualTo("viewer");
        assertThat(all.get(1).get("tooLate").intValue()).isEqualTo(3);
        assertThat(all.get(1).get("quarantined").intValue()).isEqualTo(5);
        assertThat(all.get(2).get("reason").asText()).isEqualTo("NOT_JSON");
        assertThat(all.get(2).get("quarantined").intValue()).isEqualTo(1);
        assertThat(all.get(3).get("reason").asText()).isEqualTo("FAR_FUTURE");
        assertThat(all.get(3).get("level").asText()).isEqualTo("WARN");
    }

    @Test
    void whatHappenedBeforeTheSeamIsAMetricWhereThereIsAny() {
        log.folded(BATCH, done(beforeSeam()));
        log.folded(BATCH, done(Map.of("viewer", new ViewCounts(40, 0, 0, 0, 0, Map.of()))));

        List<JsonNode> all = lines.lines();
        assertThat(all).hasSize(3);
        assertThat(all.get(0).get("beforeSeam").intValue()).isEqualTo(6);
        assertThat(all.get(1).get("view").asText()).isEqualTo("viewer");
        assertThat(all.get(1).get("beforeSeam").intValue()).isEqualTo(6);
        assertThat(all.get(2).has("beforeSeam")).isFalse();
    }

    @Test
    void aViewOfPairsHasALineOfItsOwn() {
        log.folded(BATCH, done(pairs()));

        List<JsonNode> all = lines.lines();
        assertThat(all).hasSize(2);
        assertThat(all.get(0).at("/views/judged/pairs/superseded").intValue()).isEqualTo(3);
        assertThat(all.get(1).get("view").asText()).isEqualTo("judged");
        assertThat(all.get(1).get("pairLefts").intValue()).isEqualTo(1);
        assertThat(all.get(1).get("pairOverflown").intValue()).isEqualTo(6);
        assertThat(all.get(1).get("pairTaken").intValue()).isEqualTo(7);
    }

    @Test
    void whatIsOutsideItsShardIsAMetricOfItsOwn() {
        Map<Reason, Long> bad = Map.of(Reason.NOT_JSON, 1L, Reason.OUTSIDE_SHARD, 4L);
        log.folded(BATCH, done(Map.of("viewer", new ViewCounts(40, 0, 0, 0, 0, bad))));

        assertThat(lines.lines().get(0).get("outsideShard").intValue()).isEqualTo(4);
        assertThat(lines.lines().get(0).get("quarantined").intValue()).isEqualTo(5);
    }

    @Test
    void aBatchThatIsHeldSaysWhy() {
        log.folded(BATCH, held());

        JsonNode line = lines.lines().get(0);
        assertThat(line.get("level").asText()).isEqualTo("WARN");
        assertThat(line.get("held").asText()).isEqualTo("CONTROL_UNAVAILABLE");
        assertThat(line.get("batchesHeld").intValue()).isOne();
        assertThat(line.get("batchesNotDone").intValue()).isOne();
        assertThat(line.get("firstFailed").asText()).isEqualTo("4959");
        assertThat(line.at("/troubles/0").asText()).isEqualTo("reading the control table: throttled");
        assertThat(line.has("lagMillis")).isFalse();
    }

    @Test
    void aBatchOfWhichNothingGotDoneIsCounted() {
        BatchOutcome stuck = outcome("4959", null);
        BatchOutcome partly = outcome("4959", null);
        partly.counts().portions.increment();

        List.of(stuck, partly, held(), done(Map.of())).forEach(outcome -> log.folded(BATCH, outcome));

        assertThat(lines.lines().stream().map(line -> line.get("batchesStuck").intValue()))
                .containsExactly(1, 0, 0, 0);
        assertThat(lines.lines().get(0).get("level").asText()).isEqualTo("WARN");
    }

    @Test
    void aViolationIsAnError() {
        log.folded(
                BATCH,
                new BatchOutcome(
                        null, null, row(), Map.of(), new FoldCounts(), List.of(), List.of("a mark went back")));

        assertThat(lines.lines().get(0).get("level").asText()).isEqualTo("ERROR");
        assertThat(lines.lines().get(0).get("violations").intValue()).isOne();
        assertThat(lines.lines().get(0).at("/violated/0").asText()).isEqualTo("a mark went back");
    }

    @Test
    void noLineHoldsAPayloadOrAKey() {
        log.folded(BATCH, done(mixed()));

        assertThat(lines.lines().toString()).doesNotContain("secret");
    }

    private static Map<String, ViewCounts> beforeSeam() {
        return Map.of("viewer", new ViewCounts(40, 0, 0, 0, 0, Map.of(), PairCounts.NONE, 6, 0));
    }

    private static Map<String, ViewCounts> mixed() {
        return Map.of(
                "viewer", new ViewCounts(40, 2, 3, 7, 1, Map.of(Reason.NOT_JSON, 1L, Reason.FAR_FUTURE, 4L)),
                "quiet", new ViewCounts(50, 0, 0, 0, 0, Map.of()));
    }

    private static Map<String, ViewCounts> pairs() {
        return Map.of("judged", new ViewCounts(21, 0, 0, 0, 0, Map.of(), new PairCounts(1, 2, 3, 4, 5, 6, 7)));
    }

    private static BatchOutcome done(Map<String, ViewCounts> added) {
        return new BatchOutcome(null, null, row(), added, new FoldCounts(), List.of(), List.of());
    }

    private static BatchOutcome held() {
        return outcome("4959", BatchOutcome.Hold.CONTROL_UNAVAILABLE);
    }

    private static BatchOutcome outcome(@Nullable String firstFailed, BatchOutcome.@Nullable Hold hold) {
        return new BatchOutcome(
                firstFailed,
                hold,
                null,
                Map.of(),
                new FoldCounts(),
                List.of("reading the control table: throttled"),
                List.of());
    }

    private static LaneRow row() {
        return new LaneRow(LANE, 7, POSITION, 42, NOW_MILLIS - 250, "g1", Map.of(), Map.of());
    }
}

package dev.tidemark.samplesevents;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.oracle.Answers;
import dev.tidemark.oracle.Oracle;
import dev.tidemark.oracle.StreamRecord;
import dev.tidemark.oracle.ViewReport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** That the files are what the generator makes, and that the data is as bad as it claims. */
class SamplesTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final long HOUR_MILLIS = 3_600_000L;

    /** The README asks for user-1's features while the replay, with 150 events per second, is seconds old. */
    @Test
    void aReplayOfTheNewestFirstSoonHasTheFirstFeature() {
        long nowMillis = Instant.parse("2026-11-29T20:00:00Z").toEpochMilli();
        List<SampleEvent> all = Sample.SHOP.events();
        List<SampleEvent> events = SampleReplay.newestFirst(
                SampleReplay.shift(all, SampleReplay.deltaToEndAt(all, nowMillis)), Duration.ofMinutes(30));
        List<StreamRecord> second = new ArrayList<>();
        for (int i = 0; i < 150; i++) {
            second.add(new StreamRecord(
                    Sample.SHOP.stream(),
                    "shardId-000000000000",
                    Integer.toString(i + 1),
                    0,
                    nowMillis,
                    events.get(i).bytes()));
        }

        JsonNode value =
                new Oracle(Sample.SHOP.catalog(), second).value("viewer", "user-1", "avg_price_30m", nowMillis + 1_000);
        assertThat(value.isNumber()).as("%s", value).isTrue();
        assertThat(events).hasSameSizeAs(all);
        assertThat(new HashSet<>(events)).hasSize(new HashSet<>(all).size());
    }

    @Test
    void theShopIsGeneratedToTheByte() {
        List<SampleEvent> generated = EventGenerator.shop(EventGenerator.SEED);
        String lines = EventGenerator.lines(generated);
        assertThat(lines).isEqualTo(EventGenerator.lines(Sample.SHOP.events()));
        assertThat(lines.getBytes(StandardCharsets.UTF_8).length).isLessThan(2_000_000);
        assertThat(EventGenerator.shop(EventGenerator.SEED + 1)).isNotEqualTo(generated);
    }

    @ParameterizedTest
    @EnumSource(Sample.class)
    void theExpectedAnswersAreTheOracles(Sample sample) {
        assertThat(new ExpectedAnswers(sample, sample.catalog(), sample.events()).toJson())
                .as("run the generator again if the change is meant, see README.md")
                .isEqualTo(sample.expected());
    }

    /** However fast the stream is replayed, if only the event times are shifted by whole hours. */
    @ParameterizedTest(name = "{0}")
    @EnumSource(Sample.class)
    void theExpectedAnswersHoldAtAnyPace(Sample sample) {
        long deltaMillis = 1_000 * 24 * HOUR_MILLIS + 7 * HOUR_MILLIS;
        List<SampleEvent> shifted = SampleReplay.shift(sample.events(), deltaMillis);
        long endMillis = SampleReplay.endMillis(sample.events()) + deltaMillis;
        List<StreamRecord> atOnce = new ArrayList<>();
        for (StreamRecord record : SampleReplay.asGenerated(sample, shifted)) {
            atOnce.add(new StreamRecord(
                    record.stream(),
                    record.shardId(),
                    record.sequenceNumber(),
                    0,
                    endMillis + atOnce.size(),
                    record.data()));
        }
        Oracle oracle = new Oracle(sample.catalog(), atOnce);
        for (JsonNode expected : Answers.read(sample.expected()).get("answers")) {
            long at = Instant.parse(expected.get("at").asText()).toEpochMilli() + deltaMillis;
            ObjectNode actual = oracle.answer(
                    expected.get("view").asText(), expected.get("entity").asText(), at);
            assertThat(Answers.differences(expected, actual.get("values"))).isEmpty();
        }
        for (String view : oracle.views()) {
            JsonNode report = Answers.read(sample.expected()).get("views").get(view);
            assertThat(oracle.report(view).folded())
                    .isEqualTo(report.get("folded").asInt());
            assertThat(oracle.report(view).tooLate())
                    .hasSize(report.get("too_late").asInt());
            Map<String, Long> reasons = reasons(oracle.report(view));
            report.get("quarantined")
                    .properties()
                    .forEach(each -> assertThat(reasons.remove(each.getKey()))
                            .as(each.getKey())
                            .isEqualTo(each.getValue().asLong()));
            assertThat(reasons).isEmpty();
            assertThat(oracle.report(view).duplicates())
                    .hasSize(report.get("duplicates").asInt());
        }
    }

    @Test
    void helloIsWhatItsTextSays() {
        Oracle oracle =
                new Oracle(Sample.HELLO.catalog(), SampleReplay.asGenerated(Sample.HELLO, Sample.HELLO.events()));
        // 10.00, 24.90, 5.10, 40.00, and 45.00 which arrived ten minutes late; the 500.00 is too long ago.
        assertThat(oracle.value("viewer", "user-1", "avg_price_30m", SampleReplay.endMillis(Sample.HELLO.events())))
                .hasToString("25");
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {EventGenerator.SEED, 1, 2, 3})
    void everySeedMakesADecentShop(long seed) throws IOException {
        List<SampleEvent> events = EventGenerator.shop(seed);
        assertThat(events).as("seed %d", seed).hasSizeBetween(3_000, 6_000);
        assertThat(events)
                .as("seed %d", seed)
                .isSortedAccordingTo((a, b) -> Long.compare(a.offsetMillis(), b.offsetMillis()));
        Census census = new Census(events);
        assertThat(census.share(census.late)).as("late, seed %d", seed).isBetween(0.03, 0.1);
        assertThat(census.share(census.veryLate))
                .as("hours late, seed %d", seed)
                .isBetween(0.002, 0.03);
        assertThat(census.share(census.repeated)).as("repeated, seed %d", seed).isBetween(0.008, 0.025);
        assertThat(census.share(census.ahead)).as("ahead, seed %d", seed).isBetween(0.002, 0.05);
        assertThat(census.types.keySet())
                .as("seed %d", seed)
                .contains("view", "cart", "purchase", "prediction", "outcome");
        assertThat(census.shards).as("seed %d", seed).hasSize(Sample.SHOP.shards());
    }

    /** Zipf: the busiest user has a good part of everything, and most users very little. */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {EventGenerator.SEED, 1, 2, 3})
    void usersAreHeavyTailed(long seed) throws IOException {
        Census census = new Census(EventGenerator.shop(seed));
        List<Integer> counts =
                census.users.values().stream().sorted((a, b) -> b - a).toList();
        assertThat(counts.size()).as("users, seed %d", seed).isBetween(80, 300);
        assertThat(census.share(counts.get(0))).as("busiest, seed %d", seed).isBetween(0.08, 0.3);
        int lesserHalf = counts.subList(counts.size() / 2, counts.size()).stream()
                .mapToInt(Integer::intValue)
                .sum();
        assertThat(census.share(lesserHalf)).as("lesser half, seed %d", seed).isBetween(0.02, 0.25);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {EventGenerator.SEED, 1, 2, 3})
    void everyKindOfBadRecordIsThere(long seed) {
        Oracle oracle =
                new Oracle(Sample.SHOP.catalog(), SampleReplay.asGenerated(Sample.SHOP, EventGenerator.shop(seed)));
        assertThat(reasons(oracle.report("viewer")))
                .as("seed %d", seed)
                .isEqualTo(Map.of(
                        "NOT_JSON", 4L,
                        "TOO_LARGE", 1L,
                        "MISSING_FIELD", 3L,
                        "MISTYPED_FIELD", 3L,
                        "VALUE_OUT_OF_BOUNDS", 1L,
                        "NO_EVENT_TIME", 3L,
                        "FAR_FUTURE", 3L));
        // Bad for one view and good for another.
        assertThat(oracle.report("item").quarantined()).as("seed %d", seed).hasSize(11);
        // The price of 1e400 is in an event of a type that this view leaves out.
        assertThat(oracle.report("prediction").quarantined())
                .as("seed %d", seed)
                .extracting(ViewReport.Quarantined::reason)
                .contains("FILTER_FAILED")
                .doesNotContain("VALUE_OUT_OF_BOUNDS");
        assertThat(reasons(oracle.report("category_offer")))
                .as("seed %d", seed)
                .isEqualTo(Map.of(
                        "NOT_JSON", 4L,
                        "TOO_LARGE", 1L,
                        "MISTYPED_FIELD", 1L,
                        "VALUE_OUT_OF_BOUNDS", 1L,
                        "NO_EVENT_TIME", 1L));
        assertThat(oracle.report("viewer").tooLate()).as("seed %d", seed).hasSize(5);
        assertThat(oracle.report("category_offer").tooLate())
                .as("seed %d", seed)
                .hasSize(5);
        assertThat(oracle.report("category_offer").duplicates().size())
                .as("seed %d", seed)
                .isBetween(2, 30);
        assertThat(oracle.report("shopper").tooLate()).as("seed %d", seed).hasSize(2);
        assertThat(oracle.report("shopper").duplicates().size())
                .as("seed %d", seed)
                .isBetween(20, 110);
    }

    /** View {@code offer} pairs an outcome with its prediction, which may be missing, too long ago, or still to come. */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {EventGenerator.SEED, 1, 2, 3})
    void outcomesMeetEveryFate(long seed) {
        ViewReport report = new Oracle(
                        Sample.SHOP.catalog(), SampleReplay.asGenerated(Sample.SHOP, EventGenerator.shop(seed)))
                .report("offer");
        ViewReport.Pairs pairs = Objects.requireNonNull(report.pairs());
        assertThat(report.duplicates())
                .as("predictions sent twice, seed %d", seed)
                .isNotEmpty();
        assertThat(pairs.lefts()).as("seed %d", seed).isGreaterThan(400);
        assertThat(pairs.paired())
                .as("sent twice or revised, too, seed %d", seed)
                .isGreaterThan(300);
        assertThat(pairs.outcomeLate())
                .as("too late for its prediction, seed %d", seed)
                .isPositive();
        assertThat(pairs.taken()).as("before its prediction, seed %d", seed).isPositive();
        assertThat(pairs.waiting()).as("seed %d", seed).isGreaterThanOrEqualTo(pairs.taken());
    }

    private static Map<String, Long> reasons(ViewReport report) {
        return report.quarantined().stream()
                .collect(Collectors.groupingBy(ViewReport.Quarantined::reason, Collectors.counting()));
    }

    @Test
    void aClockThatRunsAheadIsClampedAndThatShows() throws IOException {
        List<SampleEvent> events = Sample.SHOP.events();
        Oracle oracle = new Oracle(Sample.SHOP.catalog(), SampleReplay.asGenerated(Sample.SHOP, events));
        // Ask a moment after an event's arrival: it is there, although its own time has not come yet.
        SampleEvent event = events.stream()
                .filter(each -> each.partitionKey().equals(ShopEvents.FAST_CLOCK_USER))
                .filter(each -> each.data().contains("\"type\":\"view\""))
                .findFirst()
                .orElseThrow();
        long stated =
                Instant.parse(JSON.readTree(event.data()).get("ts").asText()).toEpochMilli();
        assertThat(stated).isGreaterThan(event.arrivalMillis() + 20_000);
        assertThat(oracle.value("viewer", ShopEvents.FAST_CLOCK_USER, "views_5m", event.arrivalMillis())
                        .asInt())
                .isEqualTo(1);
    }

    @Test
    void everyFunctionHasItsPlaceInTheCatalog() {
        for (String function : List.of(
                "count",
                "sum",
                "avg",
                "min",
                "max",
                "variance",
                "stddev",
                "ratio",
                "first",
                "last",
                "first_n",
                "last_n",
                "distinct",
                "percentile",
                "median",
                "top_k",
                "histogram",
                "decayed_sum",
                "decayed_avg",
                "decayed_count",
                "confusion",
                "auc",
                "log_loss",
                "brier",
                "calibration",
                "mae",
                "rmse",
                "bias",
                "profile")) {
            assertThat(Sample.SHOP.catalog()).containsPattern("function: " + function + "\\b");
        }
    }

    @Test
    void aShiftByWholeHoursEndsWithinTheLastHour() {
        List<SampleEvent> events = Sample.HELLO.events();
        long now = Instant.parse("2027-03-01T12:34:56.789Z").toEpochMilli();
        long delta = SampleReplay.wholeHoursToEndBy(events, now);
        assertThat(delta % HOUR_MILLIS).isZero();
        assertThat(now - (SampleReplay.endMillis(events) + delta)).isBetween(0L, HOUR_MILLIS - 1);
        assertThat(SampleReplay.endMillis(events) + SampleReplay.deltaToEndAt(events, now))
                .isEqualTo(now);
    }

    @Test
    void shardsAreChosenAsKinesisDoes() {
        // MD5("a") = 0cc1…, MD5("hello") = 5d41…, MD5("d") = 8277…, MD5("b") = 92eb….
        assertThat(List.of("a", "hello", "d", "b").stream().map(key -> SampleReplay.shardOf(key, 4)))
                .containsExactly(0, 1, 2, 2);
    }

    /** Counts what a plain look at the events shows. */
    private static final class Census {

        private final int events;
        private final Map<String, Integer> types = new HashMap<>();
        private final Map<String, Integer> users = new HashMap<>();
        private final Set<Integer> shards = new HashSet<>();
        private int late;
        private int veryLate;
        private int repeated;
        private int ahead;

        Census(List<SampleEvent> events) throws IOException {
            this.events = events.size();
            Set<String> ids = new HashSet<>();
            for (SampleEvent event : events) {
                users.merge(event.partitionKey(), 1, Integer::sum);
                shards.add(SampleReplay.shardOf(event.partitionKey(), Sample.SHOP.shards()));
                if (event.toLine().contains(",\"event\":")) {
                    JsonNode json = JSON.readTree(event.data());
                    types.merge(json.path("type").asText(), 1, Integer::sum);
                    repeated += ids.add(json.get("event_id").asText()) ? 0 : 1;
                    count(event, json.path("ts").asText());
                }
            }
        }

        private void count(SampleEvent event, String time) {
            if (time.startsWith("2026")) {
                long lateMillis = event.arrivalMillis() - Instant.parse(time).toEpochMilli();
                late += lateMillis > 3_000 ? 1 : 0;
                veryLate += lateMillis > HOUR_MILLIS ? 1 : 0;
                ahead += lateMillis < 0 ? 1 : 0;
            }
        }

        double share(int count) {
            return (double) count / events;
        }
    }
}

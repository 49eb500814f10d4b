package dev.tidemark.samplesevents;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** That predictions and outcomes are as the README says, whatever the seed. */
class OffersTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final long HOUR_MILLIS = 3_600_000L;
    private static final long HALFWAY_MILLIS = SampleEvent.START_MILLIS + 6 * HOUR_MILLIS;
    private static final long LAST_QUARTER_MILLIS = SampleEvent.START_MILLIS + 9 * HOUR_MILLIS;

    private record Sent(long arrivalMillis, JsonNode event) {

        String text(String field) {
            return event.path(field).asText();
        }

        long millis(String field) {
            return Instant.parse(text(field)).toEpochMilli();
        }
    }

    /** The first of each id. */
    private final Map<String, Sent> predictions = new HashMap<>();

    /** As they arrived, by the id of the prediction. */
    private final Map<String, List<Sent>> outcomes = new HashMap<>();

    private void read(long seed) throws IOException {
        for (SampleEvent sent : EventGenerator.shop(seed)) {
            if (sent.data().contains("\"type\":\"prediction\"") && sent.data().contains("\"id\":\"r")) {
                Sent prediction = new Sent(sent.arrivalMillis(), JSON.readTree(sent.data()));
                predictions.putIfAbsent(prediction.text("id"), prediction);
            } else if (sent.data().contains("\"prediction\":\"r")) {
                Sent outcome = new Sent(sent.arrivalMillis(), JSON.readTree(sent.data()));
                outcomes.computeIfAbsent(outcome.text("prediction"), id -> new ArrayList<>())
                        .add(outcome);
            }
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {EventGenerator.SEED, 1, 2, 3})
    void bothVersionsScoreTheSameRequests(long seed) throws IOException {
        read(seed);
        assertThat(predictions).hasSizeBetween(350, 700);
        int ofBoth = 0;
        for (Sent prediction : predictions.values()) {
            assertThat(prediction.text("id"))
                    .isEqualTo(prediction.text("request_id") + "-" + prediction.text("version"));
            Sent other = predictions.get(prediction.text("request_id") + "-v8");
            if (prediction.text("version").equals("v7") && other != null) {
                ofBoth++;
                for (String same : List.of("request", "keys", "at", "model", "hash")) {
                    assertThat(other.event().get(same))
                            .as(same)
                            .isEqualTo(prediction.event().get(same));
                }
                assertThat(prediction.event().at("/challengers/v8"))
                        .isEqualTo(other.event().get("score"));
                assertThat(other.event().has("challengers")).isFalse();
                assertThat(other.event()
                                .get("features")
                                .equals(prediction.event().get("features")))
                        .isEqualTo(prediction.millis("at") < LAST_QUARTER_MILLIS || conversion(prediction) == 0);
            }
        }
        assertThat(ofBoth).isGreaterThan(predictions.size() / 2 - 5);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {EventGenerator.SEED, 1, 2, 3})
    void outcomesAreDelayedRepeatedRevisedMissingEarlyAndTooLate(long seed) throws IOException {
        read(seed);
        List<Long> delays = new ArrayList<>();
        Map<String, Integer> kinds = new HashMap<>();
        outcomes.forEach((id, told) -> {
            Sent prediction = predictions.get(id);
            Set<String> eventIds = new HashSet<>();
            Set<String> labels = new HashSet<>();
            for (Sent outcome : told) {
                labels.add(outcome.text("label"));
                count(kinds, "repeated", !eventIds.add(outcome.text("event_id")));
                boolean repeats = outcome.event().has("predicted_at");
                count(kinds, repeats ? "repeats its prediction" : "knows an id", true);
                if (prediction == null) {
                    assertThat(id).startsWith("r00000-");
                    assertThat(outcome.arrivalMillis() - outcome.millis("predicted_at"))
                            .isGreaterThan(25 * HOUR_MILLIS);
                    count(kinds, "too late", true);
                    continue;
                }
                if (repeats) {
                    for (String same :
                            List.of("request_id", "model", "hash", "version", "score", "challengers", "keys")) {
                        assertThat(outcome.event().get(same))
                                .isEqualTo(prediction.event().get(same));
                    }
                    assertThat(outcome.event().at("/request/device"))
                            .isEqualTo(prediction.event().at("/request/device"));
                }
                long delay = outcome.millis("ts") - prediction.millis("ts");
                delays.add(delay);
                count(kinds, "early", delay < 0);
                count(kinds, "hours later", delay > 3 * HOUR_MILLIS);
                count(kinds, "overtakes its prediction", outcome.arrivalMillis() < prediction.arrivalMillis());
                assertThat(delay).isBetween(-10 * 60_000L, 9 * HOUR_MILLIS);
            }
            count(kinds, "revised", labels.size() > 1);
        });
        kinds.put("missing", (int) predictions.keySet().stream()
                .filter(id -> !outcomes.containsKey(id))
                .count());
        assertThat(kinds)
                .hasSize(9)
                .allSatisfy((kind, times) -> assertThat(times).as(kind).isGreaterThanOrEqualTo(2));
        assertThat(kinds.get("too late")).isEqualTo(5);
        assertThat(kinds.get("missing")).isBetween(predictions.size() / 20, predictions.size() / 4);
        delays.sort(Comparator.naturalOrder());
        assertThat(delays.get(delays.size() / 2)).isBetween(5 * 60_000L, 15 * 60_000L);
    }

    private static void count(Map<String, Integer> kinds, String kind, boolean isOne) {
        if (isOne) {
            kinds.merge(kind, 1, Integer::sum);
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {EventGenerator.SEED, 1, 2, 3})
    void theConceptChangesAndWhatIsReadDoesNot(long seed) throws IOException {
        read(seed);
        assertThat(accuracy("v7", 0, HALFWAY_MILLIS)).isGreaterThan(0.65);
        assertThat(accuracy("v7", HALFWAY_MILLIS, Long.MAX_VALUE)).isLessThan(0.58);
        List<ToDoubleFunction<Sent>> inputs = List.of(
                prediction -> prediction.event().path("score").doubleValue(),
                prediction -> prediction.event().at("/features/price_vs_usual").doubleValue(),
                prediction ->
                        prediction.event().at("/features/viewer.views_30m").doubleValue());
        for (ToDoubleFunction<Sent> input : inputs) {
            assertThat(mean("v7", 0, HALFWAY_MILLIS, input) / mean("v7", HALFWAY_MILLIS, Long.MAX_VALUE, input))
                    .isBetween(0.7, 1.4);
        }
        assertThat(mean("v8", LAST_QUARTER_MILLIS, Long.MAX_VALUE, OffersTest::conversion))
                .isBetween(5.0, 15.0);
        assertThat(mean("v8", 0, LAST_QUARTER_MILLIS, OffersTest::conversion)).isBetween(0.05, 0.15);
        assertThat(mean("v7", 0, Long.MAX_VALUE, OffersTest::conversion)).isBetween(0.05, 0.15);
    }

    private static double conversion(Sent prediction) {
        return prediction.event().at("/features/shopper.conversion_24h").doubleValue();
    }

    /** Of the predictions with an outcome; its last label counts. */
    private double accuracy(String version, long fromMillis, long toMillis) {
        int right = 0;
        int known = 0;
        for (Map.Entry<String, List<Sent>> told : outcomes.entrySet()) {
            Sent prediction = predictions.get(told.getKey());
            if (prediction != null && isOf(prediction, version, fromMillis, toMillis)) {
                Sent last = told.getValue().stream()
                        .max(Comparator.comparingLong(outcome -> outcome.millis("ts")))
                        .orElseThrow();
                boolean predicted = prediction.event().path("score").doubleValue() >= 0.5;
                right += predicted == (last.event().path("label").intValue() == 1) ? 1 : 0;
                known++;
            }
        }
        return (double) right / known;
    }

    private double mean(String version, long fromMillis, long toMillis, ToDoubleFunction<Sent> input) {
        return predictions.values().stream()
                .filter(prediction -> isOf(prediction, version, fromMillis, toMillis))
                .mapToDouble(input)
                .average()
                .orElseThrow();
    }

    private static boolean isOf(Sent prediction, String version, long fromMillis, long toMillis) {
        return prediction.text("version").equals(version)
                && prediction.millis("at") >= fromMillis
                && prediction.millis("at") < toMillis;
    }
}

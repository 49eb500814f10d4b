package dev.tidemark.cli.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.cli.Command;
import dev.tidemark.cli.FreePorts;
import dev.tidemark.cli.RunningCommand;
import dev.tidemark.core.catalog.CatalogCompiler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A running system whose models fail, each in one way: whatever is injected is the cause that the command names. And a model of
 * labels by absence, whose late positive arrives while the system runs.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class MonitorAcceptanceTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long MINUTE = 60_000;
    private static final long HOUR = 60 * MINUTE;
    private static final int ROWS = 400;

    private static final String SOURCES = """
            tidemark: 1
            sources:
              shop: {stream: shop-events, event_time: ts, event_id: id}
            views:
              viewer:
                source: shop
                entity: user_id
                where: type == "view"
                features:
                  avg_price: {function: avg, input: price, windows: [1h]}
            models:
            """;
    private static final String WATCHED = """
            NAME:
              request: {device: {type: text}}
              inputs: [viewer: [avg_price_1h], request: [device]]
              predictions: {source: shop, drop_duplicates: {horizon: 1h}}
              outcome: {within: 10m, settle: 2m, drop_duplicates: {horizon: 1h}}
              monitor:
                windows: [1h]
                champion: v7
                baseline: {window: 1h, before: 3h}
                checks:
                  accuracy: {at_least: 0.6, window: 1h}
                  coverage: {labelled_at_least: 0.6, window: 1h}
                  drift: {psi: 0.2, window: 1h}
                  nulls: {times_baseline: 3, plus: 0.01, window: 1h}
                  rate: {at_least: 0.4, at_most: 0.6, window: 1h}
            """;
    private static final String ABSENT = """
            absent:
              request: {device: {type: text}}
              inputs: [viewer: [avg_price_1h], request: [device]]
              predictions: {source: shop}
              outcome: {absent: 0, within: 24h, settle: 1h}
              monitor: {windows: [1h], champion: v7}
            """;

    @TempDir
    private static Path folder;

    private static RunningCommand system;
    private static int port;
    private static long nowMillis;
    private static String hash = "";

    /** Of the model of labels by absence. */
    private static final List<Offer> OFFERS = new ArrayList<>();

    /** What goes wrong from a moment on, and the cause that it is. */
    enum Failure {
        NOTHING(null),
        A_PRODUCER_CHANGES_ITS_UNIT("drift"),
        A_FEATURE_IS_NULL("pipeline"),
        SCORES_ARE_NO_PROBABILITIES("pipeline"),
        ANOTHER_DEFINITION_IS_DEPLOYED("definition"),
        OUTCOMES_STOP("labels"),
        THE_WORLD_HAS_MORE_YES("prior"),
        THE_CONCEPT_CHANGES("concept");

        final @Nullable String cause;

        Failure(@Nullable String cause) {
            this.cause = cause;
        }

        String model() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** @param positiveMillis when it was taken, as is known; null for not yet */
    private record Offer(
            String id,
            long atMillis,
            double score,
            @Nullable Long positiveMillis) {

        Offer taken(long millis) {
            return new Offer(id, atMillis, score, millis);
        }
    }

    @BeforeAll
    static void putAll() throws Exception {
        String catalog = SOURCES
                + Stream.of(Failure.values())
                        .map(failure -> WATCHED.replace("NAME", failure.model()).indent(2))
                        .collect(Collectors.joining())
                + ABSENT.indent(2);
        hash = new CatalogCompiler().compile(catalog).models().get(0).hash();
        Path file = Files.writeString(folder.resolve("catalog.yaml"), catalog);
        port = FreePorts.fourInARow();
        system = RunningCommand.start(port, List.of("--catalog", file.toString(), "--no-samples"));
        nowMillis = System.currentTimeMillis();
        List<String> events = new ArrayList<>();
        for (Failure failure : Failure.values()) {
            watched(failure, events);
        }
        offers(events);
        put("events.jsonl", events);
    }

    @AfterAll
    static void stop() {
        system.close();
    }

    private static void put(String name, List<String> events) throws IOException {
        Path file = Files.write(folder.resolve(name), events);
        Command put = Command.run(
                "put", file.toString(), "--stream", "shop-events", "--key", "id", "--wait", "--port", "" + port);
        assertThat(put.exitCode()).as(put.err()).isZero();
    }

    /** Three and a half hours ago, and half an hour ago: with room on both sides, however long the test takes. */
    private static void watched(Failure failure, List<String> into) {
        SplittableRandom random = new SplittableRandom(failure.name().length());
        for (int i = 0; i < ROWS; i++) {
            boolean fails = i % 2 == 1;
            long at = nowMillis - (fails ? 25 : 205) * MINUTE - i * 3_000L;
            double even = random.nextDouble();
            boolean isMore = fails && failure == Failure.THE_WORLD_HAS_MORE_YES;
            double score = 0.02 + 0.96 * (isMore ? Math.sqrt(even) : even);
            boolean isOdd = fails && failure == Failure.THE_CONCEPT_CHANGES;
            int label = random.nextDouble() < (isOdd ? 1 - score : score) ? 1 : 0;
            double price = (20 + 10 * random.nextDouble())
                    * (fails && failure == Failure.A_PRODUCER_CHANGES_ITS_UNIT ? 100 : 1);
            boolean isNull = fails && failure == Failure.A_FEATURE_IS_NULL && random.nextInt(3) == 0;
            boolean isBad = fails && failure == Failure.SCORES_ARE_NO_PROBABILITIES && random.nextInt(3) == 0;
            into.add(prediction(
                    failure.model(),
                    failure.model() + "-" + i,
                    at,
                    score + (isBad ? 1 : 0),
                    fails && failure == Failure.ANOTHER_DEFINITION_IS_DEPLOYED ? "0123456789abcdef" : hash,
                    isNull ? "null" : String.format(Locale.ROOT, "%.2f", price)));
            boolean comes = !fails || failure != Failure.OUTCOMES_STOP || random.nextInt(10) == 0;
            // What fails without a check of its own fails the accuracy, or nobody would look for its cause.
            boolean isWrong = fails
                    && (failure == Failure.ANOTHER_DEFINITION_IS_DEPLOYED
                            || failure == Failure.SCORES_ARE_NO_PROBABILITIES);
            if (comes && !isBad) {
                into.add(outcome(
                        failure.model(),
                        failure.model() + "-" + i,
                        at,
                        score,
                        at + 4 * MINUTE,
                        isWrong ? (score < 0.5 ? 1 : 0) : label));
            }
        }
    }

    /** Of two hours, more than a day ago; a third is taken within the day after, all of it known by now. */
    private static void offers(List<String> into) {
        SplittableRandom random = new SplittableRandom(99);
        for (int i = 0; i < ROWS; i++) {
            long at = nowMillis - 31 * HOUR - 50 * MINUTE + 2 * HOUR / ROWS * i;
            double score = Math.round(100 * (0.02 + 0.96 * random.nextDouble())) / 100.0;
            boolean isTaken = random.nextDouble() < score;
            Offer offer = new Offer("offer-" + i, at, score, isTaken ? (Long) (at + random.nextLong(20 * HOUR)) : null);
            OFFERS.add(offer);
            into.add(prediction("absent", offer.id(), at, score, hash, "20"));
            if (offer.positiveMillis() != null) {
                into.add(positive(offer));
            }
        }
    }

    private static String positive(Offer offer) {
        return outcome(
                "absent",
                offer.id(),
                offer.atMillis(),
                offer.score(),
                java.util.Objects.requireNonNull(offer.positiveMillis()),
                1);
    }

    private static String prediction(String model, String id, long at, double score, String hash, String price) {
        return String.format(
                Locale.ROOT,
                "{\"type\":\"prediction\",\"id\":\"%s\",\"ts\":\"%s\",\"model\":\"%s\",\"version\":\"v7\",\"hash\":\"%s\","
                        + "\"score\":%.4f,\"keys\":{\"user_id\":\"user-%s\"},"
                        + "\"features\":{\"viewer.avg_price_1h\":%s,\"request.device\":\"phone\"}}",
                id,
                Instant.ofEpochMilli(at),
                model,
                hash,
                score,
                id,
                price);
    }

    private static String outcome(String model, String id, long at, double score, long happened, int label) {
        return String.format(
                Locale.ROOT,
                "{\"type\":\"outcome\",\"id\":\"o-%s-%d\",\"ts\":\"%s\",\"label\":%d,\"prediction\":\"%s\",\"model\":\"%s\","
                        + "\"version\":\"v7\",\"score\":%.4f,\"predicted_at\":\"%s\"}",
                id,
                happened,
                Instant.ofEpochMilli(happened),
                label,
                id,
                model,
                score,
                Instant.ofEpochMilli(at));
    }

    @ParameterizedTest
    @EnumSource(Failure.class)
    void whatIsInjectedIsTheCauseThatIsNamed(Failure failure) throws IOException {
        Command monitor = Command.run("monitor", failure.model(), "--json", "--port", "" + port);

        JsonNode version = JSON.readTree(monitor.out()).at("/versions/0");
        assertThat(monitor.exitCode()).as(monitor.out() + monitor.err()).isEqualTo(failure.cause == null ? 0 : 1);
        assertThat(version.at("/cause/kind").asText("none"))
                .as(version.path("checks") + " " + version.path("cause"))
                .isEqualTo(failure.cause == null ? "none" : failure.cause);
    }

    /**
     * A positive that comes thirty hours after its prediction changes its window, and no other, if it happened within; else it is
     * late. Each window is at all times what its events say.
     */
    @Test
    void aPositiveThirtyHoursLateChangesItsWindowAlone() throws IOException {
        JsonNode first = matured(30 * HOUR + 50 * MINUTE);
        JsonNode second = matured(29 * HOUR + 50 * MINUTE);
        compare(first);
        compare(second);
        int revised = open(first);
        int beyond = open(second);

        OFFERS.set(revised, OFFERS.get(revised).taken(OFFERS.get(revised).atMillis() + 24 * HOUR));
        Offer late = OFFERS.get(beyond).taken(OFFERS.get(beyond).atMillis() + 24 * HOUR + 1_000);
        put("late.jsonl", List.of(positive(OFFERS.get(revised)), positive(late)));

        JsonNode after = matured(30 * HOUR + 50 * MINUTE);
        assertThat(after.path("labelled").asInt())
                .isEqualTo(first.path("labelled").asInt() + 1);
        compare(after);
        assertThat(matured(29 * HOUR + 50 * MINUTE)).isEqualTo(second);
    }

    /** The matured window of an hour that ended so long before the events were put, to the hop. */
    private static JsonNode matured(long agoMillis) throws IOException {
        String at = Instant.ofEpochMilli(nowMillis - agoMillis + 25 * HOUR).toString();
        Command monitor = Command.run("monitor", "absent", "--json", "--at", at, "--port", "" + port);
        assertThat(monitor.exitCode()).as(monitor.err()).isZero();
        return JSON.readTree(monitor.out()).at("/versions/0/windows/0/matured");
    }

    private static IntStream in(JsonNode window) {
        long start = Instant.parse(window.path("start").asText()).toEpochMilli();
        long end = Instant.parse(window.path("end").asText()).toEpochMilli();
        return IntStream.range(0, OFFERS.size())
                .filter(i -> OFFERS.get(i).atMillis() >= start && OFFERS.get(i).atMillis() < end);
    }

    /** An offer that was not taken. */
    private static int open(JsonNode window) {
        return in(window)
                .filter(i -> OFFERS.get(i).positiveMillis() == null)
                // Away from its end, where windows overlap by a hop.
                .skip(20)
                .findFirst()
                .orElseThrow();
    }

    private static void compare(JsonNode window) {
        List<Offer> offers = in(window).mapToObj(OFFERS::get).toList();
        double n = offers.size();
        double yes = offers.stream().filter(one -> one.positiveMillis() != null).count();
        double squares = offers.stream()
                .mapToDouble(one -> Math.pow(one.score() - (one.positiveMillis() == null ? 0 : 1), 2))
                .sum();
        double right = offers.stream()
                .filter(one -> (one.score() >= 0.5) == (one.positiveMillis() != null))
                .count();
        assertThat(n).isGreaterThan(150);
        assertThat(window.path("matured").asBoolean()).isTrue();
        assertThat(window.path("predictions").asDouble()).isEqualTo(n);
        assertThat(window.path("labelled").asDouble()).isEqualTo(yes);
        assertThat(window.at("/metrics/rate").asDouble()).isCloseTo(yes / n, within(1e-10));
        assertThat(window.at("/metrics/brier").asDouble()).isCloseTo(squares / n, within(1e-10));
        assertThat(window.at("/metrics/confusion/0/accuracy").asDouble()).isCloseTo(right / n, within(1e-10));
    }

    /** What a producer sends again is one event, all the way. */
    @Test
    void sentAgainNothingChanges() throws IOException {
        String model = Failure.NOTHING.model();
        Command before = Command.run("monitor", model, "--json", "--port", "" + port);
        List<String> again = new ArrayList<>();
        watched(Failure.NOTHING, again);
        // Of what counts nowhere the command complains.
        again.add("{\"type\":\"view\",\"id\":\"new\",\"ts\":\"" + Instant.ofEpochMilli(nowMillis)
                + "\",\"user_id\":\"user-1\",\"price\":1}");
        put("again.jsonl", again);
        Command after = Command.run("monitor", model, "--json", "--port", "" + port);

        JsonNode latest = JSON.readTree(after.out()).at("/versions/0/windows/0/latest");
        assertThat(latest.path("labelled").asInt()).isEqualTo(ROWS / 2);
        assertThat(latest.path("metrics"))
                .isEqualTo(JSON.readTree(before.out()).at("/versions/0/windows/0/latest/metrics"));
    }
}

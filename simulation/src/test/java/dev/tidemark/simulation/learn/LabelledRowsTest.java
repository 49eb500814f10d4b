package dev.tidemark.simulation.learn;

import static org.assertj.core.api.Assertions.assertThat;

import com.dynatrace.hash4j.hashing.Hashing;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.learn.Changed;
import dev.tidemark.core.learn.LabelledRow;
import dev.tidemark.core.learn.LabelledRows;
import dev.tidemark.core.learn.LabelledSet;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.view.Training;
import dev.tidemark.oracle.TrainingRows;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Rows of cuts and their changes, over random logs: what the oracle says, and the same for any number of threads. */
class LabelledRowsTest {

    private static final int LOGS = Integer.getInteger("tidemark.learnSeeds", 25);
    private static final int ENOUGH_LOGS = 5;
    private static final long FIRST_SEED = Long.getLong("tidemark.seed", 1);

    private static final String CATALOG = """
            tidemark: 1
            sources:
              shop: {stream: shop, event_time: {field: ts, format: epoch_millis}, stream_retention: 4h}
            pairs:
              judged:
                left: {source: shop, where: type == "prediction", key: id}
                right: {source: shop, where: type == "outcome", key: prediction}
                within: 12h
                early: 1h
                match: MATCH
            views:
              viewer:
                source: shop
                entity: user_id
                where: type == "view"
                features:
                  views: {function: count, windows: [1h]}
            models:
              discount:
                inputs: [viewer: [views_1h]]
                predictions: {source: shop, time: {field: ts, format: epoch_millis}}
                outcome: {pair: judged, OUTCOME}
                monitor: {windows: [1h], retention: 6h}
                train: {rows: {last: 4d, ROWS}, holdout: 30h}
            """;

    /** What differs between the cases. */
    private record Case(String outcome, String rows, boolean isLast, TrainingRows.Rules rules) {

        static Case of(String outcome, String rows, boolean isLast, double yes, double no) {
            return new Case(
                    outcome,
                    rows,
                    isLast,
                    new TrainingRows.Rules(
                            "discount",
                            RandomLog.HOUR_MILLIS,
                            12 * RandomLog.HOUR_MILLIS,
                            6 * RandomLog.HOUR_MILLIS,
                            RandomLog.MINUTE_MILLIS,
                            isLast,
                            !outcome.contains("number"),
                            outcome.contains("absent"),
                            12 * RandomLog.HOUR_MILLIS + (outcome.contains("settle") ? 12 : 1) * RandomLog.HOUR_MILLIS,
                            !rows.contains("matured: false"),
                            yes,
                            no,
                            96 * RandomLog.HOUR_MILLIS,
                            30 * RandomLog.HOUR_MILLIS));
        }

        Catalog catalog() {
            return new CatalogCompiler()
                    .compile(CATALOG.replace("MATCH", isLast ? "last" : "first")
                            .replace("OUTCOME", outcome)
                            .replace("ROWS", rows));
        }
    }

    private static final List<Case> CASES = List.of(
            Case.of("type: binary", "matured: true", true, 1, 1),
            Case.of("type: binary, settle: 12h", "matured: true", false, 1, 1),
            Case.of("type: binary", "matured: false, sample: {yes: 0.7, no: 0.4}", true, 0.7, 0.4),
            Case.of("absent: 0", "matured: true, sample: {no: 0.5}", true, 1, 0.5),
            Case.of("absent: 0", "matured: false", true, 1, 1),
            Case.of("absent: 0", "matured: false", false, 1, 1),
            Case.of("type: number", "matured: false, sample: {all: 0.5}", true, 0.5, 0.5));

    private static final ExecutorService THREADS = Executors.newFixedThreadPool(4);

    /** What has come up in all logs so far: a test that meets nothing shows nothing. */
    private static final Map<String, Integer> SEEN = new TreeMap<>();

    private static void see(String what) {
        SEEN.merge(what, 1, Integer::sum);
    }

    @AfterAll
    static void end() {
        THREADS.shutdown();
        if (LOGS >= ENOUGH_LOGS) {
            assertThat(SEEN.keySet())
                    .containsExactly(
                            "holdout",
                            "immature",
                            "new",
                            "removed",
                            "revised",
                            "sampled",
                            "straddling",
                            "train",
                            "unlabelled");
        }
    }

    static Stream<Arguments> logs() {
        return IntStream.range(0, CASES.size())
                .boxed()
                .flatMap(of -> IntStream.range(0, LOGS)
                        .mapToObj(log -> Arguments.of(of, FIRST_SEED + (long) of * LOGS + log)));
    }

    @ParameterizedTest(name = "case {0}, seed {1}")
    @MethodSource("logs")
    void areWhatTheOracleSays(int number, long seed) {
        Case of = CASES.get(number);
        RandomLog log = new RandomLog(seed);
        Catalog catalog = of.catalog();
        Training training = catalog.training("discount").orElseThrow();
        LabelledRows alone = new LabelledRows(Catalogs.of(catalog), log.ports(), 1, Runnable::run, read -> {});
        LabelledRows together = new LabelledRows(Catalogs.of(catalog), log.ports(), 4, THREADS, read -> {});
        List<TrainingRows> oracles = new ArrayList<>();
        for (RandomLog.BothCuts cut : log.cuts) {
            TrainingRows oracle = oracle(of, log, cut);
            oracles.add(oracle);
            oracle.set().rows().forEach(row -> see(row.split()));
            oracle.set().leftOut().forEach((reason, count) -> see(reason));
            LabelledSet set = alone.of(training, cut.cut()).join();

            assertThat(texts(set)).isEqualTo(texts(oracle.set()));
            assertThat(leftOut(set)).isEqualTo(oracle.set().leftOut());
            checkTrainedUpTo(set, oracle);
            assertThat(texts(together.of(training, cut.cut()).join())).isEqualTo(texts(set));
        }
        for (int from = 0; from < oracles.size(); from++) {
            for (int to = from; to < oracles.size(); to++) {
                List<String> changes = changes(alone.since(
                                training,
                                log.cuts.get(from).cut(),
                                log.cuts.get(to).cut())
                        .join());

                changes.forEach(change -> see(change.substring(0, change.indexOf(' '))));
                assertThat(changes)
                        .as("from cut %d to cut %d", from + 1, to + 1)
                        .isEqualTo(oracles.get(to).since(oracles.get(from)).stream()
                                .map(change -> change.change() + " " + text(change.row()))
                                .toList());
                assertThat(changes(together.since(
                                        training,
                                        log.cuts.get(from).cut(),
                                        log.cuts.get(to).cut())
                                .join()))
                        .isEqualTo(changes);
            }
        }
    }

    /** A lane that the set did not have to read so far back may be left out. */
    private static void checkTrainedUpTo(LabelledSet set, TrainingRows oracle) {
        Map<String, String> trainedUpTo = new TreeMap<>();
        set.trainedUpTo()
                .forEach((laneId, position) -> trainedUpTo.put(Lane.shardIdOf(laneId), position.sequenceNumber()));
        Map<String, String> expected = new TreeMap<>();
        oracle.knownBeforeHoldout().forEach((shard, known) -> {
            if (known.knownMillis() >= set.fromMillis() || trainedUpTo.containsKey(shard)) {
                expected.put(shard, known.sequenceNumber());
            }
        });
        assertThat(trainedUpTo).isEqualTo(expected);
        for (LabelledRow row : set.rows()) {
            boolean isTold = row.split() == LabelledRow.Split.HOLDOUT;
            Position bound = set.trainedUpTo().getOrDefault(row.laneId(), Position.ORIGIN);
            assertThat(row.position().isAfter(bound))
                    .as("%s beside %s", row, bound)
                    .isEqualTo(isTold);
        }
    }

    private static TrainingRows oracle(Case of, RandomLog log, RandomLog.BothCuts cut) {
        return new TrainingRows(
                of.rules(), log.records, log.descents, log.repairs, cut.oracle(), LabelledRowsTest::fraction);
    }

    /** As docs/format.md has it. */
    private static double fraction(String id) {
        long hash = Hashing.xxh3_64(6).hashBytesToLong(id.getBytes(StandardCharsets.UTF_8));
        return (hash >>> 11) / 0x1.0p53;
    }

    private static List<String> texts(LabelledSet set) {
        return set.rows().stream()
                .map(row -> text(row) + " " + row.split().name().toLowerCase(Locale.ROOT))
                .toList();
    }

    private static List<String> texts(TrainingRows.Result result) {
        return result.rows().stream().map(row -> text(row) + " " + row.split()).toList();
    }

    private static List<String> changes(List<Changed> changes) {
        return changes.stream()
                .map(changed -> changed.change().name().toLowerCase(Locale.ROOT) + " " + text(changed.row()))
                .toList();
    }

    private static String text(LabelledRow row) {
        assertThat(new String(row.prediction().data(), StandardCharsets.UTF_8)).contains("\"" + row.id() + "\"");
        return row.id() + " at " + row.atMillis() + " " + row.label().stripTrailingZeros() + " known "
                + row.knownMillis() + " " + Lane.shardIdOf(row.laneId()) + " "
                + row.position().sequenceNumber() + " of " + row.share();
    }

    private static String text(TrainingRows.Row row) {
        return row.id() + " at " + row.atMillis() + " " + row.label().stripTrailingZeros() + " known "
                + row.knownMillis() + " " + row.shardId() + " " + row.sequenceNumber() + " of " + row.share();
    }

    private static Map<String, Integer> leftOut(LabelledSet set) {
        Map<String, Integer> leftOut = new TreeMap<>();
        leftOut.put("immature", (int) set.leftOut().immature());
        leftOut.put("unlabelled", (int) set.leftOut().unlabelled());
        leftOut.put("straddling", (int) set.leftOut().straddling());
        leftOut.put("sampled", (int) set.leftOut().sampled());
        leftOut.values().removeIf(count -> count == 0);
        return leftOut;
    }
}

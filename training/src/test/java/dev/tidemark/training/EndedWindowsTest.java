package dev.tidemark.training;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.past.Knowledge;
import dev.tidemark.core.serve.QueryPlan;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.oracle.Answers;
import dev.tidemark.oracle.Oracle;
import dev.tidemark.oracle.StreamRecord;
import dev.tidemark.training.FoldedHistory.Row;
import dev.tidemark.training.TrainingSetRequest.WindowEnd;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Days, weeks, months and windows that ended before now, over changes of the clocks: live answers, what they cover, and
 * training sets of all three kinds, against the oracle, which looks at dates and not at tiles.
 */
class EndedWindowsTest {

    private static final long HOUR_MILLIS = 3_600_000;
    private static final int BATCHES = 90;
    private static final List<String> USERS = List.of("ann", "bob");

    private static final String CATALOG = """
            tidemark: 1
            sources:
              shop: {stream: shop-events, event_time: {field: ts, format: epoch_millis}}
            views:
              user:
                source: shop
                entity: user
                zone: ZONE
                features:
                  events: {function: count, windows: [day, day_before_1, day_before_6, week, week_before_1, month, month_before_1]}
                  spent: {function: sum, input: price, windows: [15h, 15h_before_15h, 24h_before_3d, 10d_before_1h, day_before_1]}
                  latest: {function: last, input: price, windows: [24h_before_24h, day]}
                  pace: {function: decayed_count, half_life: 6h, windows: [24h_before_24h, day_before_1]}
                derived:
                  rise: {expression: spent_15h / spent_15h_before_15h, default: 0}
            """;

    @TempDir
    private Path folder;

    @ParameterizedTest(name = "seed {0} in {1}")
    @CsvSource({
        "1, Europe/Berlin, 2026-03-22T12:00:00Z",
        "2, Europe/Berlin, 2026-10-18T12:00:00Z",
        "3, America/Sao_Paulo, 2018-10-28T12:00:00Z",
        "4, Australia/Lord_Howe, 2026-03-29T12:00:00Z",
        "5, Asia/Kathmandu, 2026-02-22T12:00:00Z",
        "6, Pacific/Apia, 2011-12-23T12:00:00Z"
    })
    void everyValueEqualsTheOracles(long seed, String zone, Instant start) throws Exception {
        Random random = new Random(seed);
        String yaml = CATALOG.replace("ZONE", zone);
        Catalog catalog = new CatalogCompiler().compile(yaml);
        FoldedHistory history = new FoldedHistory(catalog, start.toEpochMilli());
        List<StreamRecord> known = new ArrayList<>();
        List<Row> asked = new ArrayList<>();
        List<Map<String, String>> answered = new ArrayList<>();
        for (int i = 0; i < BATCHES; i++) {
            history.nowMillis += random.nextLong(6 * HOUR_MILLIS);
            fold(history, known, random);
            Row row = new Row(USERS.get(random.nextInt(USERS.size())), history.nowMillis);
            asked.add(row);
            answered.add(history.answer(row));
            check(new Oracle(yaml, known).answer("user", row.user(), row.atMillis()), answered.get(i), seed);
            checkCoverage(catalog, new Oracle(yaml, known), row, seed);
        }

        assertThat(history.train(folder, asked, Knowledge.SERVED, WindowEnd.LIVE))
                .as("seed %d", seed)
                .isEqualTo(answered);
        Oracle now = new Oracle(yaml, known);
        List<Map<String, String>> exact = history.train(folder, asked, Knowledge.NOW, WindowEnd.EXACT);
        List<Map<String, String>> live = history.train(folder, asked, Knowledge.NOW, WindowEnd.LIVE);
        for (int i = 0; i < BATCHES; i++) {
            Row row = asked.get(i);
            check(now.answerUpTo("user", row.user(), row.atMillis()), exact.get(i), seed);
            check(now.answer("user", row.user(), row.atMillis()), live.get(i), seed);
        }
    }

    private static void fold(FoldedHistory history, List<StreamRecord> known, Random random) {
        List<RawRecord> batch = new ArrayList<>();
        for (int i = random.nextInt(6); i >= 0; i--) {
            long late = random.nextInt(3) == 0 ? random.nextLong(20 * HOUR_MILLIS) : random.nextLong(60_000);
            RawRecord record = history.record("{\"user\":\"%s\",\"ts\":%d,\"price\":%d}"
                    .formatted(
                            USERS.get(random.nextInt(USERS.size())),
                            history.nowMillis - late,
                            random.nextInt(1, 1000)));
            batch.add(record);
            known.add(new StreamRecord(
                    "shop-events",
                    "shardId-000000000000",
                    record.position().sequenceNumber(),
                    0,
                    record.arrivalMillis(),
                    record.data()));
        }
        history.fold(ShopHistory.lane("shardId-000000000000"), batch);
    }

    private static void check(JsonNode expected, Map<String, String> row, long seed) {
        assertThat(Answers.differences(
                        expected, Answers.fromTexts(expected, name -> row.getOrDefault("user__" + name, ""))))
                .as("seed %d at %s", seed, expected.get("at"))
                .isEmpty();
    }

    private static void checkCoverage(Catalog catalog, Oracle oracle, Row row, long seed) {
        JsonNode covered = oracle.answer("user", row.user(), row.atMillis()).get("covered");
        QueryPlan.of(catalog.views().get(0), null, null, row.atMillis())
                .covers()
                .forEach((window, cover) -> {
                    JsonNode expected = covered.get(window.text());
                    assertThat(Instant.ofEpochMilli(cover.interval().startMillis()) + " "
                                    + Instant.ofEpochMilli(cover.interval().endMillis()))
                            .as("%s at %d, seed %d", window.text(), row.atMillis(), seed)
                            .isEqualTo(expected.get("start").asText() + " "
                                    + expected.get("end").asText());
                });
    }
}

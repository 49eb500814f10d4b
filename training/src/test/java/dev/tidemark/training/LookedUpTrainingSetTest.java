package dev.tidemark.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.past.Knowledge;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.training.FoldedHistory.Row;
import dev.tidemark.training.TrainingSetRequest.WindowEnd;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a view looks up is in a training set as it is in answers: in conditions, as input and as group. */
class LookedUpTrainingSetTest {

    private static final List<String> USERS = List.of("ann", "bob", "cid", "dan");
    private static final Catalog CATALOG = new CatalogCompiler().compile("""
            tidemark: 1
            sources:
              shop: {stream: shop-events, event_time: {field: ts, format: epoch_millis}}
            references:
              users: {key: user, fields: {country: text, age: number}, effective_after: 60s}
            views:
              user:
                source: shop
                entity: user
                look_up: {friend: {from: users, key: friend}}
                hop: 10s
                retention: 6h
                features:
                  n: {function: count, windows: [3h]}
                  grown: {function: count, where: friend.age >= 50, windows: [3h]}
                  ages: {function: sum, input: friend.age, optional: true, windows: [10m, 3h]}
                  countries: {function: distinct, input: friend.country, optional: true, windows: [3h]}
                  by_country: {function: count, windows: [3h], group_by: {field: friend.country, max_groups: 50}}
            """);

    private final FoldedHistory history = new FoldedHistory(CATALOG, 1_767_000_000_000L);

    @TempDir
    Path folder;

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void aRowIsWhatTheLiveQueryAnswers(long seed) throws Exception {
        Random random = new Random(seed);
        for (int batch = 0; batch < 60; batch++) {
            if (batch % 9 == 0) {
                Objects.requireNonNull(history.users).publish(USERS, random);
            }
            List<RawRecord> records = new ArrayList<>();
            for (int i = random.nextInt(6); i >= 0; i--) {
                history.nowMillis += 1 + random.nextInt(60_000);
                records.add(history.record("{\"user\":\"" + user(random) + "\",\"friend\":\"" + user(random)
                        + "\",\"ts\":" + (history.nowMillis - random.nextInt(600_000)) + "}"));
            }
            history.fold(ShopHistory.lane("shardId-000000000000"), records);
        }
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            rows.add(new Row(user(random), history.nowMillis - random.nextInt(3 * 3_600_000)));
        }

        List<Map<String, String>> set = history.train(folder, rows, Knowledge.NOW, WindowEnd.LIVE);

        for (int i = 0; i < rows.size(); i++) {
            assertThat(set.get(i)).as("%s, seed %d", rows.get(i), seed).isEqualTo(history.answer(rows.get(i)));
        }
        for (String name : List.of("grown_3h", "ages_10m", "ages_3h", "countries_3h", "by_country_3h")) {
            assertThat(set.stream()
                            .map(row -> row.get("user__" + name))
                            .distinct()
                            .count())
                    .as("different values of %s, seed %d", name, seed)
                    .isGreaterThan(5);
        }
    }

    private static String user(Random random) {
        return USERS.get(random.nextInt(USERS.size()));
    }
}

package dev.tidemark.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.past.Knowledge;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.oracle.Answers;
import dev.tidemark.oracle.Oracle;
import dev.tidemark.oracle.StreamRecord;
import dev.tidemark.training.FoldedHistory.Row;
import dev.tidemark.training.TrainingSetRequest.Imported;
import dev.tidemark.training.TrainingSetRequest.WindowEnd;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Training sets over the seam between imported history and the stream (rule I3). */
class ImportedTrainingSetTest {

    private static final long HOUR_MILLIS = 3_600_000;
    private static final long SEAM = 1_790_000_000_000L - 1_790_000_000_000L % 86_400_000L;
    private static final long IMPORTED = SEAM + 6 * HOUR_MILLIS;
    private static final long END = SEAM + 12 * HOUR_MILLIS;
    private static final List<String> USERS = List.of("ann", "bob", "cid");
    private static final Lane SHARD = ShopHistory.lane("shardId-000000000000");

    @TempDir
    private Path folder;

    private record Event(String user, long time, String json) {}

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void aRowIsAsIfAllHadComeOnTheStreamHoweverTheImportIsSplit(long seed) throws IOException {
        Random random = new Random(seed);
        List<Event> events = events(random);
        List<Row> rows = rows(random, SEAM - 40 * HOUR_MILLIS);
        List<Map<String, String>> whole = world(events, 1).train(folder, rows, Imported.AS_IF);
        FoldedHistory three = world(events, 3);

        assertThat(three.train(folder, rows, Imported.AS_IF)).isEqualTo(whole);
        assertThat(three.manifest).contains("\"assumed\" : [ 1, 2, 3 ]");
        FoldedHistory streamed = streamed(events);
        assertThat(streamed.train(folder, rows, Imported.AS_IF)).isEqualTo(whole);
        assertThat(streamed.manifest).doesNotContain("assumed");
        assertThat(whole.stream().map(row -> row.get("buyer__buys_7d")).distinct())
                .hasSizeGreaterThan(10);
        assertThat(three.train(folder, rows, Knowledge.NOW, WindowEnd.EXACT))
                .isEqualTo(streamed.train(folder, rows, Knowledge.NOW, WindowEnd.EXACT));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void whatWasServedHasImportedRowsSinceTheImport(long seed) throws IOException {
        Random random = new Random(seed);
        List<Event> events = events(random);
        List<Row> rows = rows(random, SEAM);
        List<Row> before =
                rows.stream().filter(row -> row.atMillis() < IMPORTED).toList();
        List<Row> after =
                rows.stream().filter(row -> row.atMillis() >= IMPORTED).toList();
        FoldedHistory world = world(events, 2);

        assertThat(world.train(folder, before, Imported.SERVED))
                .isEqualTo(world(events, 0).train(folder, before, Imported.AS_IF))
                .isNotEqualTo(world.train(folder, before, Imported.AS_IF));
        assertThat(world.train(folder, after, Imported.SERVED)).isEqualTo(world.train(folder, after, Imported.AS_IF));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void everyValueEqualsTheOraclesOverWhatWasKnownByThen(long seed) throws IOException {
        Random random = new Random(seed);
        List<Event> events = events(random);
        FoldedHistory world = world(events, 3);
        for (Imported imported : Imported.values()) {
            List<Row> rows = rows(random, imported == Imported.SERVED ? SEAM : SEAM - 40 * HOUR_MILLIS);
            List<Map<String, String>> trained = world.train(folder, rows, imported);
            for (int i = 0; i < rows.size(); i++) {
                Row row = rows.get(i);
                JsonNode expected = new Oracle(yaml(""), knownBy(row.atMillis(), events, imported))
                        .answer("buyer", row.user(), row.atMillis());
                Map<String, String> values = trained.get(i);
                assertThat(Answers.differences(
                                expected,
                                Answers.fromTexts(expected, name -> values.getOrDefault("buyer__" + name, ""))))
                        .as("seed %d: %s of %s, %s", seed, row.user(), row.atMillis(), imported)
                        .isEmpty();
            }
        }
    }

    private static List<StreamRecord> knownBy(long atMillis, List<Event> events, Imported imported) {
        List<StreamRecord> known = new ArrayList<>();
        for (Event event : events) {
            boolean isLate = event.time() < SEAM && imported == Imported.SERVED;
            if ((isLate ? IMPORTED : event.time()) <= atMillis) {
                String sequence = Integer.toString(1_000 + known.size());
                byte[] data = event.json().getBytes(StandardCharsets.UTF_8);
                known.add(new StreamRecord("shop-events", SHARD.shardId(), sequence, 0, event.time(), data));
            }
        }
        return known;
    }

    @Test
    void nothingWasServedBeforeTheSeam() {
        FoldedHistory world = world(events(new Random(5)), 1);
        List<Row> rows = List.of(new Row("ann", SEAM), new Row("ann", SEAM - 1));

        assertThatThrownBy(() -> world.train(folder, rows, Imported.SERVED))
                .isInstanceOf(TrainingSetProblem.class)
                .hasMessageContaining(Instant.ofEpochMilli(SEAM - 1) + " is before " + Instant.ofEpochMilli(SEAM))
                .hasMessageContaining("--history as-if");
    }

    private static List<Event> events(Random random) {
        List<Event> events = new ArrayList<>();
        for (int i = 0; i < 120; i++) {
            long time = SEAM - 48 * HOUR_MILLIS + random.nextInt((int) (60 * HOUR_MILLIS / 1000)) * 1000L;
            String user = USERS.get(random.nextInt(USERS.size()));
            events.add(new Event(
                    user,
                    time,
                    "{\"user\":\"" + user + "\",\"ts\":" + time + ",\"price\":" + random.nextInt(1000) / 100.0 + "}"));
        }
        events.sort(Comparator.comparingLong(Event::time));
        return events;
    }

    private static List<Row> rows(Random random, long fromMillis) {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            long at = fromMillis + (long) (random.nextDouble() * (END - fromMillis));
            rows.add(new Row(USERS.get(random.nextInt(USERS.size())), at));
        }
        return rows;
    }

    /** The events from the seam on come on the stream when they happen, those before it in so many imports, in between. */
    private static FoldedHistory world(List<Event> events, int imports) {
        FoldedHistory world = new FoldedHistory(catalog("history: {until: " + Instant.ofEpochMilli(SEAM) + "}"), SEAM);
        stream(world, events, SEAM, IMPORTED);
        world.nowMillis = IMPORTED;
        for (int number = 1; number <= imports; number++) {
            List<List<String>> parts = List.of(new ArrayList<>(), new ArrayList<>());
            for (int i = number - 1; i < events.size(); i += imports) {
                // The export goes on after the seam: those rows do not count.
                parts.get(events.get(i).user().equals("bob") ? 1 : 0)
                        .add(events.get(i).json());
            }
            world.importRows(number, parts);
        }
        stream(world, events, IMPORTED, END);
        world.nowMillis = END;
        return world;
    }

    private static FoldedHistory streamed(List<Event> events) {
        FoldedHistory world = new FoldedHistory(catalog(""), SEAM);
        stream(world, events, Long.MIN_VALUE, END);
        world.nowMillis = END;
        return world;
    }

    private static void stream(FoldedHistory world, List<Event> events, long fromMillis, long toMillis) {
        for (Event event : events) {
            if (event.time() >= fromMillis && event.time() < toMillis) {
                world.nowMillis = event.time();
                world.fold(SHARD, List.of(world.record(event.json())));
            }
        }
    }

    private static Catalog catalog(String history) {
        return new CatalogCompiler().compile(yaml(history));
    }

    private static String yaml(String history) {
        return """
                tidemark: 1
                sources:
                  shop:
                    stream: shop-events
                    event_time: {field: ts, format: epoch_millis}
                    %s
                views:
                  buyer:
                    source: shop
                    entity: user
                    retention: 30d
                    features:
                      buys: {function: count, windows: [1h, 7d, lifetime]}
                      spent: {function: sum, input: price, windows: [6h]}
                      newest: {function: last, input: price, windows: [1d]}
                """.formatted(history);
    }
}

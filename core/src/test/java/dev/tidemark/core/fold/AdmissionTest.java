package dev.tidemark.core.fold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.store.InMemoryArchive;
import dev.tidemark.core.store.InMemoryControlStore;
import dev.tidemark.core.store.InMemoryItemStore;
import dev.tidemark.core.store.InMemoryLineage;
import dev.tidemark.core.store.InMemoryQuarantine;
import dev.tidemark.core.stream.Batch;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.StoredItem;
import dev.tidemark.core.view.View;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which events a view refuses, and that nothing but the view decides it. */
class AdmissionTest {

    private static final String SOURCE = """
            tidemark: 1
            sources:
              clicks: {stream: clicks, event_time: {field: t, format: epoch_millis}, event_id: id}
            views:
            """;
    private static final String BUYS = """
              buys:
                source: clicks
                entity: user
                where: type == "buy"
                features:
                  buys: {function: count, windows: [1h]}
            """;
    private static final String DEAR = """
              dear:
                source: clicks
                entity: [user, shop]
                where: type == "buy" || price > 100
                drop_duplicates: {horizon: 10m, max_ids: 100}
                features:
                  revenue: {function: sum, input: price, where: paid, windows: [1h]}
                  shares: {function: ratio, where: price > 50, group_by: {field: kind, max_groups: 4}, windows: [1h]}
                  notes: {function: last, input: note, optional: true, windows: [1h]}
            """;
    private static final String BOTH = SOURCE + BUYS + DEAR;
    private static final String GOOD =
            "\"user\":\"u\",\"shop\":1,\"type\":\"buy\",\"price\":60,\"paid\":true,\"id\":\"e1\"";

    @Test
    void theGoodEventIsGood() {
        assertThat(refusal(BOTH, "dear", GOOD)).isNull();
    }

    /** Of several members with one name the last counts, so each row spoils the good event in one place. */
    @ParameterizedTest(name = "{0} is {1}: {2}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "user":1e400                       | VALUE_OUT_OF_BOUNDS | entity key 'user'
            "shop":1e400                       | VALUE_OUT_OF_BOUNDS | entity key 'shop'
            "user":"\\ud83d"                   | VALUE_OUT_OF_BOUNDS | entity key 'user'
            "type":"view","price":1e400        | FILTER_FAILED       | price is a number out of bounds
            "type":"\\ud83d","price":1         | FILTER_FAILED       | type is a string that is no Unicode text
            "price":1e400                      | FILTER_FAILED       | price is a number out of bounds
            "kind":1e400                       | VALUE_OUT_OF_BOUNDS | field 'kind'
            "note":1e400                       | VALUE_OUT_OF_BOUNDS | field 'note'
            "note":"\\ud83d"                   | VALUE_OUT_OF_BOUNDS | field 'note'
            "id":1e400                         | VALUE_OUT_OF_BOUNDS | event id 'id'
            "id":"\\ud83d"                     | VALUE_OUT_OF_BOUNDS | event id 'id'
            "id":{"n":1}                       | MISTYPED_FIELD      | event id 'id'
            "id":[1]                           | MISTYPED_FIELD      | event id 'id'
            "id":true                          | MISTYPED_FIELD      | event id 'id'
            """)
    void refusesWhatItUsesAndCannotTake(String spoiled, InvalidEvent.Reason reason, String problem) {
        InvalidEvent refused = refusal(BOTH, "dear", GOOD + "," + spoiled);
        if (refused == null) {
            throw new AssertionError("the event is taken");
        }
        assertThat(refused.reason()).isEqualTo(reason);
        assertThat(refused).hasMessageContaining(problem).hasMessageNotContaining("400");
        assertThat(refused.remedy()).isNotBlank();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "id":null
            "id":7
            "id":""
            "other":1e400
            """)
    void takesWhatItDoesNotNeed(String members) {
        assertThat(refusal(BOTH, "dear", GOOD + "," + members)).isNull();
    }

    private static final String BEFORE = SOURCE
            + "  v: {source: clicks, entity: user, event_time: {field: at, format: epoch_millis}, within: 1m,"
            + " features: {c: {function: count, windows: [1h]}}}\n";

    private static Admission.Verdict judge(String members) {
        Catalog catalog = compile(BEFORE);
        View view = catalog.view("v").orElseThrow();
        byte[] json = ("{\"user\":1,\"at\":1000000" + members + "}").getBytes(StandardCharsets.UTF_8);
        return new RecordJudge(view, catalog.sourceOf(view))
                .judge(new RawRecord(new Position("1", 0), 1_100_000, "", json));
    }

    /** What happens later than within, by the source's time, is too late, however soon it arrives; the millisecond counts. */
    @ParameterizedTest
    @CsvSource({"0, IN", "60000, IN", "-5000, IN", "60001, TOO_LATE"})
    void whatHappensBeyondWithinIsTooLate(long afterMillis, Admission.Verdict verdict) {
        assertThat(judge(",\"t\":" + (1_000_000 + afterMillis))).isEqualTo(verdict);
    }

    @Test
    void withinNeedsTheTimeOfTheSource() {
        for (String time : List.of("", ",\"t\":\"soon\"", ",\"t\":-1")) {
            InvalidEvent refused = catchThrowableOfType(InvalidEvent.class, () -> judge(time));

            assertThat(refused).as(time).isNotNull().hasMessageContaining("view 'v' needs the time 't'");
            assertThat(refused).extracting(InvalidEvent::reason).isEqualTo(InvalidEvent.Reason.NO_EVENT_TIME);
        }
    }

    /** The input of a feature is wanted only of events that pass the feature's where. */
    @ParameterizedTest
    @CsvSource({"true, VALUE_OUT_OF_BOUNDS", "false,"})
    void anInputIsJudgedOnlyWhereItsFilterPasses(String paid, InvalidEvent.@Nullable Reason reason) {
        String yaml = SOURCE + "  v: {source: clicks, entity: user, features: {s: {function: sum, input: price,"
                + " where: paid, windows: [1h]}}}\n";
        InvalidEvent refused = refusal(yaml, "v", "\"user\":1,\"price\":1e400,\"paid\":" + paid);
        assertThat(refused == null ? null : refused.reason()).isEqualTo(reason);
    }

    /** A feature of any single value may say that its input is of one type. */
    @ParameterizedTest(name = "{0} takes {1}: {2}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            number  | 1.5    |
            number  | "1.5"  | field 'x' is a string, not a number
            number  | true   | field 'x' is a boolean, not a number
            number  | [1]    | field 'x' is an object or array, not a single value
            number  | null   | field 'x' is missing or null
            text    | "1.5"  |
            text    | 1.5    | field 'x' is a number, not a string
            text    | 1e30   | field 'x' is a number, not a string
            text    | false  | field 'x' is a boolean, not a string
            boolean | false  |
            boolean | 0      | field 'x' is a number, not a boolean
            boolean | "true" | field 'x' is a string, not a boolean
            """)
    void aTypeRefusesTheOthers(String type, String value, @Nullable String problem) {
        for (String function : List.of("last", "first_n, n: 2", "top_k", "distinct")) {
            String yaml = SOURCE + "  v: {source: clicks, entity: user, features: {f: {function: " + function
                    + ", input: x, type: " + type + ", windows: [1h]}}}\n";
            InvalidEvent refused = refusal(yaml, "v", "\"user\":1,\"x\":" + value);
            assertThat(refused == null ? null : refused.getMessage())
                    .as(function)
                    .isEqualTo(problem);
        }
    }

    /** A probability and its label. */
    @ParameterizedTest(name = "{0} and {1}: {2}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            0                                      | 0     |
            1.000                                  | 1.00  |
            1e-30                                  | true  |
            0.9999999999999999999999999            | 1.0000000000000000000000000 |
            0.00000000000000000000                 | 0e0   |
            10e-1                                  | 10e-1 |
            -0.1                                   | 1     | VALUE_OUT_OF_BOUNDS field 's' is not a number from 0 to 1
            1.0000000000000000000000001            | 1     | VALUE_OUT_OF_BOUNDS field 's' is not a number from 0 to 1
            2                                      | 1     | VALUE_OUT_OF_BOUNDS field 's' is not a number from 0 to 1
            true                                   | 1     | MISTYPED_FIELD field 's' is a boolean, not a number from 0 to 1
            "1"                                    | 1     | MISTYPED_FIELD field 's' is a string, not a number from 0 to 1
            null                                   | 1     | MISSING_FIELD field 's' is missing or null
            0.5                                    | 0.5   | VALUE_OUT_OF_BOUNDS field 'y' is not 0, 1, true or false
            0.5                                    | -1    | VALUE_OUT_OF_BOUNDS field 'y' is not 0, 1, true or false
            0.5                                    | "1"   | MISTYPED_FIELD field 'y' is a string, not 0, 1, true or false
            0.5                                    | null  | MISSING_FIELD field 'y' is missing or null
            """)
    void aProbabilityAndItsLabelAreChecked(String score, String label, @Nullable String problem) {
        for (String function : List.of("confusion", "log_loss", "brier", "auc", "calibration")) {
            String yaml = SOURCE + "  v: {source: clicks, entity: user, features: {f: {function: " + function
                    + ", input: s, label: y, windows: [1h]}}}\n";
            InvalidEvent refused = refusal(yaml, "v", "\"user\":1,\"s\":" + score + ",\"y\":" + label);
            assertThat(refused == null ? null : refused.reason() + " " + refused.getMessage())
                    .as(function)
                    .isEqualTo(problem);
        }
    }

    @Test
    void aProfileRefusesNoEventForTheLackOfItsInput() {
        String yaml = SOURCE + "  v: {source: clicks, entity: user, features: {f: {function: profile, input: s,"
                + " windows: [1h]}, g: {function: profile, input: p, grid: probability, windows: [1h]}}}\n";
        assertThat(refusal(yaml, "v", "\"user\":1")).isNull();
        assertThat(refusal(yaml, "v", "\"user\":1,\"s\":\"a\",\"p\":1")).isNull();
        assertThat(refusal(yaml, "v", "\"user\":1,\"p\":1.5")).isNotNull();
        assertThat(refusal(yaml, "v", "\"user\":1,\"p\":\"a\"")).isNotNull();
    }

    /** The view's time alone decides, and only of the events that the view wants. */
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "type":"outcome","p":{"at":NOW}           | FOLDED
            "type":"outcome","p":{"at":NOW},"t":"x"   | FOLDED
            "type":"outcome","p":{"at":NOW},"t":null  | FOLDED
            "type":"outcome","p":{"at":LATE}          | TOO_LATE
            "type":"outcome","p":{"at":AHEAD}         | FOLDED
            "type":"outcome","p":{"at":FAR}           | FAR_FUTURE the event time is 60001 ms after
            "type":"outcome"                          | NO_EVENT_TIME the event time 'p.at' is missing
            "type":"outcome","p":{"at":"NOW"}         | NO_EVENT_TIME the event time 'p.at' cannot be read
            "type":"outcome","p":{"at":1e400}         | NO_EVENT_TIME the event time 'p.at' cannot be read
            "type":"outcome","p":1                    | NO_EVENT_TIME the event time 'p.at' is missing
            "type":"click"                            | FILTERED
            "type":"click","p":{"at":"x"},"t":"x"     | FILTERED
            """)
    void anEventTimeOfItsOwn(String members, String fate) {
        String yaml = SOURCE + BUYS + """
                  quality:
                    source: clicks
                    event_time: {field: p.at, format: epoch_millis}
                    where: type == "outcome"
                    entity: user
                    retention: 1h
                    features:
                      n: {function: count, windows: [1h]}
                """;
        Catalog catalog = compile(yaml);
        View view = catalog.view("quality").orElseThrow();
        long arrival = FoldWorld.record(1, 0, "{}").arrivalMillis();
        String data = ("{\"t\":1,\"user\":\"u\"," + members + "}")
                .replace("NOW", Long.toString(arrival - 1_000))
                .replace("LATE", Long.toString(arrival - 3_600_001))
                .replace("AHEAD", Long.toString(arrival + 60_000))
                .replace("FAR", Long.toString(arrival + 60_001));

        RecordJudge judge = new RecordJudge(view, catalog.sourceOf(view));
        assertThat(fateOf(judge, FoldWorld.record(1, 0, data))).startsWith(fate);
        View buys = catalog.view("buys").orElseThrow();
        boolean hasTime = !members.contains("\"t\":");
        assertThat(fateOf(new RecordJudge(buys, catalog.sourceOf(buys)), FoldWorld.record(1, 0, data)))
                .startsWith(hasTime ? "FILTERED" : "NO_EVENT_TIME the event time 't'");
    }

    private static String fateOf(RecordJudge judge, RawRecord record) {
        try {
            return switch (judge.judge(record)) {
                case IN -> "FOLDED";
                case OUT -> "FILTERED";
                case TOO_LATE -> "TOO_LATE";
                case BEFORE_SEAM, AFTER_SEAM -> throw new AssertionError("the source has no seam");
            };
        } catch (InvalidEvent e) {
            return e.reason() + " " + e.getMessage();
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @CsvSource({"1", "2", "3"})
    @DisplayName("P3: what a view holds and refuses does not depend on what other views of its source read")
    void otherViewsDoNotMatter(long seed) {
        List<RawRecord> records = records(new Random(seed));
        Map<String, String> alone = outcome(SOURCE + BUYS, "buys", records);
        assertThat(alone).as("seed %d", seed).isNotEmpty();
        assertThat(outcome(BOTH, "buys", records)).as("seed %d", seed).isEqualTo(alone);
        assertThat(outcome(BOTH, "dear", records))
                .as("seed %d", seed)
                .isEqualTo(outcome(SOURCE + DEAR, "dear", records))
                .anySatisfy((place, what) -> assertThat(what).startsWith("VALUE_OUT_OF_BOUNDS"))
                .anySatisfy((place, what) -> assertThat(what).startsWith("FILTER_FAILED"))
                .anySatisfy((place, what) -> assertThat(what).startsWith("MISTYPED_FIELD"));
    }

    private static List<RawRecord> records(Random random) {
        String[] values = {"1e400", "\"\\ud83d\"", "{}", "true", "7", "\"buy\"", "null"};
        String[] names = {"user", "shop", "type", "price", "paid", "id", "kind", "note"};
        List<RawRecord> records = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            String spoiled = "\"" + names[random.nextInt(names.length)] + "\":" + values[random.nextInt(values.length)];
            records.add(record(i, GOOD + ",\"id\":" + i + "," + spoiled));
        }
        return records;
    }

    /** Everything that is stored of a view: bodies of items, reasons in quarantine. */
    private static Map<String, String> outcome(String yaml, String name, List<RawRecord> records) {
        View view = view(yaml, name);
        InMemoryItemStore items = new InMemoryItemStore();
        InMemoryQuarantine quarantine = new InMemoryQuarantine();
        FoldPorts ports = new FoldPorts(
                items,
                new InMemoryControlStore(),
                new InMemoryArchive(),
                quarantine,
                new InMemoryLineage(),
                millis -> CompletableFuture.completedFuture(null),
                () -> FoldWorld.NOW_MILLIS,
                new Random(1));
        BatchOutcome outcome = new BatchFold(compile(yaml), ports, new FoldSettings("g1", 4, 3, 1 << 20))
                .fold(new Batch(FoldWorld.LANE, records), FoldWorld.NOW_MILLIS + 1_000)
                .join();
        assertThat(outcome.firstFailed()).isNull();
        Map<String, String> stored = new TreeMap<>();
        for (Map.Entry<ItemKey, StoredItem> item : items.items.entrySet()) {
            if (item.getKey().viewVersion().equals(view.version())) {
                byte[] body = item.getValue().body();
                stored.put(item.getKey().toString(), new String(body, StandardCharsets.ISO_8859_1));
            }
        }
        quarantine.entries.forEach((place, entry) -> {
            if (entry.viewVersion().equals(view.version())) {
                stored.put(place, entry.reason().reason() + " " + entry.reason().getMessage());
            }
        });
        return stored;
    }

    /** Why a view refuses the event of these members; null if it does not. */
    private static @Nullable InvalidEvent refusal(String yaml, String name, String members) {
        Catalog catalog = compile(yaml);
        List<RawRecord> records = List.of(record(1, members));
        BatchRows rows = new BatchRows(catalog.sources().get(0));
        rows.read(records, FoldWorld.LANE.shardId());
        ViewWork work = new ViewWork(view(yaml, name), FoldWorld.LANE.id(), records.size());
        work.sort(rows, records, Position.ORIGIN);
        return work.bad().isEmpty() ? null : work.bad().get(0).reason();
    }

    private static View view(String yaml, String name) {
        return compile(yaml).view(name).orElseThrow();
    }

    private static Catalog compile(String yaml) {
        return new CatalogCompiler().compile(yaml);
    }

    private static RawRecord record(int n, String members) {
        return FoldWorld.record(n, 0, "{\"t\":" + (FoldWorld.NOW_MILLIS - 1_000 + n) + "," + members + "}");
    }
}

package dev.tidemark.oracle;

import static dev.tidemark.oracle.TestRecords.HOUR;
import static dev.tidemark.oracle.TestRecords.MINUTE;
import static dev.tidemark.oracle.TestRecords.TEN_O_CLOCK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a record: folded, passed by, quarantined, too late, dropped as a duplicate. */
class OracleRecordsTest {

    private static final String SUM = "function: sum, input: x, windows: [1h]";
    private static final String SHARD = "shardId-000000000000";

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource(delimiter = '|', textBlock = """
                    ping                            | NOT_JSON
                    '{"k":"a","t":1000,"x":1'       | NOT_JSON
                    '{"k":"a","t":1000,"x":1} {}'   | NOT_JSON
                    '[{"k":"a","t":1000,"x":1}]'    | NOT_JSON
                    ''                              | NOT_JSON
                    '{"k":"a","x":1}'               | NO_EVENT_TIME
                    '{"k":"a","t":"1000","x":1}'    | NO_EVENT_TIME
                    '{"k":"a","t":null,"x":1}'      | NO_EVENT_TIME
                    '{"k":"a","t":1000}'            | MISSING_FIELD
                    '{"k":"a","t":1000,"x":null}'   | MISSING_FIELD
                    '{"k":"a","t":1000,"x":"1"}'    | MISTYPED_FIELD
                    '{"k":"a","t":1000,"x":[1]}'    | MISTYPED_FIELD
                    '{"k":"a","t":1000,"x":1e400}'  | VALUE_OUT_OF_BOUNDS
                    '{"k":"a","t":1000,"x":1e-40}'  | VALUE_OUT_OF_BOUNDS
                    '{"k":1e400,"t":1000,"x":1}'    | VALUE_OUT_OF_BOUNDS
                    '{"k":"\\ud83d","t":1000,"x":1}' | VALUE_OUT_OF_BOUNDS
                    '{"k":"a","t":1e400,"x":1}'     | NO_EVENT_TIME
                    '{"k":"a","t":1000.9999999999999999999999999999999,"x":1}' | NO_EVENT_TIME
                    '{"t":1000,"x":1}'              | MISSING_FIELD
                    '{"k":"","t":1000,"x":1}'       | MISSING_FIELD
                    '{"k":true,"t":1000,"x":1}'     | MISTYPED_FIELD
                    '{"k":{"k":1},"t":1000,"x":1}'  | MISTYPED_FIELD
                    '{"k":"a","t":61001,"x":1}'     | FAR_FUTURE
                    """)
    void quarantined(String data, String reason) {
        List<StreamRecord> records =
                new TestRecords().arrive(SHARD, 1_000, data).list();
        ViewReport report = report(TestRecords.catalog(SUM), records);
        assertThat(report.quarantined()).containsExactly(new ViewReport.Quarantined(records.get(0), reason));
        assertThat(report.folded()).isZero();
    }

    /** What is behind the first 10,000 of a packed record is packed itself; a redrive puts one event in its place. */
    @Test
    void theRestOfAPackedRecordCountsOnceItIsRepaired() {
        byte[] packed = {(byte) 0xF3, (byte) 0x89, (byte) 0x9A, (byte) 0xC2, 0};
        byte[] repaired = TestRecords.event(1_000, "\"x\":1").getBytes(StandardCharsets.UTF_8);
        String catalog = TestRecords.catalog(SUM);
        StreamRecord rest = new StreamRecord("st", SHARD, "7", 10_000, 1_000, packed);
        assertThat(report(catalog, List.of(rest)).quarantined())
                .containsExactly(new ViewReport.Quarantined(rest, "TOO_MANY_SUBRECORDS"));
        StreamRecord mended = new StreamRecord("st", SHARD, "7", 10_000, 1_000, repaired);
        assertThat(report(catalog, List.of(mended)).folded()).isOne();
    }

    /** A view's own event time decides instead of the source's, and only about events that the view wants. */
    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource(delimiter = '|', textBlock = """
                    '"w":true,"p":{"at":7200000}'             | folded
                    '"w":true,"t":"x","p":{"at":7200000}'     | folded
                    '"w":true,"p":{"at":3599999}'             | too late
                    '"w":true,"p":{"at":7260001}'             | FAR_FUTURE
                    '"w":true,"t":7200000'                    | NO_EVENT_TIME
                    '"w":true,"t":7200000,"p":{"at":"x"}'     | NO_EVENT_TIME
                    '"w":false,"t":"x"'                       | passed by
                    """)
    void aViewsOwnEventTime(String members, String fate) {
        List<StreamRecord> records = new TestRecords()
                .arrive(SHARD, 7_200_000, "{\"k\":\"a\",\"x\":1," + members + "}")
                .list();
        String lines = "event_time: {field: p.at, format: epoch_millis}\nwhere: w\nretention: 1h\n";
        ViewReport report = report(TestRecords.catalog(SUM, lines), records);
        String found = report.folded() == 1
                ? "folded"
                : !report.tooLate().isEmpty()
                        ? "too late"
                        : report.quarantined().isEmpty()
                                ? "passed by"
                                : report.quarantined().get(0).reason();
        assertThat(found).isEqualTo(fate);
    }

    @Test
    void whatIsOutsideItsShardCountsIfAnyPackerPacks() {
        StreamRecord record = new TestRecords().at(1_000, "\"x\":1").list().get(0);
        List<StreamRecord> outside = List.of(new StreamRecord(
                record.stream(),
                record.shardId(),
                record.sequenceNumber(),
                1,
                record.arrivalMillis(),
                record.data(),
                true));
        String kpl = TestRecords.catalog(SUM);
        String any = kpl.replace("stream: st,", "stream: st, aggregated_by: any,");
        assertThat(any).isNotEqualTo(kpl);

        assertThat(report(kpl, outside).quarantined())
                .containsExactly(new ViewReport.Quarantined(outside.get(0), "OUTSIDE_SHARD"));
        assertThat(report(any, outside).quarantined()).isEmpty();
        assertThat(report(any, outside).folded()).isEqualTo(1);
    }

    @Test
    void tooManyBytes() {
        String data = TestRecords.event(1_000, "\"x\":1,\"y\":\"" + "z".repeat(2_000) + "\"");
        assertThat(report(
                                TestRecords.catalog(SUM),
                                new TestRecords().arrive(SHARD, 1_000, data).list())
                        .quarantined())
                .extracting(ViewReport.Quarantined::reason)
                .containsExactly("TOO_LARGE");
    }

    @Test
    void aValueOutOfBoundsMattersOnlyWhereTheFeatureTakesTheEvent() {
        List<StreamRecord> records = new TestRecords()
                .at(TEN_O_CLOCK, "\"b\":false,\"x\":1e35")
                .at(TEN_O_CLOCK, "\"b\":true,\"x\":99999999999999999999999999999999990")
                .at(TEN_O_CLOCK, "\"b\":true,\"x\":1e35")
                .at(TEN_O_CLOCK, "\"b\":true,\"x\":1,\"y\":1e35,\"id\":1e35")
                .list();
        ViewReport report = report(TestRecords.catalog("function: sum, input: x, where: b, windows: [1h]"), records);
        assertThat(report.folded()).isEqualTo(3);
        assertThat(report.quarantined())
                .containsExactly(new ViewReport.Quarantined(records.get(2), "VALUE_OUT_OF_BOUNDS"));
    }

    @Test
    void whatAnotherViewOfTheSourceReadsDoesNotMatter() {
        List<StreamRecord> records =
                new TestRecords().at(TEN_O_CLOCK, "\"x\":1e400,\"y\":2").list();
        String catalog = TestRecords.catalog(SUM)
                + "  w: {source: s, entity: k, features: {f: {function: sum, input: y, windows: [1h]}}}\n";
        Oracle oracle = new Oracle(catalog, records);
        assertThat(oracle.report("v").quarantined())
                .containsExactly(new ViewReport.Quarantined(records.get(0), "VALUE_OUT_OF_BOUNDS"));
        assertThat(oracle.report("w").folded()).isEqualTo(1);
    }

    @Test
    void textThatIsNoUnicodeIsOutOfBounds() {
        List<StreamRecord> records = new TestRecords()
                .at(TEN_O_CLOCK, "\"x\":\"\\ud83d\"")
                .at(TEN_O_CLOCK, "\"x\":\"\\ud83d\\ude00\"")
                .at(TEN_O_CLOCK, "\"x\":1,\"y\":\"\\ud83d\"")
                .list();
        ViewReport report = report(TestRecords.catalog("function: last, input: x, windows: [1h]"), records);
        assertThat(report.quarantined())
                .containsExactly(new ViewReport.Quarantined(records.get(0), "VALUE_OUT_OF_BOUNDS"));
    }

    @Test
    void aFilterFailsOnAValueOutOfBoundsUnlessTheRestDecides() {
        List<StreamRecord> records = new TestRecords()
                .at(TEN_O_CLOCK, "\"type\":\"view\",\"p\":1e400,\"x\":1")
                .at(TEN_O_CLOCK, "\"type\":\"cart\",\"p\":1e400,\"x\":1")
                .at(TEN_O_CLOCK, "\"type\":\"view\",\"p\":\"\\ud83d\",\"x\":1")
                .list();
        ViewReport report = report(TestRecords.catalog(SUM, "where: p != null && type == \"view\"\n"), records);
        assertThat(report.passedBy()).isEqualTo(1);
        assertThat(report.quarantined())
                .containsExactly(
                        new ViewReport.Quarantined(records.get(0), "FILTER_FAILED"),
                        new ViewReport.Quarantined(records.get(2), "FILTER_FAILED"));
    }

    @Test
    void aFilterThatCannotBeAnsweredIsBadAndOneThatSaysNoIsNot() {
        List<StreamRecord> records = new TestRecords()
                .at(TEN_O_CLOCK, "\"type\":\"view\",\"x\":1")
                .at(TEN_O_CLOCK, "\"type\":\"cart\",\"x\":1")
                .at(TEN_O_CLOCK, "\"type\":\"view\",\"x\":\"1\"")
                .at(TEN_O_CLOCK, "\"x\":1")
                .list();
        ViewReport report = report(TestRecords.catalog(SUM, "where: type == \"view\" && x > 0\n"), records);
        assertThat(report.folded()).isEqualTo(1);
        assertThat(report.passedBy()).isEqualTo(2);
        assertThat(report.quarantined()).containsExactly(new ViewReport.Quarantined(records.get(2), "FILTER_FAILED"));
    }

    @Test
    void aTypeRefusesTheOthers() {
        List<StreamRecord> records = new TestRecords()
                .at(TEN_O_CLOCK, "\"x\":1")
                .at(TEN_O_CLOCK, "\"x\":\"1\"")
                .at(TEN_O_CLOCK, "\"x\":true")
                .list();
        Map.of("number", 0, "text", 1, "boolean", 2).forEach((type, taken) -> {
            String feature = "function: last, input: x, type: " + type + ", windows: [1h]";
            assertThat(report(TestRecords.catalog(feature), records).quarantined())
                    .as(type)
                    .hasSize(2)
                    .allSatisfy(bad -> assertThat(bad.reason()).isEqualTo("MISTYPED_FIELD"))
                    .extracting(ViewReport.Quarantined::record)
                    .doesNotContain(records.get(taken));
        });
    }

    @Test
    void anInputMattersOnlyWhereTheFeatureTakesTheEvent() {
        String feature = "function: sum, input: x, where: b, windows: [1h]";
        List<StreamRecord> records = new TestRecords()
                .at(TEN_O_CLOCK, "\"b\":false,\"x\":\"many\"")
                .at(TEN_O_CLOCK, "\"b\":true,\"x\":2")
                .at(TEN_O_CLOCK, "\"b\":true,\"x\":\"many\"")
                .list();
        ViewReport report = report(TestRecords.catalog(feature), records);
        assertThat(report.folded()).isEqualTo(2);
        assertThat(report.quarantined()).containsExactly(new ViewReport.Quarantined(records.get(2), "MISTYPED_FIELD"));
    }

    @Test
    void latenessIsJudgedAgainstArrival() {
        List<StreamRecord> records = new TestRecords()
                .at(TEN_O_CLOCK - 24 * HOUR, TEN_O_CLOCK, "\"x\":1")
                .at(TEN_O_CLOCK - 24 * HOUR - 1, TEN_O_CLOCK, "\"x\":1")
                .at(TEN_O_CLOCK - 24 * HOUR - 1, TEN_O_CLOCK - 1, "\"x\":1")
                .list();
        ViewReport report = report(TestRecords.catalog(SUM), records);
        assertThat(report.tooLate()).containsExactly(records.get(1));
        assertThat(report.folded()).isEqualTo(2);
    }

    @Test
    void aTimeWithinTheSkewIsClampedToArrival() {
        // The second event claims to be later than the third, but arrived before it; the fourth is beyond the skew.
        List<StreamRecord> records = new TestRecords()
                .at(TEN_O_CLOCK, TEN_O_CLOCK, "\"x\":1")
                .at(TEN_O_CLOCK + 30_000, TEN_O_CLOCK + 1, "\"x\":2")
                .at(TEN_O_CLOCK + 2, TEN_O_CLOCK + 2, "\"x\":3")
                .at(TEN_O_CLOCK + 30_004, TEN_O_CLOCK + 3, "\"x\":4")
                .list();
        Oracle oracle = new Oracle(
                TestRecords.catalog("function: last_n, input: x, n: 9, windows: [1h]", "skew: 30s\n"), records);
        assertThat(oracle.value("v", "a", "f_1h", TEN_O_CLOCK)).hasToString("[3,2,1]");
        assertThat(oracle.report("v").quarantined())
                .containsExactly(new ViewReport.Quarantined(records.get(3), "FAR_FUTURE"));
    }

    @Test
    void isoTimesAreReadWithAnyOffsetAndCutToTheMillisecond() {
        String catalog = TestRecords.catalog("function: count, windows: [1h]").replace("epoch_millis", "iso8601");
        List<StreamRecord> records = new TestRecords()
                .arrive(SHARD, TEN_O_CLOCK + MINUTE, "{\"k\":\"a\",\"t\":\"2026-01-15T11:00:59.9999+01:00\"}")
                .list();
        Oracle oracle = new Oracle(catalog, records);
        assertThat(oracle.value("v", "a", "f_1h", TEN_O_CLOCK).intValue()).isEqualTo(1);
    }

    @Test
    void oneEntityHoweverItsKeyIsWritten() {
        Oracle oracle = new Oracle(
                TestRecords.catalog("function: count, windows: [1h]").replace("entity: k", "entity: [n, s.t]"),
                new TestRecords()
                        .at(TEN_O_CLOCK, "\"n\":42,\"s\":{\"t\":\"x|y\\\\z\"}")
                        .at(TEN_O_CLOCK, "\"n\":4.20e1,\"s\":{\"t\":\"x|y\\\\z\"}")
                        .at(TEN_O_CLOCK, "\"n\":\"42\",\"s\":{\"t\":\"x|y\\\\z\"}")
                        .list());
        assertThat(oracle.entities("v")).containsExactly("42|x\\|y\\\\z");
        assertThat(oracle.eventCount("v", "42|x\\|y\\\\z")).isEqualTo(3);
    }

    @Test
    void aDuplicateIsDroppedAndDoesNotStartTheHorizonAnew() {
        List<StreamRecord> records = new TestRecords()
                .at(TEN_O_CLOCK, "\"id\":\"e1\",\"x\":1")
                .at(TEN_O_CLOCK + 6 * MINUTE, "\"id\":\"e1\",\"x\":10")
                .at(TEN_O_CLOCK + 10 * MINUTE, "\"id\":\"e1\",\"x\":100")
                .at(TEN_O_CLOCK + 10 * MINUTE + 1, "\"id\":\"e1\",\"x\":1000")
                .at(TEN_O_CLOCK + 11 * MINUTE, "\"id\":\"e1\",\"x\":10000")
                .at(TEN_O_CLOCK + 11 * MINUTE, "\"id\":\"e2\",\"x\":100000")
                .list();
        Oracle oracle = new Oracle(dropDuplicates(1_000), records);
        assertThat(oracle.value("v", "a", "f_1h", TEN_O_CLOCK + 11 * MINUTE)).hasToString("101001");
        assertThat(oracle.report("v").duplicates()).containsExactly(records.get(1), records.get(2), records.get(4));
    }

    @Test
    void arrivalsMayGoBackALittle() {
        List<StreamRecord> records = new TestRecords()
                .at(TEN_O_CLOCK, TEN_O_CLOCK + MINUTE, "\"id\":\"e1\",\"x\":1")
                .at(TEN_O_CLOCK, TEN_O_CLOCK, "\"id\":\"e1\",\"x\":2")
                .list();
        assertThat(report(dropDuplicates(1_000), records).duplicates()).containsExactly(records.get(1));
    }

    @Test
    void shardsAndEntitiesDoNotKnowEachOthersIds() {
        List<StreamRecord> records = new TestRecords()
                .at(TEN_O_CLOCK, "\"id\":\"e1\",\"x\":1")
                .arrive("shardId-000000000001", TEN_O_CLOCK, TestRecords.event(TEN_O_CLOCK, "\"id\":\"e1\",\"x\":1"))
                .arrive(
                        SHARD,
                        TEN_O_CLOCK,
                        "{\"k\":\"b\",\"t\":1,\"id\":\"e1\",\"x\":1}".replace("1,", TEN_O_CLOCK + ","))
                .list();
        ViewReport report = report(dropDuplicates(1_000), records);
        assertThat(report.duplicates()).isEmpty();
        assertThat(report.folded()).isEqualTo(3);
    }

    @Test
    void aShardKnowsTheIdsOfThoseItCameFrom() {
        String event = TestRecords.event(TEN_O_CLOCK, "\"id\":\"e1\",\"x\":1");
        List<StreamRecord> records = new TestRecords()
                .arrive("shardId-000000000009", TEN_O_CLOCK, event)
                .arrive("shardId-000000000003", TEN_O_CLOCK + MINUTE, event)
                .arrive("shardId-000000000004", TEN_O_CLOCK + MINUTE, event)
                .arrive("shardId-000000000003", TEN_O_CLOCK + 11 * MINUTE, event)
                .list();
        List<ShardDescent> descents = List.of(
                new ShardDescent("st", "shardId-000000000003", "shardId-000000000005"),
                new ShardDescent("st", "shardId-000000000005", "shardId-000000000009"),
                new ShardDescent("other", "shardId-000000000004", "shardId-000000000009"));
        ViewReport report = new Oracle(dropDuplicates(1_000), records, descents).report("v");
        assertThat(report.duplicates()).containsExactly(records.get(1));
        assertThat(report.folded()).isEqualTo(3);
    }

    @Test
    void aCopyWithAnotherEventTimeIsADuplicateToo() {
        List<StreamRecord> records = new TestRecords()
                .at(TEN_O_CLOCK - HOUR, TEN_O_CLOCK, "\"id\":\"e1\",\"x\":1")
                .at(TEN_O_CLOCK, "\"id\":\"e1\",\"x\":1")
                .list();
        assertThat(report(dropDuplicates(1_000), records).duplicates()).containsExactly(records.get(1));
    }

    @Test
    void anEventWithoutAnIdIsNoDuplicate() {
        List<StreamRecord> records = new TestRecords()
                .at(TEN_O_CLOCK, "\"x\":1")
                .at(TEN_O_CLOCK, "\"x\":1")
                .list();
        assertThat(report(dropDuplicates(1_000), records).folded()).isEqualTo(2);
    }

    @Test
    void anIdThatIsNoneIsBadWhereDuplicatesAreDropped() {
        List<StreamRecord> records = new TestRecords()
                .at(TEN_O_CLOCK, "\"id\":1e400,\"x\":1")
                .at(TEN_O_CLOCK, "\"id\":\"\\ud83d\",\"x\":1")
                .at(TEN_O_CLOCK, "\"id\":{\"n\":1},\"x\":1")
                .at(TEN_O_CLOCK, "\"id\":true,\"x\":1")
                .at(TEN_O_CLOCK, "\"id\":\"" + "i".repeat(1_000) + "\",\"x\":1")
                .list();
        assertThat(report(dropDuplicates(1_000), records).quarantined())
                .extracting(ViewReport.Quarantined::reason)
                .containsExactly("VALUE_OUT_OF_BOUNDS", "VALUE_OUT_OF_BOUNDS", "MISTYPED_FIELD", "MISTYPED_FIELD");
        assertThat(report(TestRecords.catalog(SUM), records).quarantined()).isEmpty();
    }

    @Test
    void withoutDropDuplicatesBothCount() {
        List<StreamRecord> records = new TestRecords()
                .at(TEN_O_CLOCK, "\"id\":\"e1\",\"x\":1")
                .at(TEN_O_CLOCK, "\"id\":\"e1\",\"x\":1")
                .list();
        assertThat(report(TestRecords.catalog(SUM), records).folded()).isEqualTo(2);
    }

    @Test
    void moreIdsThanTheOracleCanJudgeAreRefused() {
        List<StreamRecord> farApart = new TestRecords()
                .at(TEN_O_CLOCK, "\"id\":\"e1\",\"x\":1")
                .at(TEN_O_CLOCK + 12 * MINUTE, "\"id\":\"e2\",\"x\":1")
                .list();
        assertThat(report(dropDuplicates(1), farApart).folded()).isEqualTo(2);
        List<StreamRecord> records = new TestRecords()
                .at(TEN_O_CLOCK, "\"id\":\"e1\",\"x\":1")
                .at(TEN_O_CLOCK, "\"id\":\"e2\",\"x\":1")
                .list();
        assertThatThrownBy(() -> new Oracle(dropDuplicates(1), records))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("max_ids");
    }

    @Test
    void recordsOfOtherStreamsAreNone() {
        StreamRecord other = new StreamRecord("other", SHARD, "7", 0, TEN_O_CLOCK, new byte[0]);
        assertThat(report(TestRecords.catalog(SUM), List.of(other)).quarantined())
                .isEmpty();
    }

    @Test
    void theSameRecordTwiceIsAMistakeOfTheCaller() {
        List<StreamRecord> records =
                new TestRecords().at(TEN_O_CLOCK, "\"x\":1").list();
        assertThatThrownBy(() -> new Oracle(TestRecords.catalog(SUM), List.of(records.get(0), records.get(0))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the same record twice");
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4})
    void theOrderInWhichRecordsAreGivenDoesNotMatter(long seed) {
        Random random = new Random(seed);
        TestRecords records = new TestRecords();
        for (int i = 0; i < 60; i++) {
            long time = TEN_O_CLOCK + random.nextInt((int) (20 * MINUTE));
            String members = "\"id\":\"e" + random.nextInt(15) + "\",\"x\":" + i;
            records.arrive("shardId-00000000000" + random.nextInt(3), time, TestRecords.event(time, members));
        }
        List<StreamRecord> shuffled = new ArrayList<>(records.list());
        Collections.shuffle(shuffled, random);
        assertThat(new Oracle(dropDuplicates(1_000), shuffled).answer("v", "a", TEN_O_CLOCK + HOUR / 3))
                .as("seed %d", seed)
                .isEqualTo(new Oracle(dropDuplicates(1_000), records.list()).answer("v", "a", TEN_O_CLOCK + HOUR / 3));
        assertThat(report(dropDuplicates(1_000), shuffled))
                .as("seed %d", seed)
                .isEqualTo(report(dropDuplicates(1_000), records.list()));
    }

    private static String dropDuplicates(int maxIds) {
        return TestRecords.catalog(SUM, "drop_duplicates: {horizon: 10m, max_ids: " + maxIds + "}\n");
    }

    private static ViewReport report(String catalog, List<StreamRecord> records) {
        return new Oracle(catalog, records).report("v");
    }
}

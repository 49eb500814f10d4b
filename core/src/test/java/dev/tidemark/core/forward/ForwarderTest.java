package dev.tidemark.core.forward;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.event.EventShape;
import dev.tidemark.core.event.FieldPath;
import dev.tidemark.core.event.InvalidEvent.Reason;
import dev.tidemark.core.event.JsonEventReader;
import dev.tidemark.core.forward.Forwarder.Fate;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ForwarderTest {

    private static final Lane LANE =
            new Lane("arn:aws:kinesis:us-east-1:000000000000:stream/shop-events", 1, "shardId-000000000003");
    private static final String ORIGIN = "\"origin\":\"" + LANE.id() + "/42:7\"";

    private static final String CATALOG = """
            tidemark: 1
            sources:
              shop: {stream: shop-events, event_time: ts, max_event_bytes: 3000000}
              scoring:
                stream: scoring
                event_time: ts
                forward: [{from: shop, where: type == "purchase", key: user.id}]
            views:
              buyer: {source: shop, entity: user_id, features: {n: {function: count, windows: [1h]}}}
            """;

    private final Forward forward = forward(CATALOG);
    private final Forwarder forwarder = new Forwarder(forward);

    private static Forward forward(String catalog) {
        Catalog compiled = new CatalogCompiler().compile(catalog);
        assertThat(compiled.forwards()).hasSize(1);
        return compiled.forwards().get(0);
    }

    private static RawRecord record(String text) {
        return new RawRecord(new Position("42", 7), 1, "p", text.getBytes(UTF_8));
    }

    private Fate fate(String text) {
        return forwarder.fate(LANE, record(text));
    }

    @Test
    void aWantedEventIsTheSameBytesWithItsOriginUnderTheKey() {
        String event = " {\"ts\" : \"2026-01-15T08:00:00Z\",\"type\":\"purchase\", \"user\":{\"id\":\"u|1\\\\\"}}  \n";

        Fate.Wanted wanted = (Fate.Wanted) fate(event);

        assertThat(wanted.partitionKey()).isEqualTo("u|1\\");
        assertThat(new String(wanted.data(), UTF_8))
                .isEqualTo(
                        event.stripTrailing().substring(0, event.stripTrailing().length() - 1) + "," + ORIGIN + "}");
        assertThat(((Fate.Wanted) new Forwarder(forward).fate(LANE, record(event))).data())
                .as("delivered again")
                .isEqualTo(wanted.data());
    }

    /** Whoever reads it finds what the producer wrote, and its own time. */
    @Test
    void whatIsReadOfItIsWhatWasWritten() {
        Fate.Wanted wanted =
                (Fate.Wanted) fate("{\"ts\":\"2026-01-15T08:00:00Z\",\"type\":\"purchase\",\"user\":{\"id\":7.0}}");
        EventShape shape = new EventShape(
                List.of(FieldPath.parse("ts"), FieldPath.parse("origin"), FieldPath.parse("type")),
                new EventShape.EventTime(0, EventShape.TimeFormat.ISO8601),
                1_000);
        EventRow row = new EventRow(3);

        new JsonEventReader(shape).read(wanted.data(), row);

        assertThat(wanted.partitionKey()).isEqualTo("7");
        assertThat(row.eventTimeMillis()).isEqualTo(1_768_464_000_000L);
        assertThat(row.string(1)).isEqualTo(LANE.id() + "/42:7");
        assertThat(row.string(2)).isEqualTo("purchase");
    }

    @Test
    void anEventThatSaysItsOriginKeepsIt() {
        String event = "{\"ts\":\"2026-01-15T08:00:00Z\",\"type\":\"purchase\",\"user\":{\"id\":1},\"origin\":%s}";

        String own = event.formatted("\"of another\"");
        assertThat(new String(((Fate.Wanted) fate(own)).data(), UTF_8)).isEqualTo(own);
        assertThat(new String(((Fate.Wanted) fate(event.formatted("null"))).data(), UTF_8))
                .endsWith("\"origin\":null," + ORIGIN + "}");
    }

    @Test
    void theOriginMayHaveAnotherName() {
        Forwarder other = new Forwarder(forward(CATALOG.replace("key: user.id", "key: user.id, origin: event_id")));
        String event = "{\"ts\":\"2026-01-15T08:00:00Z\",\"type\":\"purchase\",\"user\":{\"id\":1}}";

        assertThat(new String(((Fate.Wanted) other.fate(LANE, record(event))).data(), UTF_8))
                .endsWith(",\"event_id\":\"" + LANE.id() + "/42:7\"}");
    }

    @Test
    void anEventThatTheConditionDoesNotWantStays() {
        assertThat(fate("{\"ts\":\"2026-01-15T08:00:00Z\",\"type\":\"view\"}")).isEqualTo(new Fate.Unwanted());
    }

    @Test
    void withoutAConditionEveryEventIsWanted() {
        Forwarder all = new Forwarder(forward(CATALOG.replace("where: type == \"purchase\", ", "")));

        assertThat(all.fate(LANE, record("{\"ts\":\"2026-01-15T08:00:00Z\",\"user\":{\"id\":1}}")))
                .isInstanceOf(Fate.Wanted.class);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            [1, 2]                                                                            | NOT_JSON
            {"ts":"2026-01-15T08:00:00Z"                                                      | NOT_JSON
            {}                                                                                | NO_EVENT_TIME
            {"type":"purchase","user":{"id":1}}                                               | NO_EVENT_TIME
            {"ts":"2026-01-15T08:00:00Z","type":"purchase"}                                   | MISSING_FIELD
            {"ts":"2026-01-15T08:00:00Z","type":"purchase","user":{"id":""}}                  | MISSING_FIELD
            {"ts":"2026-01-15T08:00:00Z","type":"purchase","user":{"id":true}}                | MISTYPED_FIELD
            {"ts":"2026-01-15T08:00:00Z","type":"purchase","user":{"id":"\\ud800"}}           | VALUE_OUT_OF_BOUNDS
            """)
    void whatNobodyCouldReadThereIsRefused(String text, Reason reason) {
        assertThat(fate(text)).isEqualTo(new Fate.Refused(reason));
    }

    @Test
    void whatKinesisWouldNotTakeIsRefused() {
        String event = "{\"ts\":\"2026-01-15T08:00:00Z\",\"type\":\"purchase\",\"user\":{\"id\":\"%s\"},\"x\":\"%s\"}";
        int rest = event.formatted("u", "").length() + ORIGIN.length() + 1 + 1;
        String fits = "x".repeat(Forwarder.MAX_RECORD_BYTES - rest);

        assertThat(fate(event.formatted("u", fits))).isInstanceOf(Fate.Wanted.class);
        assertThat(fate(event.formatted("u", fits + "x"))).isEqualTo(new Fate.Refused(Reason.TOO_LARGE));
        assertThat(fate(event.formatted("€".repeat(256), ""))).isInstanceOf(Fate.Wanted.class);
        assertThat(fate(event.formatted("€".repeat(257), ""))).isEqualTo(new Fate.Refused(Reason.VALUE_OUT_OF_BOUNDS));
        assertThat(new Forwarder(forward(CATALOG.replace("3000000", "100")))
                        .fate(LANE, record(event.formatted("u", "x".repeat(100)))))
                .isEqualTo(new Fate.Refused(Reason.TOO_LARGE));
    }

    /** The Kinesis Producer Library sends it again to the right shard; other packers do not. */
    @Test
    void aRecordOutsideItsShardIsTakenWhereItCounts() {
        byte[] data = "{\"ts\":\"2026-01-15T08:00:00Z\",\"type\":\"purchase\",\"user\":{\"id\":1}}".getBytes(UTF_8);
        RawRecord outside = new RawRecord(new Position("42", 7), 1, "p", data, true);
        Forward any = forward(CATALOG.replace("3000000", "3000000, aggregated_by: any"));

        assertThat(forwarder.fate(LANE, outside)).isEqualTo(new Fate.Refused(Reason.OUTSIDE_SHARD));
        assertThat(new Forwarder(any).fate(LANE, outside)).isInstanceOf(Fate.Wanted.class);
    }

    @Test
    void aForwardReadsItsKeyAndItsOrigin() {
        FieldPath inner = FieldPath.parse("a.b");

        assertThatThrownBy(() -> new Forward("a", "b", forward.shape(), null, inner, forward.origin()))
                .hasMessageContaining("key a.b");
        assertThatThrownBy(() -> new Forward("a", "b", forward.shape(), null, forward.key(), forward.key()))
                .hasMessageContaining("inside an object");
        assertThat(Map.of(forward.from(), forward.to())).containsEntry("shop-events", "scoring");
    }
}

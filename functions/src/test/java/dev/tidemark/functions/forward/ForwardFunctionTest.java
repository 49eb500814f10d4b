package dev.tidemark.functions.forward;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.events.KinesisEvent;
import com.amazonaws.services.lambda.runtime.events.KinesisEvent.KinesisEventRecord;
import com.amazonaws.services.lambda.runtime.events.StreamsEventResponse;
import com.amazonaws.services.lambda.runtime.events.StreamsEventResponse.BatchItemFailure;
import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.aws.kinesis.StreamInfo;
import dev.tidemark.aws.lambda.Mapping;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.stream.KplEncoder;
import dev.tidemark.core.stream.KplRecords;
import dev.tidemark.functions.MetricLines;
import dev.tidemark.functions.ingest.MappingCheck;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;

class ForwardFunctionTest {

    private static final String SHOP = "arn:aws:kinesis:eu-west-1:1:stream/shop-events";
    private static final String SHARD = "shardId-000000000000";
    private static final long NOW_MILLIS = 1_000_000;

    private static final String CATALOG = """
            tidemark: 1
            sources:
              shop: {stream: shop-events, event_time: ts}
              scoring:
                stream: scoring
                event_time: ts
                forward:
                  - {from: shop, where: type == "purchase", key: prediction}
                  - {from: shop, where: type == "return", key: prediction}
              clicks: {stream: clicks, event_time: ts, forward: [{from: shop, where: type == "view", key: user}]}
            views:
              users: {source: shop, entity: user, features: {events: {function: count, windows: [1h]}}}
            """;

    /** Records on each stream, as key and data. */
    private final Map<String, List<String>> streams = new TreeMap<>();

    /** How many of the next records a stream takes; without an entry all. */
    private final Map<String, Integer> takes = new HashMap<>();

    private final List<Long> stops = new ArrayList<>();
    private List<Mapping> mappings = List.of();
    private boolean describes = true;
    private final MetricLines lines = new MetricLines();
    private final ForwardFunction function = new ForwardFunction(
            new CatalogCompiler().compile(CATALOG),
            (stream, shard) -> describes
                    ? CompletableFuture.completedFuture(new StreamInfo(stream, 7, Map.of()))
                    : CompletableFuture.failedFuture(new IllegalStateException("by script")),
            this::put,
            new JsonForwardLog(lines.out(), () -> NOW_MILLIS),
            new MappingCheck(
                    (function, source) -> CompletableFuture.completedFuture(mappings), lines.out(), () -> NOW_MILLIS),
            () -> Instant.ofEpochMilli(NOW_MILLIS));

    private CompletableFuture<Integer> put(String stream, List<PutRecordsRequestEntry> entries, long stopAtMillis) {
        int count = Math.min(entries.size(), takes.getOrDefault(stream, entries.size()));
        entries.subList(0, count)
                .forEach(entry -> streams.computeIfAbsent(stream, name -> new ArrayList<>())
                        .add(entry.partitionKey() + " " + entry.data().asUtf8String()));
        stops.add(stopAtMillis);
        return CompletableFuture.completedFuture(count);
    }

    private List<String> on(String stream) {
        return streams.getOrDefault(stream, List.of());
    }

    private static String event(String type, int n) {
        return "{\"ts\":\"2026-01-15T08:00:00Z\",\"type\":\"" + type + "\",\"user\":\"u" + n + "\",\"prediction\":" + n
                + "}";
    }

    @SuppressWarnings("JavaUtilDate") // The type that the library gives the arrival time.
    private static KinesisEvent delivery(int from, byte[]... records) {
        List<KinesisEventRecord> all = new ArrayList<>();
        for (byte[] data : records) {
            KinesisEvent.Record record = new KinesisEvent.Record();
            record.setSequenceNumber(Integer.toString(from + all.size()));
            record.setPartitionKey("p");
            record.setData(ByteBuffer.wrap(data));
            record.setApproximateArrivalTimestamp(new Date(5));
            KinesisEventRecord one = new KinesisEventRecord();
            one.setEventSourceARN(SHOP);
            one.setEventID(SHARD + ":" + record.getSequenceNumber());
            one.setKinesis(record);
            all.add(one);
        }
        KinesisEvent event = new KinesisEvent();
        event.setRecords(all);
        return event;
    }

    private static KinesisEvent delivery(String... events) {
        byte[][] records = new byte[events.length][];
        for (int i = 0; i < events.length; i++) {
            records[i] = events[i].getBytes(UTF_8);
        }
        return delivery(100, records);
    }

    private List<String> handle(KinesisEvent event) {
        StreamsEventResponse response = function.handleRequest(event, context());
        return response.getBatchItemFailures().stream()
                .map(BatchItemFailure::getItemIdentifier)
                .toList();
    }

    private static Context context() {
        return (Context) Proxy.newProxyInstance(
                ForwardFunctionTest.class.getClassLoader(),
                new Class<?>[] {Context.class},
                (proxy, method, arguments) ->
                        method.getName().equals("getInvokedFunctionArn") ? "arn:aws:lambda:forward" : 10_000);
    }

    @Test
    void everyWantedEventGoesToTheStreamThatWantsItAndEveryOtherStays() throws IOException {
        List<String> failed = handle(delivery(
                event("purchase", 1), event("view", 2), event("cart", 3), "no event", event("return", 4), "[1]"));

        assertThat(failed).isEmpty();
        assertThat(streams.keySet()).containsExactly("clicks", "scoring");
        assertThat(on("scoring")).hasSize(2);
        assertThat(on("scoring").get(0))
                .startsWith("1 {\"ts\":\"2026-01-15T08:00:00Z\",\"type\":\"purchase\"")
                .endsWith("/100:0\"}");
        assertThat(on("scoring").get(1)).startsWith("4 ").endsWith("/104:0\"}");
        assertThat(on("clicks")).hasSize(1).first().asString().startsWith("u2 ");
        assertThat(stops).containsOnly(NOW_MILLIS + 6_000);
        JsonNode line = lines.lines().get(0);
        assertThat(line.get("level").asText()).isEqualTo("INFO");
        assertThat(line.get("forwarded").intValue()).isEqualTo(3);
        assertThat(line.get("forwardFailures").intValue()).isZero();
        // Two records that no forward of the three can read.
        assertThat(line.get("forwardRefused").intValue()).isEqualTo(6);
        assertThat(lines.lines().get(1).get("reason").asText()).isEqualTo("NOT_JSON");
        List<String> page = Files.readAllLines(Path.of("../docs/metrics.md"));
        assertThat(lines.metrics()).isEqualTo(MetricLines.documented(page, "Of a batch that is forwarded"));
        assertThat(lines.lines().toString()).doesNotContain("purchase").doesNotContain("u2");
    }

    /** What comes again becomes the same bytes, so that whoever reads them can tell. */
    @Test
    void theMappingDeliversFromTheFirstRecordThatIsNotThereAndCopiesAreTheSame() {
        takes.put("scoring", 1);
        KinesisEvent all = delivery(
                event("view", 1), event("purchase", 2), event("view", 3), event("return", 4), event("view", 5));

        assertThat(handle(all)).containsExactly("103");
        assertThat(lines.lines().get(0).get("level").asText()).isEqualTo("WARN");
        assertThat(lines.lines().get(0).get("firstFailed").asText()).isEqualTo("103");
        assertThat(lines.lines().get(0).get("forwardFailures").intValue()).isOne();
        takes.clear();
        assertThat(handle(all)).isEmpty();

        assertThat(on("scoring")).hasSize(3);
        assertThat(new TreeSet<>(on("scoring"))).hasSize(2);
        assertThat(on("clicks")).hasSize(6);
        assertThat(new TreeSet<>(on("clicks"))).hasSize(3);
    }

    @Test
    void ofTwoStreamsTheOneThatIsFurtherBackCounts() {
        takes.put("clicks", 0);
        takes.put("scoring", 1);

        assertThat(handle(delivery(event("purchase", 1), event("purchase", 2), event("view", 3))))
                .containsExactly("101");
        takes.put("scoring", 2);
        assertThat(handle(delivery(event("purchase", 1), event("purchase", 2), event("view", 3))))
                .containsExactly("102");
    }

    @Test
    void aBatchOfBadRecordsIsDone() {
        assertThat(handle(delivery("", "\u0000", "{", event("purchase", 1).replace(":1", ":null"))))
                .isEmpty();
        assertThat(streams).isEmpty();
    }

    /** A mapping knows sequence numbers of packed records only. */
    @Test
    void packedRecordsAreForwardedEachForItself() {
        byte[] packed = KplEncoder.encode(List.of(
                new KplRecords.UserRecord("a", null, event("purchase", 1).getBytes(UTF_8)),
                new KplRecords.UserRecord("b", null, event("purchase", 2).getBytes(UTF_8))));
        takes.put("scoring", 1);

        assertThat(handle(delivery(200, packed))).containsExactly("200");
        takes.clear();
        assertThat(handle(delivery(200, packed))).isEmpty();

        assertThat(on("scoring")).hasSize(3);
        assertThat(on("scoring").get(1)).endsWith("/200:0\"}");
        assertThat(on("scoring").get(2)).endsWith("/200:1\"}");
    }

    @Test
    void aStreamThatCannotBeDescribedIsDeliveredAgain() {
        describes = false;

        assertThat(handle(delivery(event("purchase", 1)))).containsExactly("100");
        assertThat(streams).isEmpty();
        assertThat(handle(new KinesisEvent())).isEmpty();
    }

    /** As the fold: under a mapping that loses records, events would be missing on the other stream. */
    @Test
    void nothingIsForwardedUnderAMappingThatLosesRecords() {
        mappings = List.of(new Mapping("id", 2, true, false, -1, -1, false));

        assertThatThrownBy(() -> handle(delivery(event("purchase", 1)))).hasMessageContaining("parallelization factor");
        assertThat(streams).isEmpty();
    }
}

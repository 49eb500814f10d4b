package dev.tidemark.functions.forward;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.events.KinesisEvent;
import com.amazonaws.services.lambda.runtime.events.KinesisEvent.KinesisEventRecord;
import com.amazonaws.services.lambda.runtime.events.StreamsEventResponse.BatchItemFailure;
import dev.tidemark.aws.Backoff;
import dev.tidemark.aws.kinesis.KinesisPuts;
import dev.tidemark.aws.kinesis.StreamInfo;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.stream.KplEncoder;
import dev.tidemark.core.stream.KplRecords;
import dev.tidemark.functions.ingest.MappingCheck;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResultEntry;

/**
 * Puts that are refused in part, lost on the way there or back, functions that die, and batches that are delivered again
 * from anywhere: in the end every wanted event is on the other stream, none else is, and the copies are the same.
 * {@code -Dtidemark.seed=N} replays one seed.
 */
class ForwardStormTest {

    private static final int RECORDS = 120;
    private static final Pattern ORIGIN = Pattern.compile("\"origin\":\"[^\"]*\\.(\\d+)/(\\d+:\\d+)\"}$");

    private static final String CATALOG = """
            tidemark: 1
            sources:
              shop: {stream: shop-events, event_time: ts}
              scoring: {stream: scoring, event_time: ts, forward: [{from: shop, where: type == "purchase", key: n}]}
            views:
              users: {source: shop, entity: user, features: {events: {function: count, windows: [1h]}}}
            """;

    /** A record of a shard: what was put, and the positions of what is wanted of it. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    private record Stored(byte[] data, List<String> wanted) {}

    /** Each failure is a line. Held, because loggers are held weakly. */
    private static final Logger ALL = Logger.getLogger("dev.tidemark");

    @BeforeAll
    static void beQuiet() {
        ALL.setLevel(Level.OFF);
    }

    @AfterAll
    static void bePlain() {
        ALL.setLevel(null);
    }

    static List<Long> seeds() {
        Long one = Long.getLong("tidemark.seed");
        return one != null
                ? List.of(one)
                : new SplittableRandom(7).longs(60).boxed().toList();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void whatIsWantedIsThereAndNothingElse(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Map<String, List<String>> there = new TreeMap<>();
        ForwardFunction function = function(random, there);
        List<List<Stored>> shards = List.of(shard(random), shard(random));
        int[] done = new int[shards.size()];
        int deliveries = 0;
        while (done[0] < RECORDS || done[1] < RECORDS) {
            int shard = done[0] < RECORDS && (done[1] == RECORDS || random.nextBoolean()) ? 0 : 1;
            int from = Math.max(0, done[shard] - (random.nextInt(4) == 0 ? random.nextInt(20) : 0));
            int end = Math.min(RECORDS, done[shard] + 1 + random.nextInt(30));
            List<BatchItemFailure> failures = function.handleRequest(
                            delivery(shard, shards.get(shard), from, end), context())
                    .getBatchItemFailures();
            boolean dies = random.nextInt(10) == 0;
            int reached =
                    failures.isEmpty() ? end : Integer.parseInt(failures.get(0).getItemIdentifier()) - 1;
            // A sandbox that dies has put what it has put, and the mapping does not hear of it.
            done[shard] = dies ? done[shard] : Math.max(done[shard], reached);
            deliveries++;
            assertThat(deliveries).as("seed " + seed).isLessThan(20 * RECORDS);
        }

        Map<String, String> wanted = new TreeMap<>();
        for (int shard = 0; shard < shards.size(); shard++) {
            for (Stored stored : shards.get(shard)) {
                for (String position : stored.wanted()) {
                    wanted.put(shard + "/" + position, "");
                }
            }
        }
        assertThat(there.keySet()).as("seed " + seed).isEqualTo(wanted.keySet());
        there.forEach((origin, copies) -> assertThat(new TreeSet<>(copies))
                .as("seed " + seed + " " + origin)
                .hasSize(1));
    }

    private static List<Stored> shard(SplittableRandom random) {
        List<Stored> records = new ArrayList<>();
        for (int i = 0; i < RECORDS; i++) {
            String sequence = Integer.toString(i + 1);
            records.add(
                    switch (random.nextInt(8)) {
                        case 0 -> new Stored("no event".getBytes(UTF_8), List.of());
                        case 1 ->
                            new Stored(
                                    event("purchase", i)
                                            .replace("\"n\"", "\"m\"")
                                            .getBytes(UTF_8),
                                    List.of());
                        case 2 ->
                            new Stored(
                                    KplEncoder.encode(List.of(
                                            new KplRecords.UserRecord(
                                                    "a",
                                                    null,
                                                    event("purchase", i).getBytes(UTF_8)),
                                            new KplRecords.UserRecord(
                                                    "b", null, event("view", i).getBytes(UTF_8)),
                                            new KplRecords.UserRecord(
                                                    "c",
                                                    null,
                                                    event("purchase", i).getBytes(UTF_8)))),
                                    List.of(sequence + ":0", sequence + ":2"));
                        case 3, 4, 5 -> new Stored(event("purchase", i).getBytes(UTF_8), List.of(sequence + ":0"));
                        default -> new Stored(event("view", i).getBytes(UTF_8), List.of());
                    });
        }
        return records;
    }

    private static String event(String type, int n) {
        return "{\"ts\":\"2026-01-15T08:00:00Z\",\"type\":\"" + type + "\",\"n\":" + n + "}";
    }

    @SuppressWarnings("JavaUtilDate") // The type that the library gives the arrival time.
    private static KinesisEvent delivery(int shard, List<Stored> records, int from, int end) {
        List<KinesisEventRecord> all = new ArrayList<>();
        for (int i = from; i < end; i++) {
            KinesisEvent.Record record = new KinesisEvent.Record();
            record.setSequenceNumber(Integer.toString(i + 1));
            record.setPartitionKey("p");
            record.setData(ByteBuffer.wrap(records.get(i).data()));
            record.setApproximateArrivalTimestamp(new Date(5));
            KinesisEventRecord one = new KinesisEventRecord();
            one.setEventSourceARN("arn:aws:kinesis:eu-west-1:1:stream/shop-events");
            one.setEventID("shardId-00000000000" + shard + ":" + record.getSequenceNumber());
            one.setKinesis(record);
            all.add(one);
        }
        KinesisEvent event = new KinesisEvent();
        event.setRecords(all);
        return event;
    }

    private static ForwardFunction function(SplittableRandom random, Map<String, List<String>> there) {
        long[] nowMillis = {0};
        Backoff backoff = new Backoff(
                millis -> {
                    nowMillis[0] += millis;
                    return CompletableFuture.completedFuture(null);
                },
                random::nextDouble);
        KinesisPuts puts = new KinesisPuts(kinesis(random, there), backoff, () -> Instant.ofEpochMilli(nowMillis[0]));
        return new ForwardFunction(
                new CatalogCompiler().compile(CATALOG),
                (stream, shard) -> random.nextInt(20) == 0
                        ? CompletableFuture.failedFuture(new IllegalStateException("by chance"))
                        : CompletableFuture.completedFuture(new StreamInfo(stream, 7, Map.of())),
                puts::put,
                (batch, outcome) -> {},
                MappingCheck.none(),
                () -> Instant.ofEpochMilli(nowMillis[0]));
    }

    /** A stream that takes some records of some calls, and whose answers get lost. */
    private static KinesisAsyncClient kinesis(SplittableRandom random, Map<String, List<String>> there) {
        return (KinesisAsyncClient) Proxy.newProxyInstance(
                ForwardStormTest.class.getClassLoader(),
                new Class<?>[] {KinesisAsyncClient.class},
                (proxy, method, arguments) -> {
                    PutRecordsRequest.Builder request = PutRecordsRequest.builder();
                    @SuppressWarnings("unchecked")
                    Consumer<PutRecordsRequest.Builder> given = (Consumer<PutRecordsRequest.Builder>) arguments[0];
                    given.accept(request);
                    return answer(request.build(), random, there);
                });
    }

    private static CompletableFuture<PutRecordsResponse> answer(
            PutRecordsRequest request, SplittableRandom random, Map<String, List<String>> there) {
        int mood = random.nextInt(6);
        if (mood == 0) {
            return CompletableFuture.failedFuture(new IllegalStateException("lost on the way there"));
        }
        List<PutRecordsResultEntry> results = new ArrayList<>();
        for (PutRecordsRequestEntry entry : request.records()) {
            boolean refused = mood == 2 || (mood == 1 && random.nextInt(3) == 0);
            if (!refused) {
                String text = entry.data().asUtf8String();
                Matcher origin = ORIGIN.matcher(text);
                assertThat(origin.find()).as(text).isTrue();
                there.computeIfAbsent(
                                Integer.parseInt(origin.group(1)) + "/" + origin.group(2), key -> new ArrayList<>())
                        .add(entry.partitionKey() + " " + text);
            }
            results.add(PutRecordsResultEntry.builder()
                    .errorCode(refused ? "ProvisionedThroughputExceededException" : null)
                    .build());
        }
        return mood == 3
                ? CompletableFuture.failedFuture(new IllegalStateException("lost on the way back"))
                : CompletableFuture.completedFuture(
                        PutRecordsResponse.builder().records(results).build());
    }

    private static Context context() {
        return (Context) Proxy.newProxyInstance(
                ForwardStormTest.class.getClassLoader(),
                new Class<?>[] {Context.class},
                (proxy, method, arguments) ->
                        method.getName().equals("getInvokedFunctionArn") ? "arn:aws:lambda:forward" : 2_000);
    }
}

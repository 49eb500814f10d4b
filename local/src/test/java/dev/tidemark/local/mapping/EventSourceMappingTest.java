package dev.tidemark.local.mapping;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.events.KinesisEvent.KinesisEventRecord;
import com.amazonaws.services.lambda.runtime.events.StreamsEventResponse;
import dev.tidemark.kinesis.IteratorStart;
import dev.tidemark.kinesis.NewRecord;
import dev.tidemark.kinesis.ShardInfo;
import dev.tidemark.kinesis.Streams;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventSourceMappingTest {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final MappingSettings SETTINGS =
            MappingSettings.ofBatchSize(7).withBackoff(new Backoff(1, 5));

    private final InstantSource clock = InstantSource.system();

    @TempDir
    private Path directory;

    private Streams streams;

    @BeforeEach
    void openStreams() throws IOException {
        streams = new Streams(clock, null);
    }

    @AfterEach
    void closeStreams() throws IOException {
        streams.close();
    }

    private EventSourceMapping start(
            MappingSettings settings, Supplier<BatchFunction> functions, @Nullable Path checkpoints)
            throws IOException {
        return EventSourceMapping.start(
                streams, "s", settings, functions, checkpoints, clock, new SplittableRandom(1), MappingListener.NONE);
    }

    private void put(int from, int to) {
        for (int i = from; i < to; i++) {
            streams.put(
                    "s", new NewRecord("key" + i % 10, null, Integer.toString(i).getBytes(UTF_8)));
        }
    }

    private static String text(KinesisEventRecord record) {
        return UTF_8.decode(record.getKinesis().getData()).toString();
    }

    @Test
    void eventsLookLikeLambdas() throws Exception {
        streams.create("s", 1);
        put(0, 1);
        List<KinesisEventRecord> seen = Collections.synchronizedList(new ArrayList<>());
        Supplier<BatchFunction> functions = () -> event -> {
            seen.addAll(event.getRecords());
            return null;
        };
        try (EventSourceMapping mapping = start(SETTINGS, functions, null)) {
            assertThat(mapping.awaitCaughtUp(LONG)).isTrue();
        }
        KinesisEventRecord record = seen.get(0);
        assertThat(record.getEventID())
                .isEqualTo("shardId-000000000000:" + record.getKinesis().getSequenceNumber());
        assertThat(record.getEventSourceARN()).isEqualTo("arn:aws:kinesis:us-east-1:000000000000:stream/s");
        assertThat(record.getEventSource()).isEqualTo("aws:kinesis");
        assertThat(record.getEventName()).isEqualTo("aws:kinesis:record");
        assertThat(record.getKinesis().getPartitionKey()).isEqualTo("key0");
        assertThat(record.getKinesis().getApproximateArrivalTimestamp()).isNotNull();
        assertThat(record.getKinesis().getData().hasArray()).isTrue();
        assertThat(text(record)).isEqualTo("0");
    }

    /** Fails now and then, keeps the order per partition key of what first succeeded, and sees one call at a time. */
    private static final class Recorder {
        private final Map<String, List<Integer>> byKey = new ConcurrentHashMap<>();
        private final Map<String, Integer> finishedShards = new ConcurrentHashMap<>();
        private final AtomicInteger calls = new AtomicInteger();
        private final List<String> problems = Collections.synchronizedList(new ArrayList<>());

        BatchFunction function() {
            AtomicInteger inside = new AtomicInteger();
            return event -> {
                if (inside.incrementAndGet() != 1) {
                    problems.add("two calls at once in one sandbox");
                }
                try {
                    if (calls.incrementAndGet() % 5 == 0) {
                        throw new IllegalStateException("now and then");
                    }
                    event.getRecords().forEach(this::record);
                    return new StreamsEventResponse(List.of());
                } finally {
                    inside.decrementAndGet();
                }
            };
        }

        private void record(KinesisEventRecord record) {
            List<Integer> numbers =
                    byKey.computeIfAbsent(record.getKinesis().getPartitionKey(), key -> new ArrayList<>());
            int number = Integer.parseInt(text(record));
            synchronized (numbers) {
                if (!numbers.contains(number)) {
                    numbers.add(number);
                }
            }
            finishedShards.merge(record.getEventID().substring(0, 20), 1, Integer::sum);
        }

        List<Integer> all() {
            return byKey.values().stream().flatMap(List::stream).sorted().toList();
        }
    }

    @Test
    void everyRecordArrivesInItsKeysOrderAcrossSplitsAndMerges() throws Exception {
        streams.create("s", 2);
        Recorder recorder = new Recorder();
        try (EventSourceMapping mapping = start(SETTINGS, recorder::function, null)) {
            put(0, 300);
            ShardInfo first = streams.describe("s").shards().get(0);
            streams.split("s", first.id(), first.range().end().shiftRight(1).toString());
            put(300, 600);
            streams.merge("s", "shardId-000000000002", "shardId-000000000003");
            put(600, 900);
            assertThat(mapping.awaitCaughtUp(LONG)).isTrue();
        }
        assertThat(recorder.problems).isEmpty();
        assertThat(recorder.all()).hasSize(900);
        // Parents before children: so the order of a key holds across resharding.
        recorder.byKey.forEach((key, numbers) -> assertThat(numbers).as(key).isSorted());
        assertThat(recorder.finishedShards).hasSize(5);
    }

    @Test
    void aChildWaitsForItsParentUnlessToldOtherwise() throws Exception {
        streams.create("s", 1);
        put(0, 3);
        streams.split("s", "shardId-000000000000", "1000");
        put(3, 30);
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch childSeen = new CountDownLatch(1);
        List<String> order = Collections.synchronizedList(new ArrayList<>());
        Supplier<BatchFunction> functions = () -> event -> {
            String shard = event.getRecords().get(0).getEventID().substring(0, 20);
            if (shard.endsWith("0")) {
                release.await(60, TimeUnit.SECONDS);
            } else {
                childSeen.countDown();
            }
            order.add(shard);
            return null;
        };
        try (EventSourceMapping mapping = start(SETTINGS.withParentsFirst(false), functions, null)) {
            assertThat(childSeen.await(60, TimeUnit.SECONDS)).isTrue();
            release.countDown();
            assertThat(mapping.awaitCaughtUp(LONG)).isTrue();
        }
        order.clear();
        try (EventSourceMapping mapping = start(SETTINGS, functions, null)) {
            assertThat(mapping.awaitCaughtUp(LONG)).isTrue();
        }
        assertThat(order.get(0)).isEqualTo("shardId-000000000000");
        assertThat(order.subList(1, order.size())).doesNotContain("shardId-000000000000");
    }

    @Test
    void aRestartGoesOnAfterTheCheckpoint() throws Exception {
        streams.create("s", 2);
        Path checkpoints = directory.resolve("mapping.json");
        put(0, 50);
        Recorder first = new Recorder();
        try (EventSourceMapping mapping = start(SETTINGS, first::function, checkpoints)) {
            assertThat(mapping.awaitCaughtUp(LONG)).isTrue();
        }
        put(50, 80);
        Recorder second = new Recorder();
        try (EventSourceMapping mapping = start(SETTINGS, second::function, checkpoints)) {
            assertThat(mapping.pendingRecords()).isLessThanOrEqualTo(30);
            assertThat(mapping.awaitCaughtUp(LONG)).isTrue();
        }
        assertThat(first.all()).hasSize(50);
        assertThat(second.all()).hasSize(30).allMatch(number -> number >= 50);
    }

    @Test
    void whatWasInFlightWhenTheMappingDiedIsDeliveredAgain() throws Exception {
        streams.create("s", 1);
        put(0, 5);
        Path checkpoints = directory.resolve("mapping.json");
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        Supplier<BatchFunction> hanging = () -> event -> {
            inside.countDown();
            never.await();
            return null;
        };
        EventSourceMapping dying = start(SETTINGS, hanging, checkpoints);
        assertThat(inside.await(60, TimeUnit.SECONDS)).isTrue();
        // The first mapping hangs as if it had been killed: no checkpoint is stored before the function returns.
        Recorder recorder = new Recorder();
        try (EventSourceMapping next = start(SETTINGS, recorder::function, checkpoints)) {
            assertThat(next.awaitCaughtUp(LONG)).isTrue();
        }
        assertThat(recorder.all()).hasSize(5);
        never.countDown();
        dying.close();
    }

    @Test
    void aMappingFromLatestKeepsItsStartWhenItIsRestarted() throws Exception {
        streams.create("s", 1);
        put(0, 10);
        Path checkpoints = directory.resolve("mapping.json");
        MappingSettings latest = SETTINGS.withStart(new IteratorStart.Latest());
        start(latest, () -> event -> null, checkpoints).close();
        put(10, 15);
        Recorder recorder = new Recorder();
        try (EventSourceMapping mapping = start(latest, recorder::function, checkpoints)) {
            assertThat(mapping.awaitCaughtUp(LONG)).isTrue();
        }
        assertThat(recorder.all()).containsExactly(10, 11, 12, 13, 14);
    }

    @Test
    void checkpointsOfADeletedStreamAreNotTakenForItsSuccessors() throws Exception {
        streams.create("s", 1);
        put(0, 10);
        Path checkpoints = directory.resolve("mapping.json");
        try (EventSourceMapping mapping = start(SETTINGS, () -> event -> null, checkpoints)) {
            assertThat(mapping.awaitCaughtUp(LONG)).isTrue();
            streams.delete("s");
        }
        long before = clock.millis();
        while (clock.millis() == before) {
            Thread.onSpinWait();
        }
        streams.create("s", 1);
        put(0, 4);
        Recorder recorder = new Recorder();
        try (EventSourceMapping mapping = start(SETTINGS, recorder::function, checkpoints)) {
            assertThat(mapping.awaitCaughtUp(LONG)).isTrue();
        }
        assertThat(recorder.all()).hasSize(4);
    }

    @Test
    void redeliveryIsAtLeastOnce() throws Exception {
        streams.create("s", 2);
        put(0, 200);
        AtomicInteger delivered = new AtomicInteger();
        Recorder recorder = new Recorder();
        Supplier<BatchFunction> counting = () -> {
            BatchFunction inner = recorder.function();
            return event -> {
                delivered.addAndGet(event.getRecords().size());
                return inner.handle(event);
            };
        };
        MappingSettings settings = SETTINGS.withRedelivery(new Redelivery(0.5, 20));
        try (EventSourceMapping mapping = start(settings, counting, null)) {
            assertThat(mapping.awaitCaughtUp(LONG)).isTrue();
        }
        assertThat(recorder.all()).hasSize(200);
        assertThat(delivered.get()).isGreaterThan(250);
    }
}

package dev.tidemark.local.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.amazonaws.services.lambda.runtime.events.StreamsEventResponse;
import com.amazonaws.services.lambda.runtime.events.StreamsEventResponse.BatchItemFailure;
import dev.tidemark.kinesis.IteratorStart;
import dev.tidemark.kinesis.StreamRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableSet;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ShardPollerTest {

    private static final MappingSettings SETTINGS =
            MappingSettings.ofBatchSize(4).withBackoff(new Backoff(100, 400));

    private final FakeLog log = new FakeLog();

    /** Records numbered from 1, whose sequence numbers are the numbers. */
    private static final class FakeLog implements ShardLog {
        private final List<StreamRecord> records = new ArrayList<>();
        private boolean closed;

        void add(int count, int bytes) {
            for (int i = 0; i < count; i++) {
                records.add(new StreamRecord(
                        Integer.toString(records.size() + 1), 1000L * records.size(), "k", new byte[bytes]));
            }
        }

        @Override
        public List<StreamRecord> after(@Nullable String sequenceNumber, int max) {
            int from = sequenceNumber == null ? 0 : Integer.parseInt(sequenceNumber);
            return List.copyOf(records.subList(from, Math.min(records.size(), from + max)));
        }

        @Override
        public boolean isClosed() {
            return closed;
        }
    }

    private ShardPoller poller(MappingSettings settings) {
        return new ShardPoller(log, settings, null, new SplittableRandom(1));
    }

    private static List<Integer> delivered(Step step) {
        assertThat(step).isInstanceOf(Step.Deliver.class);
        return ((Step.Deliver) step)
                .records().stream()
                        .map(record -> Integer.valueOf(record.sequenceNumber()))
                        .toList();
    }

    private static StreamsEventResponse failed(@Nullable String... sequenceNumbers) {
        return new StreamsEventResponse(
                Arrays.stream(sequenceNumbers).map(BatchItemFailure::new).toList());
    }

    @Test
    void deliversInOrderAndMovesTheCheckpointOnSuccess() {
        log.add(6, 1);
        ShardPoller poller = poller(SETTINGS);
        assertThat(delivered(poller.next(0))).containsExactly(1, 2, 3, 4);
        assertThat(poller.checkpoint()).isNull();
        poller.answered(failed(), 0);
        assertThat(poller.checkpoint()).isEqualTo("4");
        assertThat(delivered(poller.next(0))).containsExactly(5, 6);
        poller.answered(null, 0);
        assertThat(poller.next(0)).isEqualTo(new Step.AwaitRecords(Long.MAX_VALUE));
        log.closed = true;
        assertThat(poller.next(0)).isEqualTo(new Step.Finished());
    }

    @Test
    void aNullListOfFailuresIsSuccess() {
        log.add(1, 1);
        ShardPoller poller = poller(SETTINGS);
        poller.next(0);
        poller.answered(new StreamsEventResponse(), 0);
        assertThat(poller.checkpoint()).isEqualTo("1");
    }

    @Test
    void oneBatchIsInFlight() {
        log.add(9, 1);
        ShardPoller poller = poller(SETTINGS);
        assertThatThrownBy(() -> poller.failed(0)).isInstanceOf(IllegalStateException.class);
        poller.next(0);
        assertThatThrownBy(() -> poller.next(0)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void theLowestReportedRecordIsTheCheckpointAndAllFromItOnComesAgain() {
        log.add(8, 1);
        ShardPoller poller = poller(SETTINGS);
        poller.next(0);
        poller.answered(failed("4", "3"), 0);
        assertThat(poller.checkpoint()).isEqualTo("2");
        assertThat(poller.next(0)).isEqualTo(new Step.Pause(100));
        assertThat(delivered(poller.next(100))).containsExactly(3, 4);
        poller.answered(null, 100);
        assertThat(delivered(poller.next(100))).containsExactly(5, 6, 7, 8);
    }

    @Test
    void theFirstRecordReportedFailsAllOfTheBatchWithoutBisecting() {
        log.add(4, 1);
        ShardPoller poller = poller(SETTINGS);
        poller.next(0);
        poller.answered(failed("1"), 0);
        assertThat(poller.checkpoint()).isNull();
        assertThat(delivered(poller.next(100))).containsExactly(1, 2, 3, 4);
        poller.answered(failed("1"), 100);
        assertThat(poller.next(299)).isEqualTo(new Step.Pause(300));
        assertThat(delivered(poller.next(300))).containsExactly(1, 2, 3, 4);
    }

    @Test
    void anEmptyOrUnknownIdFailsTheWholeBatch() {
        for (String id : new @Nullable String[] {"", null, "99"}) {
            log.records.clear();
            log.add(4, 1);
            ShardPoller poller = poller(SETTINGS.withBisect(false));
            poller.next(0);
            poller.answered(failed("3", id), 0);
            assertThat(poller.checkpoint()).as("id '" + id + "'").isNull();
            assertThat(delivered(poller.next(100))).containsExactly(1, 2, 3, 4);
        }
    }

    @Test
    void failuresAreNotHeededWhereReportingIsOff() {
        log.add(4, 1);
        ShardPoller poller = poller(SETTINGS.withReportBatchItemFailures(false));
        poller.next(0);
        poller.answered(failed("1"), 0);
        assertThat(poller.checkpoint()).isEqualTo("4");
    }

    @Test
    void aFailedBatchIsHalvedUntilOneRecordIsLeftWhichIsRetriedForever() {
        log.add(4, 1);
        ShardPoller poller = poller(SETTINGS);
        poller.next(0);
        poller.failed(0);
        assertThat(delivered(poller.next(100))).containsExactly(1, 2);
        poller.failed(100);
        assertThat(delivered(poller.next(200))).containsExactly(1);
        long now = 200;
        for (int i = 0; i < 20; i++) {
            poller.failed(now);
            Step pause = poller.next(now);
            long expected = Math.min(400, 100L << Math.min(i, 10));
            assertThat(pause).isEqualTo(new Step.Pause(now + expected));
            now += expected;
            assertThat(delivered(poller.next(now))).containsExactly(1);
        }
        poller.answered(null, now);
        assertThat(poller.checkpoint()).isEqualTo("1");
        assertThat(delivered(poller.next(now))).containsExactly(2);
        poller.answered(null, now);
        assertThat(delivered(poller.next(now))).containsExactly(3, 4);
    }

    @Test
    void withoutBisectingTheWholeBatchComesAgain() {
        log.add(4, 1);
        ShardPoller poller = poller(SETTINGS.withBisect(false));
        poller.next(0);
        poller.failed(0);
        log.add(4, 1);
        assertThat(delivered(poller.next(100))).containsExactly(1, 2, 3, 4);
    }

    @Test
    void aWindowWaitsUntilTheBatchIsFullOrTheTimeIsOver() {
        ShardPoller poller = poller(SETTINGS.withWindowMillis(1000));
        log.add(1, 1);
        assertThat(poller.next(50)).isEqualTo(new Step.AwaitRecords(1050));
        log.add(1, 1);
        assertThat(poller.next(800)).isEqualTo(new Step.AwaitRecords(1050));
        assertThat(delivered(poller.next(1050))).containsExactly(1, 2);
        poller.answered(null, 1100);
        log.add(2, 1);
        assertThat(poller.next(1200)).isEqualTo(new Step.AwaitRecords(2200));
        log.add(2, 1);
        assertThat(delivered(poller.next(1300))).containsExactly(3, 4, 5, 6);
        poller.answered(null, 1300);
        log.add(1, 1);
        log.closed = true;
        assertThat(delivered(poller.next(1301))).containsExactly(7);
    }

    @Test
    void aBatchEndsBeforeThePayloadLimit() {
        MappingSettings settings = MappingSettings.ofBatchSize(10_000).withWindowMillis(1000);
        ShardPoller poller = poller(settings);
        log.add(5, 1_000_000);
        // Base64 makes 1,333,336 bytes of each, so four fit into 6,000,000. What is full does not wait.
        assertThat(delivered(poller.next(0))).containsExactly(1, 2, 3, 4);
    }

    @Test
    void startsAfterItsCheckpoint() {
        log.add(5, 1);
        ShardPoller poller = new ShardPoller(log, SETTINGS, "3", new SplittableRandom(1));
        assertThat(delivered(poller.next(0))).containsExactly(4, 5);
    }

    static IntStream seeds() {
        return IntStream.range(0, 200);
    }

    /** Whatever fails and is delivered again: no record is skipped, none is done before it succeeded. */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void everyRecordSucceedsInOrderBeforeTheCheckpointPassesIt(int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        MappingSettings settings = MappingSettings.ofBatchSize(1 + random.nextInt(12))
                .withBisect(random.nextBoolean())
                .withWindowMillis(random.nextBoolean() ? 0 : 500)
                .withRedelivery(new Redelivery(random.nextInt(6) / 10.0, random.nextInt(30)));
        ShardPoller poller = new ShardPoller(log, settings, null, random.split());
        NavigableSet<Integer> succeeded = new TreeSet<>();
        int done = 0;
        long redelivered = 0;
        long now = 0;
        Step step = poller.next(now);
        while (!(step instanceof Step.Finished)) {
            if (step instanceof Step.Deliver delivery) {
                List<Integer> batch = delivered(delivery);
                assertThat(batch.get(0)).as("no gap").isLessThanOrEqualTo(done + 1);
                assertThat(batch.size()).isLessThanOrEqualTo(settings.batchSize());
                redelivered += batch.stream().filter(succeeded::contains).count();
                outcome(poller, batch, random, succeeded, now);
                int checkpoint = poller.checkpoint() == null ? 0 : Integer.parseInt(poller.checkpoint());
                assertThat(checkpoint).as("never goes back").isGreaterThanOrEqualTo(done);
                done = checkpoint;
                assertThat(succeeded.headSet(done, true))
                        .as("done means succeeded")
                        .hasSize(done);
            }
            now += random.nextInt(1000);
            if (log.records.size() < 150) {
                log.add(random.nextInt(10), 1);
            } else {
                log.closed = true;
            }
            step = poller.next(now);
        }
        assertThat(done).isEqualTo(log.records.size());
        if (settings.redelivery().probability() >= 0.4) {
            assertThat(redelivered).isPositive();
        }
    }

    private static void outcome(
            ShardPoller poller,
            List<Integer> batch,
            SplittableRandom random,
            NavigableSet<Integer> succeeded,
            long now) {
        int kind = random.nextInt(10);
        if (kind == 0) {
            poller.failed(now);
        } else if (kind == 1) {
            int lowest = random.nextInt(batch.size());
            succeeded.addAll(batch.subList(0, lowest));
            poller.answered(failed(batch.get(lowest).toString()), now);
        } else {
            succeeded.addAll(batch);
            poller.answered(null, now);
        }
    }

    @Test
    void settingsRefuseWhatLambdaRefuses() {
        assertThatThrownBy(() -> MappingSettings.ofBatchSize(10_001)).hasMessageContaining("10001");
        assertThatThrownBy(() -> SETTINGS.withWindowMillis(300_001)).hasMessageContaining("300001");
        assertThatThrownBy(() -> SETTINGS.withStart(new IteratorStart.At("1")))
                .hasMessageContaining("cannot start at a sequence number");
        assertThatThrownBy(() -> new Redelivery(1, 0)).hasMessageContaining("1.0");
    }
}

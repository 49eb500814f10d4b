package dev.tidemark.local.mapping;

import com.amazonaws.services.lambda.runtime.events.StreamsEventResponse;
import com.amazonaws.services.lambda.runtime.events.StreamsEventResponse.BatchItemFailure;
import dev.tidemark.core.stream.Position;
import dev.tidemark.kinesis.StreamRecord;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Decides which records of one shard to deliver, and when, by Lambda's documented rules. A state machine without
 * threads, clock or I/O: {@link #next} says what to do; after a delivery exactly one of {@link #answered} and {@link
 * #failed} must be called before the next {@code next}. One batch is in flight at a time. Not thread-safe.
 *
 * <ul>
 * <li>A batch ends at the batch size, at the payload limit, or when its window is over.
 * <li>The lowest record that the function reports as failed, and all after it, are delivered again; those before are
 * done.
 * <li>A function error, or a report that names no record of the batch, fails the whole batch. It is delivered again, in
 * halves if bisecting is on, without limit.
 * </ul>
 */
public final class ShardPoller {

    private static final long NONE = -1;

    private final ShardLog log;
    private final MappingSettings settings;
    private final RandomGenerator random;

    /** Parts of failed batches, in order; delivered before new records. */
    private final Deque<List<StreamRecord>> pieces = new ArrayDeque<>();

    /** The newest records that were delivered with success, for rewinding. */
    private final Deque<String> recent = new ArrayDeque<>();

    private @Nullable List<StreamRecord> inFlight;
    private @Nullable String checkpoint;
    private @Nullable String readAfter;
    private int nextBatchSize;
    private int failures;
    private long notBeforeMillis;
    private long windowStartMillis = NONE;

    /**
     * A poller that begins after a checkpoint.
     *
     * @param checkpoint null: at the shard's oldest record
     * @param random decides redelivery; unused if the dial is at zero
     */
    public ShardPoller(ShardLog log, MappingSettings settings, @Nullable String checkpoint, RandomGenerator random) {
        this.log = log;
        this.settings = settings;
        this.checkpoint = checkpoint;
        this.readAfter = checkpoint;
        this.random = random;
        this.nextBatchSize = settings.batchSize();
    }

    /** Everything up to this sequence number is done; null: nothing yet. Never goes back. */
    public @Nullable String checkpoint() {
        return checkpoint;
    }

    /**
     * What to do now.
     *
     * @param nowMillis since the epoch
     */
    public Step next(long nowMillis) {
        if (inFlight != null) {
            throw new IllegalStateException("a batch is in flight");
        }
        if (nowMillis < notBeforeMillis) {
            return new Step.Pause(notBeforeMillis);
        }
        List<StreamRecord> piece = pieces.poll();
        return piece != null ? deliver(piece) : gather(nowMillis);
    }

    private Step gather(long nowMillis) {
        // Checked before reading: a record put after an empty read must not be lost at the shard's end.
        boolean closed = log.isClosed();
        List<StreamRecord> found = log.after(readAfter, nextBatchSize);
        if (found.isEmpty()) {
            windowStartMillis = NONE;
            return closed ? new Step.Finished() : new Step.AwaitRecords(Long.MAX_VALUE);
        }
        List<StreamRecord> batch = EventSize.cut(found);
        boolean full = batch.size() == nextBatchSize || batch.size() < found.size() || closed;
        if (windowStartMillis == NONE) {
            windowStartMillis = nowMillis;
        }
        long windowEndMillis = windowStartMillis + settings.windowMillis();
        return full || nowMillis >= windowEndMillis ? deliver(batch) : new Step.AwaitRecords(windowEndMillis);
    }

    private Step deliver(List<StreamRecord> records) {
        windowStartMillis = NONE;
        nextBatchSize = settings.batchSize();
        inFlight = records;
        return new Step.Deliver(records);
    }

    /** The function returned. */
    public void answered(@Nullable StreamsEventResponse response, long nowMillis) {
        List<StreamRecord> batch = landed();
        List<BatchItemFailure> failed = failures(response);
        int lowest = lowest(failed, batch);
        if (lowest == batch.size()) {
            succeeded(batch);
        } else if (lowest < 0) {
            failed(batch, nowMillis);
        } else {
            partlyFailed(batch, lowest, nowMillis);
        }
    }

    /** The function threw, or timed out. */
    public void failed(long nowMillis) {
        failed(landed(), nowMillis);
    }

    private List<BatchItemFailure> failures(@Nullable StreamsEventResponse response) {
        if (response == null || !settings.reportBatchItemFailures() || response.getBatchItemFailures() == null) {
            return List.of();
        }
        return response.getBatchItemFailures();
    }

    /** The index of the first failed record; the batch's size if none failed; −1 if an entry names no record of it. */
    private static int lowest(List<BatchItemFailure> failed, List<StreamRecord> batch) {
        int lowest = batch.size();
        for (BatchItemFailure failure : failed) {
            int index = indexOf(failure.getItemIdentifier(), batch);
            if (index < 0) {
                return -1;
            }
            lowest = Math.min(lowest, index);
        }
        return lowest;
    }

    private static int indexOf(@Nullable String sequenceNumber, List<StreamRecord> batch) {
        for (int i = 0; i < batch.size(); i++) {
            if (batch.get(i).sequenceNumber().equals(sequenceNumber)) {
                return i;
            }
        }
        return -1;
    }

    private List<StreamRecord> landed() {
        List<StreamRecord> batch = inFlight;
        if (batch == null) {
            throw new IllegalStateException("no batch is in flight");
        }
        inFlight = null;
        return batch;
    }

    private void succeeded(List<StreamRecord> batch) {
        failures = 0;
        if (random.nextDouble() < settings.redelivery().probability()) {
            deliverAgain(batch);
        } else {
            done(batch);
        }
    }

    /** The success was not noted: the same batch is delivered again, or one with other boundaries. */
    private void deliverAgain(List<StreamRecord> batch) {
        int maxRewind = settings.redelivery().maxRewind();
        if (maxRewind == 0 || random.nextBoolean()) {
            pieces.addFirst(batch);
            return;
        }
        done(batch);
        List<String> before = new ArrayList<>(recent);
        readAfter = before.get(random.nextInt(before.size()));
        nextBatchSize = 1 + random.nextInt(settings.batchSize());
        pieces.clear();
    }

    private void partlyFailed(List<StreamRecord> batch, int lowest, long nowMillis) {
        if (lowest == 0) {
            retry(batch, nowMillis);
            return;
        }
        failures = 0;
        done(batch.subList(0, lowest));
        pieces.addFirst(List.copyOf(batch.subList(lowest, batch.size())));
        notBeforeMillis = nowMillis + settings.backoff().millis(1);
    }

    private void failed(List<StreamRecord> batch, long nowMillis) {
        if (!settings.bisect() || batch.size() == 1) {
            retry(batch, nowMillis);
            return;
        }
        int half = batch.size() / 2;
        pieces.addFirst(List.copyOf(batch.subList(half, batch.size())));
        pieces.addFirst(List.copyOf(batch.subList(0, half)));
        notBeforeMillis = nowMillis + settings.backoff().millis(1);
    }

    private void retry(List<StreamRecord> batch, long nowMillis) {
        failures++;
        pieces.addFirst(batch);
        notBeforeMillis = nowMillis + settings.backoff().millis(failures);
    }

    private void done(List<StreamRecord> records) {
        readAfter = records.get(records.size() - 1).sequenceNumber();
        if (checkpoint == null || Position.compareSequenceNumbers(readAfter, checkpoint) > 0) {
            checkpoint = readAfter;
        }
        int kept = settings.redelivery().maxRewind();
        if (kept > 0) {
            records.forEach(record -> recent.add(record.sequenceNumber()));
            while (recent.size() > kept) {
                recent.remove();
            }
        }
    }
}

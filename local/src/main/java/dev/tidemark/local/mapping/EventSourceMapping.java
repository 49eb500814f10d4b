package dev.tidemark.local.mapping;

import com.amazonaws.services.lambda.runtime.events.KinesisEvent;
import com.amazonaws.services.lambda.runtime.events.StreamsEventResponse;
import dev.tidemark.kinesis.KinesisError;
import dev.tidemark.kinesis.KinesisException;
import dev.tidemark.kinesis.ShardInfo;
import dev.tidemark.kinesis.StreamInfo;
import dev.tidemark.kinesis.StreamRecord;
import dev.tidemark.kinesis.Streams;
import dev.tidemark.kinesis.file.DamagedFile;
import dev.tidemark.local.mapping.CheckpointFile.Checkpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Delivers a stream to a function: a thread and a {@link ShardPoller} for each shard. A checkpoint is stored after the
 * function has returned, so batches in flight when the process died are delivered again.
 */
public final class EventSourceMapping implements AutoCloseable {

    private static final long LONGEST_WAIT_MILLIS = 60_000;
    private static final long CLOSE_MILLIS = 15_000;

    private final Streams streams;
    private final String stream;
    private final MappingSettings settings;
    private final Supplier<? extends BatchFunction> functions;
    private final MappingListener listener;
    private final InstantSource clock;
    private final RandomGenerator.SplittableGenerator random;
    private final String arn;
    private final CheckpointFile checkpoints;
    private final Map<String, Thread> workers = new HashMap<>();
    private final Set<String> finished = new HashSet<>();
    private final CountDownLatch closing = new CountDownLatch(1);

    private EventSourceMapping(
            Streams streams,
            StreamInfo stream,
            MappingSettings settings,
            Supplier<? extends BatchFunction> functions,
            CheckpointFile checkpoints,
            InstantSource clock,
            RandomGenerator.SplittableGenerator random,
            MappingListener listener) {
        this.streams = streams;
        this.stream = stream.name();
        this.arn = stream.arn();
        this.settings = settings;
        this.functions = functions;
        this.checkpoints = checkpoints;
        this.clock = clock;
        this.random = random;
        this.listener = listener;
    }

    /**
     * Begins to deliver.
     *
     * @param stream must exist
     * @param functions gives one function for each shard, as Lambda gives each concurrent invocation its own sandbox
     * @param checkpointFile where checkpoints are kept; null: every start is the first
     * @throws DamagedFile if the checkpoints are damaged, or ahead of the stream
     * @throws IOException if checkpoints cannot be read or stored
     */
    public static EventSourceMapping start(
            Streams streams,
            String stream,
            MappingSettings settings,
            Supplier<? extends BatchFunction> functions,
            @Nullable Path checkpointFile,
            InstantSource clock,
            RandomGenerator.SplittableGenerator random,
            MappingListener listener)
            throws IOException {
        StreamInfo info = streams.describe(stream);
        CheckpointFile checkpoints = CheckpointFile.open(checkpointFile, info.name() + "@" + info.createdMillis());
        EventSourceMapping mapping =
                new EventSourceMapping(streams, info, settings, functions, checkpoints, clock, random, listener);
        for (ShardInfo shard : info.shards()) {
            mapping.rememberStart(shard, checkpointFile);
        }
        mapping.startReadyShards();
        return mapping;
    }

    /** Stored at once: a mapping that starts at LATEST must not skip records because it was restarted. */
    private void rememberStart(ShardInfo shard, @Nullable Path file) throws IOException {
        Checkpoint known = checkpoints.get(shard.id());
        String done = known == null ? null : known.sequenceNumber();
        if (file != null && done != null && !streams.reached(stream, shard.id(), done)) {
            // The shard would assign the same sequence numbers again, and their records would be skipped.
            throw new DamagedFile(
                    file,
                    "says that " + shard.id() + " of stream " + stream + " is folded beyond its last record: the"
                            + " stream's files were cut, or are older ones");
        }
        if (known == null) {
            String start = streams.before(stream, shard.id(), settings.start());
            checkpoints.put(shard.id(), new Checkpoint(start, false));
        } else if (known.finished()) {
            finished.add(shard.id());
        }
    }

    private synchronized void startReadyShards() {
        List<ShardInfo> shards = streams.describe(stream).shards();
        for (ShardInfo shard : shards) {
            if (closing.getCount() > 0
                    && !workers.containsKey(shard.id())
                    && !finished.contains(shard.id())
                    && (!settings.parentsFirst() || finished.containsAll(shard.parents()))) {
                startShard(shard);
            }
        }
    }

    private void startShard(ShardInfo shard) {
        Checkpoint known = checkpoints.get(shard.id());
        String sequence = known == null ? null : known.sequenceNumber();
        ShardPoller poller = new ShardPoller(new Log(shard.id()), settings, sequence, random.split());
        Thread worker = new Thread(() -> work(shard.id(), poller), "mapping-" + stream + "-" + shard.id());
        worker.setDaemon(true);
        workers.put(shard.id(), worker);
        worker.start();
    }

    private void work(String shardId, ShardPoller poller) {
        try {
            poll(shardId, poller, functions.get());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (KinesisException e) {
            // A deleted stream has nothing more to deliver.
            if (e.type() != KinesisError.RESOURCE_NOT_FOUND) {
                listener.broken(named(shardId), e);
            }
        } catch (RuntimeException e) {
            listener.broken(named(shardId), e);
        }
    }

    private void poll(String shardId, ShardPoller poller, BatchFunction function) throws InterruptedException {
        boolean lookedForChildren = settings.parentsFirst();
        while (closing.getCount() > 0) {
            long seen = streams.version(stream);
            if (!lookedForChildren && new Log(shardId).isClosed()) {
                lookedForChildren = true;
                startReadyShards();
            }
            Step step = poller.next(clock.millis());
            if (step instanceof Step.Deliver delivery) {
                deliver(shardId, poller, function, delivery.records());
            } else if (step instanceof Step.Pause pause) {
                long millis = pause.untilMillis() - clock.millis();
                if (closing.await(millis, TimeUnit.MILLISECONDS)) {
                    return;
                }
            } else if (step instanceof Step.AwaitRecords await) {
                long millis = Math.min(await.untilMillis() - clock.millis(), LONGEST_WAIT_MILLIS);
                if (millis > 0) {
                    streams.awaitChange(stream, seen, millis);
                }
            } else {
                finish(shardId, poller);
                return;
            }
        }
    }

    private void deliver(String shardId, ShardPoller poller, BatchFunction function, List<StreamRecord> records)
            throws InterruptedException {
        KinesisEvent event = KinesisEvents.of(arn, shardId, records);
        String before = poller.checkpoint();
        try {
            StreamsEventResponse response = function.handle(event);
            poller.answered(response, clock.millis());
            listener.returned(named(shardId), records.size());
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception | LinkageError | AssertionError | StackOverflowError e) {
            poller.failed(clock.millis());
            listener.failed(named(shardId), records.size(), e);
        }
        String after = poller.checkpoint();
        if (after != null && !after.equals(before)) {
            store(shardId, new Checkpoint(after, false));
            changed();
        }
    }

    /**
     * A checkpoint that could not be stored is stored with the next one; until then a restart delivers more records
     * again.
     */
    private void store(String shardId, Checkpoint checkpoint) {
        try {
            checkpoints.put(shardId, checkpoint);
        } catch (IOException e) {
            listener.failed(named(shardId), 0, e);
        }
    }

    private String named(String shardId) {
        return shardId + " of " + stream;
    }

    private void finish(String shardId, ShardPoller poller) {
        store(shardId, new Checkpoint(poller.checkpoint(), true));
        synchronized (this) {
            finished.add(shardId);
        }
        startReadyShards();
        changed();
    }

    /** How many records are not yet done, over all shards. */
    public long pendingRecords() {
        long pending = 0;
        for (ShardInfo shard : streams.describe(stream).shards()) {
            Checkpoint checkpoint = checkpoints.get(shard.id());
            pending += streams.countAfter(stream, shard.id(), checkpoint == null ? null : checkpoint.sequenceNumber());
        }
        return pending;
    }

    /** How long ago the oldest record arrived that is not yet done; 0 if all are. */
    public long oldestPendingMillis() {
        long oldest = 0;
        for (ShardInfo shard : streams.describe(stream).shards()) {
            Checkpoint checkpoint = checkpoints.get(shard.id());
            String done = checkpoint == null ? null : checkpoint.sequenceNumber();
            oldest = Math.max(oldest, streams.millisBehind(stream, shard.id(), done));
        }
        return oldest;
    }

    /** Waits until nothing is pending; false if the time runs out before. */
    public synchronized boolean awaitCaughtUp(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (pendingRecords() > 0) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                return false;
            }
            wait(left);
        }
        return true;
    }

    private synchronized void changed() {
        notifyAll();
    }

    /** Stops delivering. Batches in flight have 15 seconds to finish, then are interrupted. */
    @Override
    public void close() {
        closing.countDown();
        if (streams.exists(stream)) {
            streams.wake(stream);
        }
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(CLOSE_MILLIS);
        for (Thread worker : threads()) {
            join(worker, deadline);
        }
    }

    private synchronized List<Thread> threads() {
        return List.copyOf(workers.values());
    }

    private static void join(Thread worker, long deadline) {
        long left = Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime()));
        try {
            worker.join(left);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (worker.isAlive()) {
            worker.interrupt();
        }
    }

    private final class Log implements ShardLog {

        /** More than an event holds; the payload limit is the poller's. */
        private static final long MAX_BYTES = 2 * EventSize.MAX_BYTES;

        private final String shardId;

        Log(String shardId) {
            this.shardId = shardId;
        }

        @Override
        public List<StreamRecord> after(@Nullable String sequenceNumber, int max) {
            return streams.after(stream, shardId, sequenceNumber, max, MAX_BYTES);
        }

        @Override
        public boolean isClosed() {
            return !streams.isOpen(stream, shardId);
        }
    }
}

package dev.tidemark.benchmarks.fold;

import dev.tidemark.benchmarks.BenchmarkView;
import dev.tidemark.benchmarks.SampleEvents;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.fold.BatchFold;
import dev.tidemark.core.fold.BatchOutcome;
import dev.tidemark.core.fold.FoldSettings;
import dev.tidemark.core.stream.Batch;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The deployed fold without its stores, per event: JSON reading, filter, grouping into items, tiles, item encoding,
 * bookkeeping of conditional puts and of the lane row. Events of 50,000 users by Zipf's law, one a millisecond.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 4, time = 4)
@Measurement(iterations = 8, time = 4)
@Fork(
        value = 1,
        jvmArgsAppend = {"-XX:+UseSerialGC", "-Xms1g", "-Xmx1g"})
public class FoldBenchmark {

    private static final int EVENTS = 100_000;
    private static final long NOW_MILLIS = SampleEvents.START_MILLIS + EVENTS;
    private static final Lane LANE =
            new Lane("arn:aws:kinesis:eu-central-1:111122223333:stream/shop-events", 1_700_000_000_000L, "shardId-0");

    /** Records in one batch; 10,000 is the most that Lambda delivers. */
    @Param({"1000"})
    public int batchSize;

    private final Catalog catalog = BenchmarkView.catalog();
    private List<Batch> batches = List.of();

    @Setup
    public void makeBatches() {
        List<byte[]> events = SampleEvents.json(EVENTS);
        List<Batch> made = new ArrayList<>();
        for (int from = 0; from < EVENTS; from += batchSize) {
            List<RawRecord> records = new ArrayList<>();
            for (int i = from; i < from + batchSize; i++) {
                Position position =
                        new Position("49590338271490256608559692538361571095921575989136" + (588_000_000L + i), 0);
                records.add(new RawRecord(position, SampleEvents.START_MILLIS + i + 100, "key", events.get(i)));
            }
            made.add(new Batch(LANE, records));
        }
        batches = made;
    }

    /** The fold's cache holds what was written before: it is decoded, added to and encoded again. */
    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public long intoKnownItems() {
        return foldAll(FoldSettings.DEFAULT);
    }

    /** Without cache: every item is new to every batch, so nothing is decoded. */
    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public long intoNewItems() {
        FoldSettings settings = FoldSettings.DEFAULT;
        return foldAll(new FoldSettings(settings.generation(), settings.maxPutsInFlight(), settings.maxAttempts(), 0));
    }

    /** @return how many items were written */
    private long foldAll(FoldSettings settings) {
        BatchFold fold = new BatchFold(catalog, new NoStores().ports(NOW_MILLIS), settings);
        long itemsWritten = 0;
        for (Batch batch : batches) {
            BatchOutcome outcome = fold.fold(batch, Long.MAX_VALUE).join();
            if (outcome.firstFailed() != null || outcome.total().folded() != batchSize) {
                throw new IllegalStateException("a batch was not folded whole: " + outcome);
            }
            itemsWritten += outcome.counts().itemsWritten.sum();
        }
        return itemsWritten;
    }
}

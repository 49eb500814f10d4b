package dev.tidemark.benchmarks.fold;

import dev.tidemark.benchmarks.BenchmarkView;
import dev.tidemark.benchmarks.SampleEvents;
import dev.tidemark.core.fold.BatchFold;
import dev.tidemark.core.fold.BatchOutcome;
import dev.tidemark.core.fold.FoldSettings;
import dev.tidemark.core.stream.Batch;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import java.util.ArrayList;
import java.util.List;

/**
 * The deployed fold at the end of a live stream of the sample events, one a millisecond, with stores that answer at
 * once.
 */
final class FoldedStream {

    private static final Lane LANE =
            new Lane("arn:aws:kinesis:eu-central-1:111122223333:stream/shop-events", 1_700_000_000_000L, "shardId-0");
    private static final int DELAY_MILLIS = 100;

    private final InstantStores stores;
    private final BatchFold fold;
    private long arrived;
    private long itemsWritten;

    /**
     * @param windows of the view, see {@link BenchmarkView#catalog(String)}
     * @param keepsItems whether a batch finds what the ones before it have written; if not, every item is new to it
     */
    FoldedStream(String windows, boolean keepsItems) {
        stores = new InstantStores(keepsItems);
        FoldSettings settings = FoldSettings.DEFAULT;
        if (!keepsItems) {
            settings = new FoldSettings(settings.generation(), settings.maxPutsInFlight(), settings.maxAttempts(), 0);
        }
        fold = new BatchFold(BenchmarkView.catalog(windows), stores.ports(() -> arrivalMillis(arrived)), settings);
    }

    /** The batch of the events that follow those of all batches made before. */
    Batch batch(List<byte[]> events) {
        stores.settle();
        List<RawRecord> records = new ArrayList<>(events.size());
        for (byte[] event : events) {
            Position position =
                    new Position("49590338271490256608559692538361571095921575989136" + (588_000_000L + arrived), 0);
            // In service the bytes of a batch were written just now, too: they come out of a decoder.
            records.add(new RawRecord(position, arrivalMillis(arrived), "key", event.clone()));
            arrived++;
        }
        return new Batch(LANE, records);
    }

    void fold(Batch batch) {
        BatchOutcome outcome = fold.fold(batch, Long.MAX_VALUE).join();
        if (!outcome.isDone() || outcome.total().folded() != batch.records().size()) {
            throw new IllegalStateException("a batch was not folded whole: " + outcome);
        }
        itemsWritten += outcome.counts().itemsWritten.sum();
    }

    long arrived() {
        return arrived;
    }

    long itemsWritten() {
        return itemsWritten;
    }

    /** The items looked for in the store, because the cache did not know them. */
    long itemsRead() {
        return stores.itemsRead();
    }

    private static long arrivalMillis(long number) {
        return SampleEvents.START_MILLIS + number + DELAY_MILLIS;
    }
}

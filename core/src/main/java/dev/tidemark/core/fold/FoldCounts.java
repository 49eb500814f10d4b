package dev.tidemark.core.fold;

import java.util.concurrent.atomic.LongAdder;

/**
 * What it took to fold one batch, counted by the threads that complete its requests. These describe attempts: after a
 * redelivery they count again. What became of the records is in {@link BatchOutcome#added()}.
 */
public final class FoldCounts {

    /** Records delivered. */
    public final LongAdder records = new LongAdder();

    /** Records that the lane row says are done already. */
    public final LongAdder redelivered = new LongAdder();

    /** Portions after which the lane row said that more is done (rule F11). */
    public final LongAdder portions = new LongAdder();

    /** Item writes confirmed. */
    public final LongAdder itemsWritten = new LongAdder();

    /** Items that failed, stayed unknown, or were not attempted in time. */
    public final LongAdder itemsFailed = new LongAdder();

    /** Conditional writes that found another mark than was read. */
    public final LongAdder fencesLost = new LongAdder();

    /** Writes tried again. */
    public final LongAdder retries = new LongAdder();

    /** Segments of which it is not certain that the archive has them. */
    public final LongAdder archiveFailures = new LongAdder();

    /** Blocks skipped because they are about to expire (rule F10). */
    public final LongAdder expired = new LongAdder();
}

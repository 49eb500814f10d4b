package dev.tidemark.core.fold;

import java.util.concurrent.atomic.LongAdder;

/**
 * The effort to fold one batch, counted by the threads that complete its requests. These describe attempts: after a
 * redelivery they count again. The records' fates are in {@link BatchOutcome#added()}.
 */
public final class FoldCounts {

    /** Records delivered. */
    public final LongAdder records = new LongAdder();

    /** Records already done according to the lane row. */
    public final LongAdder redelivered = new LongAdder();

    /** Portions after which the lane row advanced (rule F11). */
    public final LongAdder portions = new LongAdder();

    /** Item writes confirmed. */
    public final LongAdder itemsWritten = new LongAdder();

    /** Items that failed, remained unknown, or were not attempted in time. */
    public final LongAdder itemsFailed = new LongAdder();

    /** Conditional writes that found another mark than was read. */
    public final LongAdder fencesLost = new LongAdder();

    /** Writes tried again. */
    public final LongAdder retries = new LongAdder();

    /** Segments that the archive has not confirmed. */
    public final LongAdder archiveFailures = new LongAdder();

    /** Look-ups in references that found no row (rule X1). */
    public final LongAdder notFound = new LongAdder();

    /** Blocks skipped because they are about to expire (rule F10), and heads in which everything has (rule U5). */
    public final LongAdder expired = new LongAdder();
}

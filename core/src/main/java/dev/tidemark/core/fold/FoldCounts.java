package dev.tidemark.core.fold;

import java.util.concurrent.atomic.LongAdder;

/**
 * Counters of one batch, written by the threads that complete its requests. They describe attempts: after a redelivery
 * a record may be counted again, which is why they are metrics and not the truth.
 */
public final class FoldCounts {

    /** Records delivered. */
    public final LongAdder records = new LongAdder();

    /** Records that the lane row says are done already. */
    public final LongAdder redelivered = new LongAdder();

    /** Events admitted, once per view. */
    public final LongAdder folded = new LongAdder();

    /** Events beyond a view's retention, once per view (rule: kept in the archive, not folded). */
    public final LongAdder tooLate = new LongAdder();

    /** Events of an earlier hop than their arrival's, once per view. */
    public final LongAdder late = new LongAdder();

    /** Records put into quarantine, once per view. */
    public final LongAdder quarantined = new LongAdder();

    /** Producer duplicates dropped, once per view. */
    public final LongAdder duplicates = new LongAdder();

    /** Item writes confirmed. */
    public final LongAdder itemsWritten = new LongAdder();

    /** Items that failed, stayed unknown, or were not attempted in time. */
    public final LongAdder itemsFailed = new LongAdder();

    /** Conditional writes that found another mark than was read. */
    public final LongAdder fencesLost = new LongAdder();

    /** Writes tried again. */
    public final LongAdder retries = new LongAdder();

    /** Blocks skipped because they are about to expire (rule F10). */
    public final LongAdder expired = new LongAdder();
}

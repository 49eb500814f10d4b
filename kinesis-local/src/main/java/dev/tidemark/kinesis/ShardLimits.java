package dev.tidemark.kinesis;

/**
 * Kinesis's limits on writing to one shard. Unused quota is kept for one second. Not thread-safe.
 *
 * <p>The limits on reading (five calls and 2 MB a second) are not kept: they would only make readers on this machine
 * wait.
 */
final class ShardLimits {

    static final int RECORDS_PER_SECOND = 1000;
    static final int BYTES_PER_SECOND = 1024 * 1024;

    private static final long SECOND_MILLIS = 1000;

    /** What is left, in thousandths: a millisecond adds as many thousandths as a second adds whole units. */
    private long records = RECORDS_PER_SECOND * SECOND_MILLIS;

    private long bytes = BYTES_PER_SECOND * SECOND_MILLIS;
    private long atMillis = Long.MIN_VALUE;

    /** Whether the shard takes a record now; if so, it counts. A clock that goes back adds nothing. */
    boolean take(int sizeBytes, long nowMillis) {
        if (nowMillis > atMillis) {
            long passedMillis = atMillis == Long.MIN_VALUE ? 0 : Math.min(SECOND_MILLIS, nowMillis - atMillis);
            records = Math.min(RECORDS_PER_SECOND * SECOND_MILLIS, records + passedMillis * RECORDS_PER_SECOND);
            bytes = Math.min(BYTES_PER_SECOND * SECOND_MILLIS, bytes + passedMillis * BYTES_PER_SECOND);
            atMillis = nowMillis;
        }
        if (records < SECOND_MILLIS || bytes < sizeBytes * SECOND_MILLIS) {
            return false;
        }
        records -= SECOND_MILLIS;
        bytes -= sizeBytes * SECOND_MILLIS;
        return true;
    }
}

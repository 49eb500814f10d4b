package dev.tidemark.core.fold;

/** Up to which row a portion can be done, reported by the threads that complete its requests. */
final class RowLimits {

    private int lowestFailed;
    private int lowestHeld;

    /** @param rows how many there are; none is failed or held yet */
    RowLimits(int rows) {
        this.lowestFailed = rows;
        this.lowestHeld = rows;
    }

    /** A write that this row is part of failed. */
    synchronized void failed(int row) {
        lowestFailed = Math.min(lowestFailed, row);
    }

    /** The row can be folded once everything before it is done. */
    synchronized void held(int row) {
        lowestHeld = Math.min(lowestHeld, row);
    }

    /** The number of rows if none failed. */
    synchronized int lowestFailed() {
        return lowestFailed;
    }

    /** The number of rows if none is held. */
    synchronized int lowestHeld() {
        return lowestHeld;
    }
}

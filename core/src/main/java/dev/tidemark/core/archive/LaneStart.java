package dev.tidemark.core.archive;

import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.stream.Position;

/**
 * Where a lane is read from: after the records that are folded already.
 *
 * @param last exclusive; the records up to and including this position are not read
 * @param count how many records that is
 * @param maxArrivalMillis the running maximum of their arrivals; {@link Long#MIN_VALUE} if there are none
 */
public record LaneStart(Position last, long count, long maxArrivalMillis) {

    /** Before a lane's first record. */
    public static final LaneStart BIRTH = new LaneStart(Position.ORIGIN, 0, Long.MIN_VALUE);

    public LaneStart {
        if (count < 0 || (count == 0) != last.equals(Position.ORIGIN)) {
            throw new IllegalArgumentException("a lane at '" + last.text() + "' after " + count + " records");
        }
    }

    /** After the row's last position. */
    public static LaneStart of(LaneRow row) {
        return new LaneStart(row.last(), row.count(), row.maxArrivalMillis());
    }
}

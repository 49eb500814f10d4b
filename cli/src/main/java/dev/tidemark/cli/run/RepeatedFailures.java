package dev.tidemark.cli.run;

import dev.tidemark.cli.terminal.Plural;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides what {@code tidemark run} says about repeated failures: something retried every few milliseconds is one
 * problem, not a thousand.
 */
final class RepeatedFailures {

    /** A failure with less room than this is blamed on the lack of room. */
    static final long ROOM_BYTES = 16L << 20;

    private static final long REPEAT_MILLIS = 60_000;

    private final LongSupplier roomBytes;
    private OptionalLong toldMillis = OptionalLong.empty();
    private long untold;
    private boolean isFull;

    /** @param roomBytes what is left on the disk */
    RepeatedFailures(LongSupplier roomBytes) {
        this.roomBytes = roomBytes;
    }

    /** Something failed and will be tried again. What to say; null: nothing, because it was said recently. */
    @Nullable
    String failed(String what, long nowMillis) {
        if (isFull) {
            return null;
        }
        String full = full();
        if (full != null) {
            return full;
        }
        if (toldMillis.isPresent() && nowMillis - toldMillis.getAsLong() < REPEAT_MILLIS) {
            untold++;
            return null;
        }
        String more = untold == 0 ? "" : " (" + Plural.of(untold, "failure") + " since the last such line)";
        toldMillis = OptionalLong.of(nowMillis);
        untold = 0;
        return what + "; it is tried again" + more;
    }

    /** What to say if the disk has become full since the last look; null if it has not. */
    @Nullable
    String full() {
        if (isFull || roomBytes.getAsLong() >= ROOM_BYTES) {
            return null;
        }
        isFull = true;
        return "the disk is full: free some room. Until then nothing is folded, and what cannot be stored is refused; "
                + "nothing that was taken is lost, and all goes on by itself";
    }

    /** Checks whether there is room again after there was none. What to say; null: nothing. */
    @Nullable
    String look() {
        if (isFull && roomBytes.getAsLong() >= ROOM_BYTES) {
            isFull = false;
            return "there is room on the disk again";
        }
        return null;
    }
}

package dev.tidemark.cli.run;

import dev.tidemark.cli.terminal.Plural;
import org.jspecify.annotations.Nullable;

/** Decides when {@code tidemark run} says that the fold is behind, and that it has caught up. */
final class Backlog {

    /** How long a record may wait before it is reported: batches in flight, a retry. */
    private static final long PATIENCE_MILLIS = 10_000;

    private static final long REPEAT_MILLIS = 30_000;

    private boolean isBehind;
    private long toldMillis;

    /**
     * What to say now; null: nothing.
     *
     * @param records not folded yet
     * @param oldestMillis for how long the oldest of them has waited
     */
    @Nullable
    String look(long records, long oldestMillis, long nowMillis) {
        if (records == 0) {
            boolean was = isBehind;
            isBehind = false;
            return was ? "the fold has caught up" : null;
        }
        boolean isDue = !isBehind || nowMillis - toldMillis >= REPEAT_MILLIS;
        if (oldestMillis < PATIENCE_MILLIS || !isDue) {
            return null;
        }
        isBehind = true;
        toldMillis = nowMillis;
        return "the fold is behind: " + Plural.of(records, "record") + " to fold, the oldest waits for "
                + oldestMillis / 1000 + " seconds";
    }
}

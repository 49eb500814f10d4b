package dev.tidemark.core.fold;

import dev.tidemark.core.view.View;
import dev.tidemark.core.window.TileWidth;
import java.util.Objects;

/** When DynamoDB may delete the fold's items, in seconds since the epoch (rules F10 and T3). */
public final class Expiry {

    /** An item outlives any redelivery from the stream by this much. */
    private static final long SLACK_MILLIS = 86_400_000L;

    private Expiry() {}

    /**
     * F10: the tiles of a block outlive its last window, late events, and any redelivery from the stream.
     *
     * @return 0 for never
     */
    public static long ofBlockSeconds(View view, TileWidth width, long block) {
        if (width.isLifetime()) {
            return 0;
        }
        return afterSeconds(width.blockEndMillis(block)
                + width.keepMillis()
                + view.retentionMillis()
                + view.streamRetentionMillis());
    }

    /**
     * T3: event ids outlive every copy that may still come.
     *
     * @param view drops duplicates
     * @param usefulMillis the latest arrival, or a later moment at which the ids are needed
     */
    public static long ofIdsSeconds(View view, long usefulMillis) {
        long keptMillis = Objects.requireNonNull(view.duplicates()).rule().keptMillis();
        return afterSeconds(usefulMillis + keptMillis + view.streamRetentionMillis());
    }

    private static long afterSeconds(long untilMillis) {
        return Math.floorDiv(untilMillis + SLACK_MILLIS, 1000L) + 1;
    }
}

package dev.tidemark.core.view;

import dev.tidemark.core.tile.HeadRule;
import dev.tidemark.core.tile.HeadState;
import dev.tidemark.core.window.Ladder;
import dev.tidemark.core.window.TileWidth;
import dev.tidemark.core.window.Window;

/** When DynamoDB may delete the fold's items, in seconds since the epoch (rules F10 and T3). */
public final class Expiry {

    /** An item outlives any redelivery from the stream by this much. */
    private static final long SLACK_MILLIS = 86_400_000L;

    /** How much the clock of a question may be behind the clock of the arrivals. */
    private static final long USE_MARGIN_MILLIS = 3_600_000L;

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
     * U5: a head outlives its newest tile's last use and any redelivery from the stream.
     *
     * @param rule of the view
     * @param usefulMillis a moment at which the head is still needed, whatever its tiles
     * @return 0 for never
     */
    public static long ofHeadSeconds(View view, HeadRule rule, HeadState head, long usefulMillis) {
        return rule.usefulMillis() == Window.UNBOUNDED
                ? 0
                : afterSeconds(Math.max(usefulMillis, lastUseMillis(rule, head)) + view.streamRetentionMillis());
    }

    /** Until when a question may ask for the newest tile of a head, which has one. */
    public static long lastUseMillis(HeadRule rule, HeadState head) {
        return rule.usefulMillis() == Window.UNBOUNDED ? Long.MAX_VALUE : head.newestEndMillis() + rule.usefulMillis();
    }

    /** Until when a question may ask for a tile, if it is late by as much as its view allows. */
    public static long lastUseMillis(View view, TileWidth width, long tile) {
        return width.isLifetime()
                ? Long.MAX_VALUE
                : width.tileEndMillis(tile) + width.keepMillis() + view.retentionMillis() + USE_MARGIN_MILLIS;
    }

    /** How long after its end a hop tile in a head may be asked for, at most, over all widths. */
    public static long usefulMillis(Ladder ladder, long retentionMillis) {
        long longest = 0;
        for (TileWidth width : ladder.widths()) {
            if (width.isLifetime()) {
                return Window.UNBOUNDED;
            }
            longest = Math.max(longest, width.keepMillis());
        }
        return longest + retentionMillis + USE_MARGIN_MILLIS;
    }

    /**
     * T3, J1: event ids and halves outlive every record that may still need them.
     *
     * @param view {@linkplain View#remembers remembers} something
     * @param usefulMillis the latest arrival, or a later moment at which they are needed
     */
    public static long ofMemorySeconds(View view, long usefulMillis) {
        return afterSeconds(usefulMillis + view.rememberedMillis() + view.streamRetentionMillis());
    }

    private static long afterSeconds(long untilMillis) {
        return Math.floorDiv(untilMillis + SLACK_MILLIS, 1000L) + 1;
    }
}

package dev.tidemark.core.tile;

import dev.tidemark.core.window.Window;

/**
 * How large a head may become.
 *
 * @param hopMillis the width of its tiles
 * @param maxBytes a head whose tiles take more bytes spills
 * @param maxTiles likewise for more tiles
 * @param usefulMillis how long after its end a tile may still be asked for; {@link Window#UNBOUNDED} for ever
 */
public record HeadRule(long hopMillis, int maxBytes, int maxTiles, long usefulMillis) {

    public HeadRule {
        if (hopMillis < 1 || maxBytes < 1 || maxTiles < 1 || usefulMillis < 1) {
            throw new IllegalArgumentException("a head of hops of " + hopMillis + " ms with at most " + maxBytes
                    + " bytes and " + maxTiles + " tiles, useful for " + usefulMillis + " ms");
        }
    }
}

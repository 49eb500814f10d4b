package dev.tidemark.core.serve;

import dev.tidemark.core.window.TileWidth;

/**
 * One read request: the blocks of one width from the first to the last, both inclusive, of every lane.
 *
 * @param width the tile width
 */
public record BlockRange(TileWidth width, long firstBlock, long lastBlock) {

    public BlockRange {
        if (firstBlock < 0 || lastBlock < firstBlock) {
            throw new IllegalArgumentException(
                    "blocks " + firstBlock + " to " + lastBlock + " of width " + width.code());
        }
    }
}

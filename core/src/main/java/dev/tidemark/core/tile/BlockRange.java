package dev.tidemark.core.tile;

import dev.tidemark.core.window.TileWidth;

/**
 * Blocks of one width from the first to the last, both inclusive, of every lane.
 *
 * @param width the code of the tile width, {@link ItemKey#HEAD}, {@link ItemKey#IDS} or {@link ItemKey#PAIR}
 */
public record BlockRange(String width, long firstBlock, long lastBlock) {

    /** The event ids of an entity. */
    public static final BlockRange IDS = new BlockRange(ItemKey.IDS, 0, 0);

    /** The halves of a key. */
    public static final BlockRange PAIRS = new BlockRange(ItemKey.PAIR, 0, 0);

    /** The heads of an entity. */
    public static final BlockRange HEADS = new BlockRange(ItemKey.HEAD, 0, 0);

    public BlockRange {
        if (firstBlock < 0 || lastBlock < firstBlock) {
            throw new IllegalArgumentException("blocks " + firstBlock + " to " + lastBlock + " of width " + width);
        }
    }

    public boolean contains(ItemKey key) {
        return key.width().equals(width) && key.block() >= firstBlock && key.block() <= lastBlock;
    }

    /** No sort key of these blocks is before it. */
    public String lowestKey() {
        return ItemKey.sortKeyPrefix(width, TileWidth.isNewestFirst(width) ? lastBlock : firstBlock);
    }

    /** No sort key of these blocks is after it. */
    public String highestKey() {
        return ItemKey.sortKeyPrefix(width, TileWidth.isNewestFirst(width) ? firstBlock : lastBlock) + "~";
    }
}

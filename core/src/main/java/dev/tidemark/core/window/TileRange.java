package dev.tidemark.core.window;

/** Tiles {@code [firstTile, endTile)} of one width. */
public record TileRange(TileWidth width, long firstTile, long endTile) {

    public TileRange {
        if (firstTile >= endTile) {
            throw new IllegalArgumentException("an empty tile range: " + firstTile + " to " + endTile);
        }
    }

    public long firstBlock() {
        return width.blockOf(firstTile);
    }

    /** Inclusive. */
    public long lastBlock() {
        return width.blockOf(endTile - 1);
    }
}

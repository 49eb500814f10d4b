package dev.tidemark.core.window;

/**
 * One width of a ladder. A tile of index {@code i} covers event times {@code [i * width, (i + 1) * width)}; the single
 * lifetime tile has index 0 and covers everything. Consecutive tiles form a block, stored as one item.
 *
 * @param code short text used in item keys, such as {@code 5s} or {@code 1d}
 * @param widthMillis the width; {@link Window#UNBOUNDED} for the lifetime width
 * @param tilesPerBlock how many tiles one block spans, at least 1
 * @param keepMillis how long after its end a tile may still be needed by a window that ends now; {@link
 *     Window#UNBOUNDED} for ever
 */
public record TileWidth(String code, long widthMillis, int tilesPerBlock, long keepMillis) {

    private static final String ALL = "all";
    private static final String DAY = "day";
    private static final String HOUR = "hour";
    private static final long DAY_MILLIS = 86_400_000L;

    public TileWidth {
        if (widthMillis <= 0 || tilesPerBlock <= 0 || keepMillis <= 0) {
            throw new IllegalArgumentException("tile width " + code + " of " + widthMillis + " ms, " + tilesPerBlock
                    + " tiles a block, kept " + keepMillis + " ms");
        }
    }

    /** The lifetime width: one tile in one block, kept for ever. */
    public static TileWidth lifetime() {
        return new TileWidth("life", Window.UNBOUNDED, 1, Window.UNBOUNDED);
    }

    /**
     * The same width under the code that it has in a state with heads. These codes sort after every hop's code, which begins
     * with a digit, and beside {@code head}; so one request reads the newest hops, the head and the coarse items.
     */
    TileWidth besideHead() {
        String besideHead = isLifetime() ? ALL : widthMillis >= DAY_MILLIS ? DAY : HOUR;
        return new TileWidth(besideHead, widthMillis, tilesPerBlock, keepMillis);
    }

    /** Whether the keys of this width's blocks are in descending order, so that the newest is next to the head. */
    public static boolean isNewestFirst(String code) {
        return code.equals(HOUR);
    }

    public boolean isLifetime() {
        return widthMillis == Window.UNBOUNDED;
    }

    public long tileOf(long eventTimeMillis) {
        return isLifetime() ? 0 : Math.floorDiv(eventTimeMillis, widthMillis);
    }

    public long blockOf(long tile) {
        return isLifetime() ? 0 : Math.floorDiv(tile, (long) tilesPerBlock);
    }

    public long firstTileOf(long block) {
        return isLifetime() ? 0 : block * tilesPerBlock;
    }

    public long tileStartMillis(long tile) {
        return isLifetime() ? Long.MIN_VALUE : tile * widthMillis;
    }

    public long tileEndMillis(long tile) {
        return isLifetime() ? Long.MAX_VALUE : (tile + 1) * widthMillis;
    }

    /** The end of the block's last tile. */
    public long blockEndMillis(long block) {
        return isLifetime() ? Long.MAX_VALUE : (block + 1) * tilesPerBlock * widthMillis;
    }
}

package dev.tidemark.core.tile;

import dev.tidemark.core.aggregate.ByteWriter;
import dev.tidemark.core.window.TileWidth;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * How large a stored item can become, as a sum whose terms a user can follow. Computed from definitions alone; no
 * events can exceed it.
 *
 * @param terms what contributes; not empty
 */
public record ItemSize(List<Term> terms) {

    /** DynamoDB's limit for one item. */
    public static final int MAX_BYTES = 400 * 1024;

    /**
     * DynamoDB's limits of the two keys (2,048 and 1,024 bytes), the mark (129 digits, a colon, 19 digits), the expiry
     * as a number (at most 21 bytes) and the attribute names.
     */
    private static final int KEY_AND_ATTRIBUTE_BYTES = 2_048 + 1_024 + 149 + 21 + "pkskmbx".length();

    /** A tile's distance from the one before: two bytes suffice for this many tiles. */
    private static final int MAX_TILES_PER_BLOCK = 1 << 14;

    private static final int DISTANCE_BYTES = 2;

    /** The number of a hop tile, of at least a second. */
    private static final int OPEN_BYTES = 7;

    /** Enough for any tile that an item may hold. */
    private static final int LENGTH_BYTES = 3;

    /** So many times so many bytes. */
    public record Term(String what, long times, long bytes) {

        public long total() {
            return times * bytes;
        }

        @Override
        public String toString() {
            String size = String.format(Locale.ROOT, "%,d", bytes);
            return (times == 1 ? size : times + " × " + size) + " (" + what + ")";
        }
    }

    public ItemSize {
        terms = List.copyOf(terms);
    }

    /** The largest item of one width. */
    public static ItemSize of(TileLayout layout, TileWidth width) {
        int tiles = width.tilesPerBlock();
        if (tiles > MAX_TILES_PER_BLOCK) {
            throw new IllegalArgumentException(tiles + " tiles in a block of width " + width.code());
        }
        List<Term> terms = new ArrayList<>();
        terms.add(new Term("keys and attributes", 1, KEY_AND_ATTRIBUTE_BYTES));
        terms.add(new Term("format version and number of tiles", 1, headBytes(layout)));
        terms.add(new Term("a tile's place and marks", tiles, tileHeadBytes(layout)));
        for (TileLayout.Entry entry : layout.entries()) {
            terms.add(new Term(entry.type().id(), tiles, entry.type().maxEncodedBytes()));
        }
        return new ItemSize(terms);
    }

    /** The largest item of event ids. */
    public static ItemSize ofIds(SeenIds.Rule rule) {
        return new ItemSize(List.of(
                new Term("keys and attributes", 1, KEY_AND_ATTRIBUTE_BYTES),
                new Term("format version, latest arrival and number of ids", 1, SeenIds.maxHeadBytes(rule)),
                new Term("event ids", rule.maxIds(), SeenIds.maxIdBytes(rule))));
    }

    /**
     * The largest item of a key's halves.
     *
     * @param headBytes of what stands before the halves, at most
     * @param halfBytes of one half, at most
     */
    public static ItemSize ofHalves(int headBytes, int maxHalves, int halfBytes) {
        return new ItemSize(List.of(
                new Term("keys and attributes", 1, KEY_AND_ATTRIBUTE_BYTES),
                new Term("format version, latest arrival and number of halves", 1, headBytes),
                new Term("halves", maxHalves, halfBytes)));
    }

    /** The largest tile, with its place in the item. */
    public static int maxTileBytes(TileLayout layout) {
        long bytes = tileHeadBytes(layout);
        for (TileLayout.Entry entry : layout.entries()) {
            bytes += entry.type().maxEncodedBytes();
        }
        return (int) Math.min(bytes, Integer.MAX_VALUE);
    }

    /** What is left of an item for its tiles. */
    public static int bytesForTiles(TileLayout layout) {
        return MAX_BYTES - KEY_AND_ATTRIBUTE_BYTES - headBytes(layout);
    }

    public long totalBytes() {
        return terms.stream().mapToLong(Term::total).sum();
    }

    public boolean fits() {
        return totalBytes() <= MAX_BYTES;
    }

    /** The sum as text: {@code 3,249 (keys and attributes) + 60 × 8 (count()) + … = 12,345 bytes}. */
    public String arithmetic() {
        return terms.stream().map(Term::toString).collect(Collectors.joining(" + "))
                + String.format(Locale.ROOT, " = %,d bytes", totalBytes());
    }

    private static int headBytes(TileLayout layout) {
        int openBytes = layout.itemFormat() == TileLayout.FIRST_FORMAT ? 0 : OPEN_BYTES;
        return 1 + openBytes + ByteWriter.varintBytes(MAX_TILES_PER_BLOCK);
    }

    private static int tileHeadBytes(TileLayout layout) {
        int lengthBytes = layout.itemFormat() == TileLayout.FIRST_FORMAT ? 0 : LENGTH_BYTES;
        return DISTANCE_BYTES + lengthBytes + Tile.maxMarkBytes(layout.entries().size());
    }
}

package dev.tidemark.core.tile;

import dev.tidemark.core.aggregate.ByteReader;
import dev.tidemark.core.aggregate.ByteWriter;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.window.TileWidth;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What one item holds: the tiles of one block that have events. Its {@linkplain #encode() bytes} are a function of the
 * events added, not of how they were batched. Mutable, not thread-safe.
 */
public final class ItemState {

    /** The first byte of every body; docs/format.md describes it. */
    public static final int FORMAT_VERSION = 1;

    private final TileLayout layout;
    private final TileWidth width;
    private final long block;

    /** Ascending; the first {@link #size} count. */
    private long[] indexes = new long[1];

    private @Nullable Tile[] tiles = new Tile[1];
    private int size;

    /** The last event's tile; the next event mostly goes there too. */
    private int lastUsed;

    private ItemState(TileLayout layout, TileWidth width, long block) {
        this.layout = layout;
        this.width = width;
        this.block = block;
    }

    /** An item to which no event was added. */
    public static ItemState empty(TileLayout layout, TileWidth width, long block) {
        return new ItemState(layout, width, block);
    }

    /**
     * Reads what {@link #encode} wrote.
     *
     * @param shardId the shard whose lane wrote the item, see {@link ItemKey#shardId}
     * @param body not changed, not kept
     * @throws CorruptItem if the bytes are not what a fold with this layout writes
     */
    public static ItemState decode(TileLayout layout, TileWidth width, long block, String shardId, byte[] body) {
        try {
            return read(layout, width, block, shardId, new ByteReader(body));
        } catch (CorruptItem e) {
            throw e;
        } catch (IllegalArgumentException e) {
            throw new CorruptItem("the body of " + body.length + " bytes cannot be read: " + e.getMessage(), e);
        }
    }

    private static ItemState read(TileLayout layout, TileWidth width, long block, String shardId, ByteReader in) {
        int version = in.readByte();
        if (version != FORMAT_VERSION) {
            throw new CorruptItem("format version " + version + "; this release reads version " + FORMAT_VERSION);
        }
        long count = in.readVarint();
        if (count < 0 || count > width.tilesPerBlock()) {
            throw new CorruptItem(Long.toUnsignedString(count) + " tiles in a block of " + width.tilesPerBlock());
        }
        int size = (int) count;
        long[] indexes = new long[Math.max(1, size)];
        Tile[] tiles = new Tile[indexes.length];
        long next = width.firstTileOf(block);
        long last = next + width.tilesPerBlock() - 1;
        for (int i = 0; i < size; i++) {
            next += in.readCount(width.tilesPerBlock());
            if (next > last) {
                throw new CorruptItem("tile " + next + " in block " + block + ", which ends at " + last);
            }
            indexes[i] = next++;
            tiles[i] = Tile.read(layout, in, shardId);
        }
        if (in.hasRemaining()) {
            throw new CorruptItem(in.remaining() + " bytes follow the end of the item");
        }
        ItemState item = new ItemState(layout, width, block);
        item.indexes = indexes;
        item.tiles = tiles;
        item.size = size;
        return item;
    }

    /**
     * Adds one event to a tile, which it creates if need be.
     *
     * @param tileIndex a tile of this block
     * @param filterBits see {@link Tile#add}
     */
    public void add(long tileIndex, EventRow row, long filterBits) {
        if (lastUsed >= size || indexes[lastUsed] != tileIndex) {
            lastUsed = findOrInsert(tileIndex);
        }
        tile(lastUsed).add(row, filterBits);
    }

    /** How many tiles it holds; some may be empty, when an event has passed no filter. */
    public int tileCount() {
        return size;
    }

    /** The number of the tile at a place, {@code 0 <= place < tileCount()}; ascending. */
    public long tileIndex(int place) {
        return indexes[place];
    }

    /** The tile at a place; it belongs to the item. */
    public Tile tile(int place) {
        Tile tile = tiles[place];
        if (tile == null || place >= size) {
            throw new IndexOutOfBoundsException("tile " + place + " of " + size);
        }
        return tile;
    }

    public TileWidth width() {
        return width;
    }

    public long block() {
        return block;
    }

    /** The canonical bytes: equal contents give equal bytes. Empty tiles are left out. */
    public byte[] encode() {
        ByteWriter out = new ByteWriter(16 + 16 * size);
        out.writeByte(FORMAT_VERSION);
        out.writeVarint(countNonEmpty());
        long next = width.firstTileOf(block);
        for (int i = 0; i < size; i++) {
            if (!tile(i).isEmpty()) {
                out.writeVarint(indexes[i] - next);
                tile(i).writeTo(out);
                next = indexes[i] + 1;
            }
        }
        return out.toByteArray();
    }

    private int countNonEmpty() {
        int count = 0;
        for (int i = 0; i < size; i++) {
            count += tile(i).isEmpty() ? 0 : 1;
        }
        return count;
    }

    private int findOrInsert(long tileIndex) {
        int place = Arrays.binarySearch(indexes, 0, size, tileIndex);
        return place >= 0 ? place : insert(-place - 1, tileIndex);
    }

    private int insert(int place, long tileIndex) {
        if (width.blockOf(tileIndex) != block) {
            throw new IllegalArgumentException("tile " + tileIndex + " of width " + width.code() + " is in block "
                    + width.blockOf(tileIndex) + ", not " + block);
        }
        if (size == indexes.length) {
            indexes = Arrays.copyOf(indexes, 2 * size);
            tiles = Arrays.copyOf(tiles, 2 * size);
        }
        System.arraycopy(indexes, place, indexes, place + 1, size - place);
        System.arraycopy(tiles, place, tiles, place + 1, size - place);
        indexes[place] = tileIndex;
        tiles[place] = Tile.empty(layout);
        size++;
        return place;
    }
}

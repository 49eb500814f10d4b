package dev.tidemark.core.tile;

import dev.tidemark.core.aggregate.ByteReader;
import dev.tidemark.core.aggregate.ByteWriter;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.window.TileWidth;

/**
 * What one item of a width holds: the tiles of one block that have events. Its {@linkplain #encode() bytes} are a
 * function of the events added, not of how they were batched. Mutable, not thread-safe.
 *
 * <p>An item below a {@linkplain HeadState head} also says which of its tiles' events are in it: those before {@link
 * #open}.
 */
public final class ItemState {

    private final TileLayout layout;
    private final TileWidth width;
    private final long block;
    private final TileList tiles;

    /** See {@link #open}. */
    private long open = HeadState.NOT_OPEN;

    private ItemState(TileLayout layout, TileWidth width, long block, TileList tiles) {
        this.layout = layout;
        this.width = width;
        this.block = block;
        this.tiles = tiles;
    }

    /**
     * An item to which no event was added.
     *
     * @param shardId the shard whose lane writes the item, see {@link ItemKey#shardId}
     */
    public static ItemState empty(TileLayout layout, TileWidth width, long block, String shardId) {
        return new ItemState(layout, width, block, new TileList(layout, shardId));
    }

    /**
     * Reads what {@link #encode} wrote.
     *
     * @param body kept, so nobody may change it
     * @throws CorruptItem if the bytes are not what a fold with this layout writes
     */
    public static ItemState decode(TileLayout layout, TileWidth width, long block, String shardId, byte[] body) {
        try {
            ByteReader in = new ByteReader(body);
            int version = in.readByte();
            ItemState item = empty(layout, width, block, shardId);
            if (version != layout.itemFormat()) {
                throw new CorruptItem(
                        "format version " + version + "; items of this view have version " + layout.itemFormat());
            }
            if (version == TileLayout.FIRST_FORMAT) {
                item.readInFirstFormat(shardId, in);
            } else {
                item.read(in, body);
            }
            return item;
        } catch (CorruptItem e) {
            throw e;
        } catch (IllegalArgumentException e) {
            throw new CorruptItem("the body of " + body.length + " bytes cannot be read: " + e.getMessage(), e);
        }
    }

    private void readInFirstFormat(String shardId, ByteReader in) {
        long count = in.readVarint();
        if (count < 0 || count > width.tilesPerBlock()) {
            throw new CorruptItem(Long.toUnsignedString(count) + " tiles in a block of " + width.tilesPerBlock());
        }
        long[] indexes = new long[(int) count];
        Tile[] read = new Tile[indexes.length];
        long next = width.firstTileOf(block);
        for (int i = 0; i < read.length; i++) {
            next += in.readCount(width.tilesPerBlock());
            if (next > lastTile()) {
                throw new CorruptItem("tile " + next + " in block " + block + ", which ends at " + lastTile());
            }
            indexes[i] = next++;
            read[i] = Tile.read(layout, in, shardId);
        }
        for (int i = read.length - 1; i >= 0; i--) {
            tiles.append(indexes[i], read[i]);
        }
        if (in.hasRemaining()) {
            throw new CorruptItem(in.remaining() + " bytes follow the end of the item");
        }
    }

    private void read(ByteReader in, byte[] body) {
        open = in.readVarint() - 1;
        tiles.read(in, body, lastTile(), width.firstTileOf(block));
    }

    private long lastTile() {
        return width.firstTileOf(block) + width.tilesPerBlock() - 1;
    }

    /**
     * Adds one event to a tile, which it creates if need be.
     *
     * @param tileIndex a tile of this block
     * @param filterBits see {@link Tile#add}
     */
    public void add(long tileIndex, EventRow row, long filterBits) {
        check(tileIndex);
        tiles.add(tileIndex, row, filterBits);
    }

    /**
     * Adds what a tile that a head gave up holds.
     *
     * @param tileIndex a tile of this block
     * @param encoded the tile's bytes; kept, so nobody may change them
     */
    public void merge(long tileIndex, byte[] encoded) {
        check(tileIndex);
        tiles.merge(tileIndex, encoded);
    }

    private void check(long tileIndex) {
        if (width.blockOf(tileIndex) != block) {
            throw new IllegalArgumentException("tile " + tileIndex + " of width " + width.code() + " is in block "
                    + width.blockOf(tileIndex) + ", not " + block);
        }
    }

    /**
     * Of an item below a head: of which hop tiles the events are here, up to the item's mark. It is those before this
     * one; others are in the head, or were when the item was written. {@link HeadState#NOT_OPEN} of any other item.
     */
    public long open() {
        return open;
    }

    public void setOpen(long hopTile) {
        open = hopTile;
    }

    /** How many tiles it holds; some may be empty, when an event has passed no filter. */
    public int tileCount() {
        return tiles.size();
    }

    /** The number of the tile at a place, {@code 0 <= place < tileCount()}; ascending. */
    public long tileIndex(int place) {
        return tiles.index(tiles.size() - 1 - place);
    }

    /**
     * The tile at a place; it belongs to the item, and must not be changed.
     *
     * @throws CorruptItem if its bytes are no tile
     */
    public Tile tile(int place) {
        return tiles.tile(tiles.size() - 1 - place);
    }

    /**
     * Merges its tiles into what the targets tell. That costs less than to look at each.
     *
     * @throws CorruptItem if the bytes of such a tile are none; what was merged by then stays so
     */
    public void mergeInto(MergedTiles.Targets targets) {
        tiles.mergeInto(targets);
    }

    public TileWidth width() {
        return width;
    }

    public long block() {
        return block;
    }

    /** The canonical bytes: equal contents give equal bytes. The first format leaves out empty tiles. */
    public byte[] encode() {
        if (layout.itemFormat() == TileLayout.FIRST_FORMAT) {
            return encodeInFirstFormat();
        }
        ByteWriter out = new ByteWriter(1 + ByteWriter.varintBytes(open + 1) + tiles.encodedBytes(lastTile()));
        out.writeByte(layout.itemFormat());
        out.writeVarint(open + 1);
        tiles.writeTo(out, lastTile());
        return out.toByteArray();
    }

    private byte[] encodeInFirstFormat() {
        ByteWriter out = new ByteWriter(16 + 16 * tiles.size());
        out.writeByte(TileLayout.FIRST_FORMAT);
        out.writeVarint(countNonEmpty());
        long next = width.firstTileOf(block);
        for (int i = 0; i < tiles.size(); i++) {
            if (!tile(i).isEmpty()) {
                out.writeVarint(tileIndex(i) - next);
                tile(i).writeTo(out);
                next = tileIndex(i) + 1;
            }
        }
        return out.toByteArray();
    }

    private int countNonEmpty() {
        int count = 0;
        for (int i = 0; i < tiles.size(); i++) {
            count += tile(i).isEmpty() ? 0 : 1;
        }
        return count;
    }
}

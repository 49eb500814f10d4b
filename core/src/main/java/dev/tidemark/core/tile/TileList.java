package dev.tidemark.core.tile;

import dev.tidemark.core.aggregate.ByteReader;
import dev.tidemark.core.aggregate.ByteWriter;
import dev.tidemark.core.event.EventRow;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Tiles by index, newest first. What was read stays bytes until somebody wants it: an event mostly goes into the newest
 * tile, and the older ones are passed on in one piece, not even told apart. Mutable, not thread-safe.
 *
 * <p>Encoded: number of tiles; then of each, newest first, its distance down from the one before (the first: from a bound
 * that the caller knows), its length, its bytes.
 */
final class TileList {

    private static final byte[] NO_BYTES = {};

    /** In place of a length: the tile has changed since it was bytes. */
    private static final int CHANGED = -1;

    private final TileLayout layout;
    private final String shardId;

    // The newest tiles, told apart; descending.
    private long[] indexes = new long[2];
    private @Nullable Tile[] tiles = new Tile[2];
    private byte[][] sources = {NO_BYTES, NO_BYTES};
    private int[] offsets = new int[2];
    private int[] lengths = new int[2];
    private int apart;

    // The others, as they were read.
    private byte[] rest = NO_BYTES;
    private int restOffset;
    private int restCount;

    /** What the next tile of the rest is counted down from; and no tile there is older than {@link #oldest}. */
    private long restBound;

    private long oldest;

    /** @param shardId the shard of the lane whose events it holds, see {@link ItemKey#shardId} */
    TileList(TileLayout layout, String shardId) {
        this.layout = layout;
        this.shardId = shardId;
    }

    int size() {
        return apart + restCount;
    }

    /** @param place from 0, the newest */
    long index(int place) {
        tellApart(place);
        return indexes[place];
    }

    /**
     * The tile at a place; it belongs to the list, and must not be changed.
     *
     * @throws CorruptItem if its bytes are no tile
     */
    Tile tile(int place) {
        tellApart(place);
        Tile known = tiles[place];
        if (known == null) {
            known = decoded(sources[place], offsets[place], lengths[place]);
            tiles[place] = known;
        }
        return known;
    }

    private Tile decoded(byte[] source, int offset, int length) {
        try {
            ByteReader in = new ByteReader(source, offset, length);
            Tile tile = Tile.read(layout, in, shardId);
            if (in.hasRemaining()) {
                throw new CorruptItem(in.remaining() + " bytes follow the end of a tile");
            }
            return tile;
        } catch (CorruptItem e) {
            throw e;
        } catch (IllegalArgumentException e) {
            throw new CorruptItem("a tile of " + length + " bytes cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * Adds one event to a tile.
     *
     * @return whether the tile was created for it
     */
    boolean add(long index, EventRow row, long filterBits) {
        int before = size();
        changeable(findOrInsert(index)).add(row, filterBits);
        return size() > before;
    }

    /** Adds what an encoded tile holds. If there is no such tile yet, its bytes are taken as they are, and kept. */
    void merge(long index, byte[] encoded) {
        int before = size();
        int place = findOrInsert(index);
        if (size() == before) {
            changeable(place).merge(decoded(encoded, 0, encoded.length));
        } else {
            tiles[place] = null;
            sources[place] = encoded;
            offsets[place] = 0;
            lengths[place] = encoded.length;
        }
    }

    private Tile changeable(int place) {
        Tile tile = tile(place);
        lengths[place] = CHANGED;
        return tile;
    }

    /** The bytes of a tile, as {@link Tile#writeTo} writes it. */
    byte[] encoded(int place) {
        tellApart(place);
        int length = length(place);
        return Arrays.copyOfRange(sources[place], offsets[place], offsets[place] + length);
    }

    private int length(int place) {
        if (lengths[place] == CHANGED) {
            ByteWriter out = new ByteWriter(32);
            tile(place).writeTo(out);
            sources[place] = out.toByteArray();
            offsets[place] = 0;
            lengths[place] = sources[place].length;
        }
        return lengths[place];
    }

    /** How many bytes the newest tiles take when they are written. */
    int bytes(int newest, long bound) {
        if (newest < size()) {
            tellApart(newest);
        }
        int bytes = 0;
        long before = bound;
        for (int i = 0; i < Math.min(newest, apart); i++) {
            int length = length(i);
            bytes += ByteWriter.varintBytes(before - indexes[i]) + ByteWriter.varintBytes(length) + length;
            before = indexes[i] - 1;
        }
        return newest == size() ? bytes + rest.length - restOffset : bytes;
    }

    /** Keeps the newest tiles only. */
    void keep(int newest) {
        tellApart(newest - 1);
        Arrays.fill(tiles, newest, tiles.length, null);
        Arrays.fill(sources, newest, sources.length, NO_BYTES);
        apart = newest;
        rest = NO_BYTES;
        restOffset = 0;
        restCount = 0;
    }

    /** How many bytes {@link #writeTo} writes. */
    int encodedBytes(long bound) {
        return ByteWriter.varintBytes(size()) + bytes(size(), bound);
    }

    /** @param bound what the newest tile is counted down from */
    void writeTo(ByteWriter out, long bound) {
        out.writeVarint(size());
        long before = bound;
        for (int i = 0; i < apart; i++) {
            int length = length(i);
            out.writeVarint(before - indexes[i]);
            out.writeVarint(length);
            out.writeRaw(sources[i], offsets[i], length);
            before = indexes[i] - 1;
        }
        out.writeRaw(rest, restOffset, rest.length - restOffset);
    }

    /**
     * Reads what {@link #writeTo} wrote, up to the end.
     *
     * @param source what {@code in} reads; kept, so nobody may change it
     * @param bound what the newest tile is counted down from
     * @param lowest no tile's index is lower
     */
    void read(ByteReader in, byte[] source, long bound, long lowest) {
        restCount = in.readCount(in.remaining() / 2);
        if (restCount == 0) {
            checkEnd(in);
        }
        rest = source;
        restOffset = in.offset();
        restBound = bound;
        oldest = lowest;
    }

    /** Appends a tile that is older than all others. */
    void append(long index, Tile tile) {
        reserve(apart + 1);
        indexes[apart] = index;
        tiles[apart] = tile;
        sources[apart] = NO_BYTES;
        lengths[apart++] = CHANGED;
    }

    /** Merges the tiles into what the targets tell, newest first. What is not told apart yet stays so. */
    void mergeInto(MergedTiles.Targets targets) {
        for (int i = 0; i < apart; i++) {
            targets.merge(indexes[i], tile(i));
        }
        try {
            mergeRestInto(targets, new ByteReader(rest, restOffset, rest.length - restOffset));
        } catch (CorruptItem e) {
            throw e;
        } catch (IllegalArgumentException e) {
            throw unreadable(e);
        }
    }

    private void mergeRestInto(MergedTiles.Targets targets, ByteReader in) {
        long bound = restBound;
        for (int i = 0; i < restCount; i++) {
            long index = readIndex(in, bound);
            int length = in.readCount(in.remaining());
            int end = in.offset() + length;
            MergedTiles target = targets.of(index);
            if (target == null) {
                in.skip(length);
            } else {
                target.merge(in, shardId);
            }
            if (in.offset() != end) {
                throw new CorruptItem("a tile of " + length + " bytes ends " + (in.offset() - end) + " bytes later");
            }
            bound = index - 1;
        }
        checkEnd(in);
    }

    /** Tells tiles apart up to and including a place. */
    private void tellApart(int place) {
        if (place >= size()) {
            throw new IndexOutOfBoundsException("tile " + place + " of " + size());
        }
        while (apart <= place) {
            tellNextApart();
        }
    }

    private void tellNextApart() {
        try {
            ByteReader in = new ByteReader(rest, restOffset, rest.length - restOffset);
            long index = readIndex(in, restBound);
            int length = in.readCount(in.remaining());
            reserve(apart + 1);
            indexes[apart] = index;
            sources[apart] = rest;
            offsets[apart] = in.offset();
            lengths[apart++] = length;
            in.skip(length);
            restOffset = in.offset();
            restBound = index - 1;
            restCount--;
            if (restCount == 0) {
                checkEnd(in);
            }
        } catch (CorruptItem e) {
            throw e;
        } catch (IllegalArgumentException e) {
            throw unreadable(e);
        }
    }

    private long readIndex(ByteReader in, long bound) {
        long index = bound - in.readVarint();
        if (index > bound || index < oldest) {
            throw new CorruptItem("tile " + index + " outside " + oldest + " to " + bound);
        }
        return index;
    }

    private static void checkEnd(ByteReader in) {
        if (in.hasRemaining()) {
            throw new CorruptItem(in.remaining() + " bytes follow the end of the item");
        }
    }

    private CorruptItem unreadable(IllegalArgumentException problem) {
        return new CorruptItem(
                "the tiles of " + rest.length + " bytes cannot be read: " + problem.getMessage(), problem);
    }

    private int findOrInsert(long index) {
        while (restCount > 0 && (apart == 0 || indexes[apart - 1] > index)) {
            tellNextApart();
        }
        // From the newest down, because most events are new.
        int place = 0;
        while (place < apart && indexes[place] > index) {
            place++;
        }
        if (place == apart || indexes[place] != index) {
            insert(place, index);
        }
        return place;
    }

    private void insert(int place, long index) {
        reserve(apart + 1);
        int moved = apart - place;
        System.arraycopy(indexes, place, indexes, place + 1, moved);
        System.arraycopy(tiles, place, tiles, place + 1, moved);
        System.arraycopy(sources, place, sources, place + 1, moved);
        System.arraycopy(offsets, place, offsets, place + 1, moved);
        System.arraycopy(lengths, place, lengths, place + 1, moved);
        indexes[place] = index;
        tiles[place] = Tile.empty(layout);
        sources[place] = NO_BYTES;
        lengths[place] = CHANGED;
        apart++;
    }

    private void reserve(int count) {
        if (count > indexes.length) {
            int capacity = Math.max(count, 2 * indexes.length);
            indexes = Arrays.copyOf(indexes, capacity);
            tiles = Arrays.copyOf(tiles, capacity);
            int before = sources.length;
            sources = Arrays.copyOf(sources, capacity);
            Arrays.fill(sources, before, capacity, NO_BYTES);
            offsets = Arrays.copyOf(offsets, capacity);
            lengths = Arrays.copyOf(lengths, capacity);
        }
    }
}

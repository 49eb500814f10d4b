package dev.tidemark.core.fold;

import dev.tidemark.core.stream.Position;
import dev.tidemark.core.tile.StoredItem;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The bytes of an {@link ItemCache}: items with their keys, appended to slabs of which the oldest is dropped when there
 * are too many bytes. An item is in one piece, so that one look reads it, and is nothing that a garbage collector has to
 * follow or copy. Not thread-safe.
 *
 * <p>A place is {@code slab number << 16 | offset}; slab numbers begin at 1 and grow.
 */
@SuppressWarnings("ByteBufferBackingArray") // All slabs are allocated here, so that buffer and array begin together.
final class PackedLog {

    private static final int OFFSET_BITS = 16;

    /** Of a slab with more than one item. */
    private static final int SLAB_BYTES = 1 << OFFSET_BITS;

    /** So many of the largest have room. */
    private static final int FEWEST_ITEMS = 8;

    private static final int CACHE_LINE_BYTES = 64;
    private static final int LINES_READ_AHEAD = 4;

    /** An item gets an eighth more room than it needs, as the next version of it is mostly a little larger. */
    private static final int SPARE = 8;

    // An item: the family at 0, the other numbers at these offsets, then the entity, the mark's sequence number and the
    // body.
    private static final int BLOCK_AT = 4;
    private static final int EXPIRES_AT = 12;
    private static final int SUBSEQUENCE_AT = 20;
    private static final int ENTITY_LENGTH_AT = 28;
    private static final int SEQUENCE_LENGTH_AT = 30;
    private static final int BODY_LENGTH_AT = 32;
    private static final int ROOM_AT = 36;
    private static final int ENTITY_AT = 40;

    private static final ByteBuffer NONE = ByteBuffer.allocate(0);

    private final long maxBytes;

    // By slab number, modulo their length, which is a power of two.
    private ByteBuffer[] slabs = new ByteBuffer[16];
    private long first = 1;
    private long next = 1;
    private long bytes;

    /** The newest slab, which is filled from its position on. */
    private ByteBuffer newest = NONE;

    /** An item's key, with a number for all of it but the entity and the block. */
    @SuppressWarnings("ArrayRecordComponent") // Compared by isOf alone.
    record Key(int family, long block, byte[] entity, int hash) {}

    PackedLog(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** What the slabs take. */
    long bytes() {
        return bytes;
    }

    /** Whether the item is small enough. */
    boolean takes(Key key, StoredItem item) {
        return room(key, item) <= maxBytes / FEWEST_ITEMS;
    }

    private static int bytes(Key key, StoredItem item) {
        return ENTITY_AT + key.entity().length + item.mark().sequenceNumber().length() + item.body().length;
    }

    private static int room(Key key, StoredItem item) {
        int bytes = bytes(key, item);
        return bytes + bytes / SPARE;
    }

    /** @return where it is */
    long append(Key key, StoredItem item) {
        int room = room(key, item);
        long place = makeRoom(room);
        write(key, item, room, newest, newest.position());
        newest.position(newest.position() + room);
        return place;
    }

    /**
     * Puts an item in the place of another version of it.
     *
     * @return false if it has no room there; the other is still there then
     */
    boolean replace(long place, Key key, StoredItem item) {
        ByteBuffer slab = slab(place);
        int room = slab.getInt(offset(place) + ROOM_AT);
        if (bytes(key, item) > room) {
            return false;
        }
        write(key, item, room, slab, offset(place));
        return true;
    }

    private static void write(Key key, StoredItem item, int room, ByteBuffer slab, int at) {
        byte[] sequence = item.mark().sequenceNumber().getBytes(StandardCharsets.ISO_8859_1);
        slab.putInt(at, key.family())
                .putLong(at + BLOCK_AT, key.block())
                .putLong(at + EXPIRES_AT, item.expiresAtSeconds())
                .putLong(at + SUBSEQUENCE_AT, item.mark().subsequence())
                .putShort(at + ENTITY_LENGTH_AT, (short) key.entity().length)
                .putShort(at + SEQUENCE_LENGTH_AT, (short) sequence.length)
                .putInt(at + BODY_LENGTH_AT, item.body().length)
                .putInt(at + ROOM_AT, room)
                .put(at + ENTITY_AT, key.entity())
                .put(at + ENTITY_AT + key.entity().length, sequence)
                .put(at + ENTITY_AT + key.entity().length + sequence.length, item.body());
    }

    /** @return where the item is now; it may have gone from where it was */
    long appendAgain(long place) {
        ByteBuffer from = slab(place);
        int room = from.getInt(offset(place) + ROOM_AT);
        long again = makeRoom(room);
        // Even if the slab was dropped and is the newest one now: its bytes are still there, and are moved.
        newest.put(from.array(), offset(place), room);
        return again;
    }

    /** @return where the next item of so many bytes goes */
    private long makeRoom(int length) {
        if (length > newest.remaining()) {
            addSlab(Math.max(length, (int) Math.min(SLAB_BYTES, maxBytes / FEWEST_ITEMS)));
        }
        return (next - 1) << OFFSET_BITS | newest.position();
    }

    private void addSlab(int size) {
        ByteBuffer freed = NONE;
        while (bytes + size > maxBytes) {
            int oldest = index(first++);
            freed = slabs[oldest];
            slabs[oldest] = NONE;
            bytes -= freed.capacity();
        }
        if (next - first == slabs.length) {
            grow();
        }
        newest = freed.capacity() == size ? freed.clear() : ByteBuffer.allocate(size);
        slabs[index(next++)] = newest;
        bytes += size;
    }

    private void grow() {
        ByteBuffer[] before = slabs;
        slabs = new ByteBuffer[2 * before.length];
        for (long number = first; number < next; number++) {
            slabs[index(number)] = before[(int) number & (before.length - 1)];
        }
    }

    private int index(long number) {
        return (int) number & (slabs.length - 1);
    }

    private ByteBuffer slab(long place) {
        return slabs[index(place >>> OFFSET_BITS)];
    }

    private static int offset(long place) {
        return (int) place & (SLAB_BYTES - 1);
    }

    private static int bodyAt(ByteBuffer slab, int offset) {
        return offset
                + ENTITY_AT
                + slab.getShort(offset + ENTITY_LENGTH_AT)
                + slab.getShort(offset + SEQUENCE_LENGTH_AT);
    }

    /** Whether the item is still there. */
    boolean holds(long place) {
        return place >>> OFFSET_BITS >= first;
    }

    boolean isInOlderHalf(long place) {
        return place >>> OFFSET_BITS < (first + next) / 2;
    }

    boolean isOf(Key key, long place) {
        ByteBuffer slab = slab(place);
        int at = offset(place);
        int entityAt = at + ENTITY_AT;
        int length = key.entity().length;
        return slab.getInt(at) == key.family()
                && slab.getLong(at + BLOCK_AT) == key.block()
                && slab.getShort(at + ENTITY_LENGTH_AT) == length
                && Arrays.equals(slab.array(), entityAt, entityAt + length, key.entity(), 0, length);
    }

    StoredItem item(long place) {
        ByteBuffer slab = slab(place);
        int at = offset(place);
        int bodyAt = bodyAt(slab, at);
        int digits = slab.getShort(at + SEQUENCE_LENGTH_AT);
        String sequence = new String(slab.array(), bodyAt - digits, digits, StandardCharsets.ISO_8859_1);
        return new StoredItem(
                new Position(sequence, slab.getLong(at + SUBSEQUENCE_AT)),
                Arrays.copyOfRange(slab.array(), bodyAt, bodyAt + slab.getInt(at + BODY_LENGTH_AT)),
                slab.getLong(at + EXPIRES_AT));
    }

    /** Touches what of the item most probably has to be waited for. Any place is allowed. */
    int readAhead(long place) {
        if (!holds(place)) {
            return 0;
        }
        byte[] slab = slab(place).array();
        int end = Math.min(slab.length, offset(place) + LINES_READ_AHEAD * CACHE_LINE_BYTES);
        int read = 0;
        for (int at = offset(place); at < end; at += CACHE_LINE_BYTES) {
            read += slab[at];
        }
        return read;
    }
}

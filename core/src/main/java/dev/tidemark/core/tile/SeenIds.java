package dev.tidemark.core.tile;

import com.dynatrace.hash4j.hashing.HashValue128;
import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import dev.tidemark.core.aggregate.ByteReader;
import dev.tidemark.core.aggregate.ByteWriter;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.stream.Position;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The ids of an entity's counted events, which reveal what a producer sent twice (rule T3): the body of the item that
 * {@link ItemKey#ids} names. An event is a duplicate iff a counted event with the same id arrived at most the horizon
 * before or after it. Each id comes with its owner, the position of the event that was counted for it, so that a
 * redelivered event is recognized as itself.
 *
 * <p>Ids are forgotten by the running maximum of the arrivals of all events folded here, after every event: never by a
 * clock and never when the item is stored, so what is remembered does not depend on where a batch ends. Arrivals may
 * regress a little, which is why an id is kept somewhat longer than the horizon. Of too many ids the oldest go first,
 * by arrival, then by hash. The id of the event just folded always stays, however old it is: otherwise a redelivery of
 * the event could not be told from a duplicate.
 *
 * <p>Ids are kept as 128-bit hashes (MurmurHash3); among a million ids two hashes agree with a probability below
 * 10^-26. Mutable, not thread-safe.
 */
public final class SeenIds {

    /** The first byte of every body; docs/format.md describes it. */
    public static final int FORMAT_VERSION = 1;

    /** How far out of order a record may arrive and still be compared. */
    public static final long REGRESS_MILLIS = 60_000;

    private static final int HASH_BYTES = 16;
    private static final int OWNER_BYTES = 8;
    private static final Hasher64 OWNERS = Hashing.xxh3_64(4);

    /** Odd, so that no two subsequence numbers of one record have the same owner. */
    public static final long OWNER_STEP = 0x9E3779B97F4A7C15L;

    /** Of the ids at {@code [head, end)}, sorted by arrival, then hash. */
    private long[] arrivals = new long[4];

    private long[] highs = new long[4];
    private long[] lows = new long[4];
    private long[] owners = new long[4];

    /** Whether the owner may be missing in some of its items; known only to the caller, not stored. */
    private boolean[] unsettled = new boolean[4];

    private int head;
    private int end;
    private long maxArrivalMillis = Long.MIN_VALUE;

    /**
     * What a view wants.
     *
     * @param horizonMillis the greatest distance of two arrivals of one id, at least 0
     * @param maxIds how many ids are remembered at most, at least 1
     */
    public record Rule(long horizonMillis, int maxIds) {

        public Rule {
            if (horizonMillis < 0 || maxIds < 1) {
                throw new IllegalArgumentException(
                        "duplicates within " + horizonMillis + " ms, " + maxIds + " ids at most");
            }
        }

        /** How long after its arrival an id is kept, measured in arrivals. */
        public long keptMillis() {
            return horizonMillis + REGRESS_MILLIS;
        }
    }

    /** The decision about an event. */
    public enum Decision {
        /** Its id is remembered; the event counts. */
        COUNTED,
        /** The event does not count. */
        DUPLICATE,
        /** Not decided, and nothing changed: an id would be forgotten whose owner is {@linkplain #owns unsettled}. */
        UNDECIDED
    }

    /**
     * The hash of an event's id; a number is the same id as its plain decimal text. Null if the event has none.
     *
     * @throws IllegalStateException if the slot can be no id; such events are not admitted
     */
    public static @Nullable HashValue128 hash(EventRow row, int slot) {
        return switch (row.kind(slot)) {
            case ABSENT -> null;
            case STRING -> hash(row.string(slot));
            case NUMBER, BIG_NUMBER ->
                hash(row.decimal(slot).stripTrailingZeros().toPlainString());
            case BOOLEAN, COMPOUND, FLAWED, LIST ->
                throw new IllegalStateException("slot " + slot + " holds an event id of kind " + row.kind(slot));
        };
    }

    static HashValue128 hash(String id) {
        return Hashing.murmur3_128().hashCharsTo128Bits(id);
    }

    /** The owner of an id, as it is stored: the hash of the event's position. */
    public static long owner(Position position) {
        return OWNERS.hashCharsToLong(position.sequenceNumber()) + OWNER_STEP * position.subsequence();
    }

    /**
     * Reads what {@link #encode} wrote.
     *
     * @param body not changed, not kept
     * @throws CorruptItem if the bytes are not what a fold writes
     */
    public static SeenIds decode(byte[] body) {
        try {
            return read(new ByteReader(body));
        } catch (CorruptItem e) {
            throw e;
        } catch (IllegalArgumentException e) {
            throw new CorruptItem("the ids of " + body.length + " bytes cannot be read: " + e.getMessage(), e);
        }
    }

    private static SeenIds read(ByteReader in) {
        int version = in.readByte();
        if (version != FORMAT_VERSION) {
            throw new CorruptItem(
                    "format version " + version + " of event ids; this release reads version " + FORMAT_VERSION);
        }
        SeenIds ids = new SeenIds();
        ids.maxArrivalMillis = in.readVarint();
        int size = in.readCount(in.remaining() / (HASH_BYTES + OWNER_BYTES + 1));
        ids.resize(size + 1);
        ids.end = size;
        long before = ids.maxArrivalMillis;
        for (int i = size - 1; i >= 0; i--) {
            before -= in.readVarint();
            ids.arrivals[i] = before;
            ids.highs[i] = in.readLong();
            ids.lows[i] = in.readLong();
            ids.owners[i] = in.readLong();
        }
        if (in.hasRemaining()) {
            throw new CorruptItem(in.remaining() + " bytes follow the end of the event ids");
        }
        return ids;
    }

    /** The canonical bytes: the same events folded give the same bytes. */
    public byte[] encode() {
        ByteWriter out = new ByteWriter(16 + size() * (HASH_BYTES + OWNER_BYTES + 3));
        out.writeByte(FORMAT_VERSION);
        out.writeVarint(maxArrivalMillis);
        out.writeVarint(size());
        long before = maxArrivalMillis;
        for (int i = end - 1; i >= head; i--) {
            out.writeVarint(before - arrivals[i]);
            out.writeLong(highs[i]);
            out.writeLong(lows[i]);
            out.writeLong(owners[i]);
            before = arrivals[i];
        }
        return out.toByteArray();
    }

    /**
     * Decides about an event that was not folded here before, and folds it. Call once per event, in lane order.
     *
     * @param known whether the id is known from elsewhere, such as the lane's ancestors
     */
    public Decision fold(long high, long low, long owner, long arrivalMillis, Rule rule, boolean known) {
        return fold(high, low, owner, arrivalMillis, rule, known, false);
    }

    /** As {@link #fold} if all events before this one are settled: never undecided. */
    public Decision foldSettled(long high, long low, long owner, long arrivalMillis, Rule rule, boolean known) {
        return fold(high, low, owner, arrivalMillis, rule, known, true);
    }

    private Decision fold(
            long high, long low, long owner, long arrivalMillis, Rule rule, boolean known, boolean allSettled) {
        boolean duplicate = known || contains(high, low, arrivalMillis, rule.horizonMillis);
        long maxArrival = Math.max(maxArrivalMillis, arrivalMillis);
        int kept = firstKept(maxArrival - rule.keptMillis(), duplicate ? rule.maxIds : rule.maxIds - 1);
        for (int i = head; i < kept && !allSettled; i++) {
            if (unsettled[i]) {
                return Decision.UNDECIDED;
            }
        }
        maxArrivalMillis = maxArrival;
        head = kept;
        if (duplicate) {
            return Decision.DUPLICATE;
        }
        insert(arrivalMillis, high, low, owner);
        return Decision.COUNTED;
    }

    /** Whether an event with this id counted whose arrival is at most the horizon away. */
    public boolean contains(long high, long low, long arrivalMillis, long horizonMillis) {
        // From the newest down, because copies are mostly sent soon.
        for (int i = end - 1; i >= head && arrivals[i] >= arrivalMillis - horizonMillis; i--) {
            if (lows[i] == low && highs[i] == high && arrivals[i] <= arrivalMillis + horizonMillis) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether an event that was folded here before is the owner of its id. If so, the id must not be forgotten from now
     * on: the caller only asks about events that it has not settled.
     */
    public boolean owns(long high, long low, long owner, long arrivalMillis) {
        int i = Arrays.binarySearch(arrivals, head, end, arrivalMillis);
        while (i > head && arrivals[i - 1] == arrivalMillis) {
            i--;
        }
        for (; i >= head && i < end && arrivals[i] == arrivalMillis; i++) {
            if (owners[i] == owner && lows[i] == low && highs[i] == high) {
                unsettled[i] = true;
                return true;
            }
        }
        return false;
    }

    /** How many ids are remembered. */
    public int size() {
        return end - head;
    }

    /** The latest arrival of all events folded here; {@link Long#MIN_VALUE} before the first. */
    public long maxArrivalMillis() {
        return maxArrivalMillis;
    }

    /** The most bytes one id takes. */
    static int maxIdBytes(Rule rule) {
        return ByteWriter.varintBytes(rule.keptMillis()) + HASH_BYTES + OWNER_BYTES;
    }

    /**
     * The most bytes that format version, running maximum and number of ids take, and the distance of the one id that
     * may be older than the others (see {@link #fold}).
     */
    static int maxHeadBytes(Rule rule) {
        return 1 + 2 * ByteWriter.varintBytes(Long.MIN_VALUE) + ByteWriter.varintBytes(rule.maxIds);
    }

    /** Where the ids begin that stay: those not older, and the newest of them if they are too many. */
    private int firstKept(long oldestMillis, int maxIds) {
        int kept = Math.max(head, end - maxIds);
        while (kept < end && arrivals[kept] < oldestMillis) {
            kept++;
        }
        return kept;
    }

    private void insert(long arrivalMillis, long high, long low, long owner) {
        makeRoom();
        int place = end;
        while (place > head && compareAt(place - 1, arrivalMillis, high, low) > 0) {
            move(place - 1, place);
            place--;
        }
        arrivals[place] = arrivalMillis;
        highs[place] = high;
        lows[place] = low;
        owners[place] = owner;
        unsettled[place] = true;
        end++;
    }

    private void move(int from, int to) {
        arrivals[to] = arrivals[from];
        highs[to] = highs[from];
        lows[to] = lows[from];
        owners[to] = owners[from];
        unsettled[to] = unsettled[from];
    }

    private int compareAt(int i, long arrivalMillis, long high, long low) {
        int order = Long.compare(arrivals[i], arrivalMillis);
        if (order == 0) {
            order = Long.compareUnsigned(highs[i], high);
        }
        return order == 0 ? Long.compareUnsigned(lows[i], low) : order;
    }

    private void makeRoom() {
        if (end < arrivals.length) {
            return;
        }
        if (head > arrivals.length / 2) {
            int size = size();
            for (int i = 0; i < size; i++) {
                move(head + i, i);
            }
            end = size;
            head = 0;
        } else {
            resize(arrivals.length * 2);
        }
    }

    private void resize(int capacity) {
        int length = Math.max(4, capacity);
        arrivals = Arrays.copyOf(arrivals, length);
        highs = Arrays.copyOf(highs, length);
        lows = Arrays.copyOf(lows, length);
        owners = Arrays.copyOf(owners, length);
        unsettled = Arrays.copyOf(unsettled, length);
    }
}

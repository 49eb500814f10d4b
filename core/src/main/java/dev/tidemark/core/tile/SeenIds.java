package dev.tidemark.core.tile;

import com.dynatrace.hash4j.hashing.HashValue128;
import com.dynatrace.hash4j.hashing.Hashing;
import dev.tidemark.core.aggregate.ByteReader;
import dev.tidemark.core.aggregate.ByteWriter;
import dev.tidemark.core.event.EventRow;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The event ids that an item remembers to recognize what a producer sent twice (rule T3). An event is a duplicate iff a
 * counted event with the same id arrived at most the horizon before or after it.
 *
 * <p>Ids are forgotten by the running maximum of the arrivals that this item has seen, after every event: never by a
 * clock and never when the item is stored, so what is remembered does not depend on where a batch ends. Arrivals may
 * regress a little, which is why an id is kept somewhat longer than the horizon. Of too many ids the oldest go first,
 * by arrival, then by hash.
 *
 * <p>Ids are kept as 128-bit hashes (MurmurHash3); among a million ids two hashes agree with a probability below
 * 10^-26. Mutable, not thread-safe.
 */
public final class SeenIds {

    /** How much later than in order a record may arrive and still be compared. */
    public static final long REGRESS_MILLIS = 60_000;

    private static final int HASH_BYTES = 16;

    /** Of the ids at {@code [head, end)}, sorted by arrival, then hash. */
    private long[] arrivals = new long[4];

    private long[] highs = new long[4];
    private long[] lows = new long[4];
    private int head;
    private int end;
    private long maxArrivalMillis = Long.MIN_VALUE;

    /**
     * What a view wants.
     *
     * @param horizonMillis how far apart two arrivals of one id may lie, at least 0
     * @param maxIds how many ids are remembered at most, at least 1
     */
    public record Rule(long horizonMillis, int maxIds) {

        public Rule {
            if (horizonMillis < 0 || maxIds < 1) {
                throw new IllegalArgumentException(
                        "duplicates within " + horizonMillis + " ms, " + maxIds + " ids at most");
            }
        }

        long keptMillis() {
            return horizonMillis + REGRESS_MILLIS;
        }
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
            case BOOLEAN, COMPOUND, FLAWED ->
                throw new IllegalStateException("slot " + slot + " holds an event id of kind " + row.kind(slot));
        };
    }

    static HashValue128 hash(String id) {
        return Hashing.murmur3_128().hashCharsTo128Bits(id);
    }

    /**
     * Decides about an event and, if it is to be counted, remembers its id. Call once per event, in lane order.
     *
     * @return false if the event is a duplicate
     */
    public boolean admit(HashValue128 id, long arrivalMillis, Rule rule) {
        long high = id.getMostSignificantBits();
        long low = id.getLeastSignificantBits();
        maxArrivalMillis = Math.max(maxArrivalMillis, arrivalMillis);
        boolean duplicate = isRemembered(high, low, arrivalMillis, rule.horizonMillis);
        if (!duplicate) {
            insert(arrivalMillis, high, low);
        }
        forget(rule);
        return !duplicate;
    }

    /** How many ids are remembered. */
    public int size() {
        return end - head;
    }

    /** True until the first event is decided about; such ids take no bytes. */
    boolean isUnused() {
        return maxArrivalMillis == Long.MIN_VALUE;
    }

    void writeTo(ByteWriter out) {
        out.writeVarint(maxArrivalMillis);
        out.writeVarint(size());
        long before = maxArrivalMillis;
        for (int i = end - 1; i >= head; i--) {
            out.writeVarint(before - arrivals[i]);
            out.writeLong(highs[i]);
            out.writeLong(lows[i]);
            before = arrivals[i];
        }
    }

    static SeenIds read(ByteReader in) {
        SeenIds ids = new SeenIds();
        ids.maxArrivalMillis = in.readVarint();
        int size = in.readCount(in.remaining() / (HASH_BYTES + 1));
        ids.resize(size);
        ids.end = size;
        long before = ids.maxArrivalMillis;
        for (int i = size - 1; i >= 0; i--) {
            before -= in.readVarint();
            ids.arrivals[i] = before;
            ids.highs[i] = in.readLong();
            ids.lows[i] = in.readLong();
        }
        return ids;
    }

    /** The most bytes one id takes. */
    static int maxIdBytes(Rule rule) {
        return ByteWriter.varintBytes(rule.keptMillis()) + HASH_BYTES;
    }

    /** The most bytes that the running maximum and the number of ids take. */
    static int maxHeadBytes(Rule rule) {
        return ByteWriter.varintBytes(Long.MIN_VALUE) + ByteWriter.varintBytes(rule.maxIds);
    }

    /** From the newest down: what is sent twice is mostly sent twice soon. */
    private boolean isRemembered(long high, long low, long arrivalMillis, long horizonMillis) {
        for (int i = end - 1; i >= head && arrivals[i] >= arrivalMillis - horizonMillis; i--) {
            if (lows[i] == low && highs[i] == high && arrivals[i] <= arrivalMillis + horizonMillis) {
                return true;
            }
        }
        return false;
    }

    private void insert(long arrivalMillis, long high, long low) {
        makeRoom();
        int place = end;
        while (place > head && compareAt(place - 1, arrivalMillis, high, low) > 0) {
            arrivals[place] = arrivals[place - 1];
            highs[place] = highs[place - 1];
            lows[place] = lows[place - 1];
            place--;
        }
        arrivals[place] = arrivalMillis;
        highs[place] = high;
        lows[place] = low;
        end++;
    }

    private int compareAt(int i, long arrivalMillis, long high, long low) {
        int order = Long.compare(arrivals[i], arrivalMillis);
        if (order == 0) {
            order = Long.compareUnsigned(highs[i], high);
        }
        return order == 0 ? Long.compareUnsigned(lows[i], low) : order;
    }

    private void forget(Rule rule) {
        long oldestMillis = maxArrivalMillis - rule.keptMillis();
        while (size() > rule.maxIds || (head < end && arrivals[head] < oldestMillis)) {
            head++;
        }
    }

    private void makeRoom() {
        if (end < arrivals.length) {
            return;
        }
        if (head > arrivals.length / 2) {
            System.arraycopy(arrivals, head, arrivals, 0, size());
            System.arraycopy(highs, head, highs, 0, size());
            System.arraycopy(lows, head, lows, 0, size());
            end -= head;
            head = 0;
        } else {
            resize(arrivals.length * 2);
        }
    }

    private void resize(int capacity) {
        arrivals = Arrays.copyOf(arrivals, Math.max(4, capacity));
        highs = Arrays.copyOf(highs, Math.max(4, capacity));
        lows = Arrays.copyOf(lows, Math.max(4, capacity));
    }
}

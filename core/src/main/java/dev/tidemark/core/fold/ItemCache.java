package dev.tidemark.core.fold;

import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.StoredItem;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Items that the store has confirmed to a warm sandbox (rule F5): read from it, or written and confirmed. Never filled
 * from a write of unknown outcome. An old version is harmless, because the write is conditional on its mark. Belongs to
 * one {@link BatchFold}, and so to one generation. Thread-safe.
 *
 * <p>The items lie one behind the other in a {@link PackedLog}, from which the oldest go when it is full. One that is used
 * when it is no longer among the newer half is appended again. A table with open addressing says where the newest version
 * of an item is.
 *
 * <p>Looking up an item is waiting for memory, as most were not used for a while: a batch's items are looked up together,
 * so that the processor waits for several at a time.
 */
public final class ItemCache {

    private static final int FEWEST_SLOTS = 1 << 10;

    /** In place of where an item is. */
    private static final long FREE = 0;

    private static final long FORGOTTEN = 1;

    private final PackedLog log;

    /** By what a key has besides its entity and block: a number for it. */
    private final Map<Family, Integer> families = new HashMap<>();

    private Family lastFamily = new Family("", "", "");
    private int lastFamilyNumber;

    // The table. A slot whose item has gone from the log is as good as one that says FORGOTTEN.
    private int[] hashes = new int[FEWEST_SLOTS];
    private long[] places = new long[FEWEST_SLOTS];
    private int taken;

    /** Keeps the compiler from leaving out loads whose result nobody wants. */
    @SuppressWarnings("UnusedVariable")
    private long readAhead;

    private record Family(String viewVersion, String width, String lane) {

        boolean isOf(ItemKey key) {
            return width.equals(key.width()) && lane.equals(key.lane()) && viewVersion.equals(key.viewVersion());
        }
    }

    public ItemCache(long maxBytes) {
        this.log = new PackedLog(maxBytes);
    }

    /** @return by the keys' places; null where the item is not known */
    synchronized @Nullable StoredItem[] get(List<ItemKey> keys) {
        PackedLog.Key[] packed = new PackedLog.Key[keys.size()];
        for (int i = 0; i < packed.length; i++) {
            packed[i] = packed(keys.get(i));
        }
        readAhead(packed);
        @Nullable StoredItem[] found = new StoredItem[packed.length];
        for (int i = 0; i < packed.length; i++) {
            found[i] = get(packed[i]);
        }
        return found;
    }

    /** Loads of a loop that do not depend on each other are under way at the same time. */
    private void readAhead(PackedLog.Key[] keys) {
        long read = 0;
        for (PackedLog.Key key : keys) {
            int slot = key.hash() & (places.length - 1);
            read += places[slot] + hashes[slot];
        }
        for (PackedLog.Key key : keys) {
            read += log.readAhead(places[key.hash() & (places.length - 1)]);
        }
        readAhead += read;
    }

    private @Nullable StoredItem get(PackedLog.Key key) {
        int slot = slotOf(key);
        long place = places[slot];
        if (!log.holds(place)) {
            return null;
        }
        if (log.isInOlderHalf(place)) {
            place = log.appendAgain(place);
            places[slot] = place;
        }
        return log.item(place);
    }

    synchronized void confirmed(ItemKey key, StoredItem item) {
        PackedLog.Key packed = packed(key);
        int slot = slotOf(packed);
        long place = places[slot];
        if (log.holds(place) && !log.isInOlderHalf(place) && log.replace(place, packed, item)) {
            return;
        }
        if (log.takes(packed, item)) {
            put(slot, packed, log.append(packed, item));
        } else {
            places[slot] = place == FREE ? FREE : FORGOTTEN;
        }
    }

    synchronized void forget(ItemKey key) {
        int slot = slotOf(packed(key));
        if (places[slot] != FREE) {
            places[slot] = FORGOTTEN;
        }
    }

    /** How much memory the items take; the table comes to a few per cent of it. */
    synchronized long bytes() {
        return log.bytes();
    }

    private PackedLog.Key packed(ItemKey key) {
        if (!lastFamily.isOf(key)) {
            lastFamily = new Family(key.viewVersion(), key.width(), key.lane());
            lastFamilyNumber = families.computeIfAbsent(lastFamily, unknown -> families.size());
        }
        int family = lastFamilyNumber;
        int hash = (31 * key.entity().hashCode() + Long.hashCode(key.block())) * 31 + family;
        // The table takes the low bits.
        return new PackedLog.Key(
                family, key.block(), key.entity().getBytes(StandardCharsets.UTF_8), hash ^ hash >>> 16);
    }

    private void put(int slot, PackedLog.Key key, long place) {
        taken += places[slot] == FREE ? 1 : 0;
        hashes[slot] = key.hash();
        places[slot] = place;
        if (taken * 3L > places.length * 2L) {
            rebuild();
        }
    }

    /** Where the item's place is; if it is not known, where it can be put. */
    private int slotOf(PackedLog.Key key) {
        int last = places.length - 1;
        int useless = -1;
        int slot = key.hash() & last;
        for (; places[slot] != FREE; slot = (slot + 1) & last) {
            if (!log.holds(places[slot])) {
                useless = useless < 0 ? slot : useless;
            } else if (hashes[slot] == key.hash() && log.isOf(key, places[slot])) {
                return slot;
            }
        }
        return useless < 0 ? slot : useless;
    }

    /** Drops what the log holds no more; the table grows if it is still more than a third full. */
    private void rebuild() {
        int[] oldHashes = hashes;
        long[] oldPlaces = places;
        int live = 0;
        for (long place : oldPlaces) {
            live += log.holds(place) ? 1 : 0;
        }
        int slots = live * 3L > oldPlaces.length ? 2 * oldPlaces.length : oldPlaces.length;
        hashes = new int[slots];
        places = new long[slots];
        taken = live;
        for (int i = 0; i < oldPlaces.length; i++) {
            if (log.holds(oldPlaces[i])) {
                int slot = oldHashes[i] & (slots - 1);
                while (places[slot] != FREE) {
                    slot = (slot + 1) & (slots - 1);
                }
                hashes[slot] = oldHashes[i];
                places[slot] = oldPlaces[i];
            }
        }
    }
}

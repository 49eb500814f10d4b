package dev.tidemark.core.store;

import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.tile.ItemKey;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/**
 * The complete checkpoints. A checkpoint consists of positions and of every item that the lanes of those positions
 * wrote, in some version at or after them (rules C1 and C2): a replay of the archive from the positions on adds what is
 * missing and skips what is there. Ids sort by time, for example {@code 20261122T195400Z-3f9a}.
 *
 * <p>Futures complete with {@link DamagedCheckpoint} if what is read is missing, cut off or changed.
 */
public interface CheckpointStore {

    /** The ids of the complete checkpoints, oldest first. */
    CompletableFuture<List<String>> list();

    /** The manifest of a complete checkpoint, its checksum verified. */
    CompletableFuture<Manifest> manifest(String id);

    /**
     * The items of a bucket, each key once; size, checksum and number of items of every object are verified.
     *
     * @param bucket from 0, see {@link Positions#bucketOf}
     */
    CompletableFuture<List<ItemStore.Found>> read(Manifest manifest, int bucket);

    /** Only the wanted items of a bucket; the others need not all be in memory at once. */
    default CompletableFuture<List<ItemStore.Found>> read(Manifest manifest, int bucket, Predicate<ItemKey> wanted) {
        return read(manifest, bucket)
                .thenApply(items ->
                        items.stream().filter(item -> wanted.test(item.key())).toList());
    }

    /**
     * What a checkpoint fixes before it scans; P in the protocol.
     *
     * @param id the checkpoint's
     * @param timeMillis when it was fixed, milliseconds since the epoch
     * @param control read before the lane rows
     * @param lanes every lane row, at that moment or a little later
     * @param catalogHash of the catalog that took it
     * @param viewNames that catalog's views: version to name
     * @param scanSegments into how many parts the scan of the state table is divided
     * @param buckets into how many parts the items are divided, by a hash of their partition key
     */
    record Positions(
            String id,
            long timeMillis,
            ControlRow control,
            List<LaneRow> lanes,
            String catalogHash,
            Map<String, String> viewNames,
            int scanSegments,
            int buckets) {

        public Positions {
            lanes = List.copyOf(lanes);
            viewNames = Map.copyOf(viewNames);
            if (scanSegments < 1 || buckets < 1) {
                throw new IllegalArgumentException(
                        "checkpoint " + id + " of " + scanSegments + " scan segments and " + buckets + " buckets");
            }
        }

        /** The lane rows by lane id. */
        public Map<String, LaneRow> lanesById() {
            return LaneRow.byId(lanes);
        }

        /** The bucket of an item; all items of one entity and view share one. */
        public int bucketOf(ItemKey key) {
            return bucketOf(key.partitionKey(), buckets);
        }

        /** FNV-1a over the UTF-16 code units, the same on every platform. */
        public static int bucketOf(String partitionKey, int buckets) {
            int hash = 0x811C9DC5;
            for (int i = 0; i < partitionKey.length(); i++) {
                hash = (hash ^ partitionKey.charAt(i)) * 0x01000193;
            }
            return Math.floorMod(hash ^ (hash >>> 15), buckets);
        }
    }

    /**
     * One object of items, written once.
     *
     * @param bytes its size
     * @param sha256 64 lowercase hexadecimal digits, over the bytes as stored
     * @param items how many it holds
     */
    record StoredObject(String key, int bucket, long bytes, String sha256, long items) {}

    /**
     * What makes a checkpoint complete.
     *
     * @param asOfMillis by lane id of {@link Positions#lanes}: an upper bound of the arrivals of the records that are
     *     in the items or before the positions (rule C2); {@link Long#MIN_VALUE} for a lane without records
     * @param lanesAfter the lane rows after the scan: they know the fates of the records up to their positions, even if
     *     ids have forgotten them (rule T3)
     * @param objects all its objects, by bucket
     */
    record Manifest(
            Positions positions, Map<String, Long> asOfMillis, List<LaneRow> lanesAfter, List<StoredObject> objects) {

        public Manifest {
            asOfMillis = Map.copyOf(asOfMillis);
            lanesAfter = List.copyOf(lanesAfter);
            objects = List.copyOf(objects);
        }

        /** Of a scan during which no lane moved. */
        public Manifest(Positions positions, Map<String, Long> asOfMillis, List<StoredObject> objects) {
            this(positions, asOfMillis, positions.lanes(), objects);
        }

        public String id() {
            return positions.id();
        }

        public long timeMillis() {
            return positions.timeMillis();
        }

        public int buckets() {
            return positions.buckets();
        }

        /** The upper bound of the arrivals of all its records. */
        public long asOfMillisOfAll() {
            return asOfMillis.values().stream().mapToLong(Long::longValue).max().orElse(Long.MIN_VALUE);
        }

        /** Whether it holds no record that arrived after a moment (rule T1). */
        public boolean serves(long moment) {
            return asOfMillisOfAll() <= moment;
        }

        public long items() {
            return objects.stream().mapToLong(StoredObject::items).sum();
        }

        public long bytes() {
            return objects.stream().mapToLong(StoredObject::bytes).sum();
        }

        public List<StoredObject> objectsOf(int bucket) {
            return objects.stream().filter(object -> object.bucket() == bucket).toList();
        }
    }

    /**
     * Combines the items of several objects. A key may be stored twice, because a checkpoint sometimes reads tiles
     * again; the greater mark counts.
     */
    static List<ItemStore.Found> newest(Collection<ItemStore.Found> items) {
        Map<String, ItemStore.Found> newest = new TreeMap<>();
        for (ItemStore.Found item : items) {
            newest.merge(
                    item.key().partitionKey() + " " + item.key().sortKey(),
                    item,
                    (a, b) -> mark(a).isAfter(mark(b)) ? a : b);
        }
        return List.copyOf(newest.values());
    }

    private static Position mark(ItemStore.Found found) {
        return found.item().mark();
    }
}

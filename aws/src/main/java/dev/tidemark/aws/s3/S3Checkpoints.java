package dev.tidemark.aws.s3;

import dev.tidemark.aws.Backoff;
import dev.tidemark.core.async.Failures;
import dev.tidemark.core.async.Flight;
import dev.tidemark.core.store.CheckpointStore;
import dev.tidemark.core.store.CheckpointWriter;
import dev.tidemark.core.store.DamagedCheckpoint;
import dev.tidemark.core.store.ItemStore.Found;
import dev.tidemark.core.stream.Sha256;
import dev.tidemark.core.tile.ItemKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/**
 * The checkpoints on S3 (rules C1 and C2). Objects are written once and never changed. Thread-safe.
 *
 * <pre>
 * checkpoint/positions/ID.json                                 what was fixed before the scan
 * checkpoint/state/ID/scans/SEGMENT.json                       a complete scan segment, and its objects
 * checkpoint/state/ID/items/ATTEMPT/SEGMENT-BUCKET-NUMBER.gz   items
 * checkpoint/manifests/ID.json                                 makes it complete
 * </pre>
 */
public final class S3Checkpoints implements CheckpointStore, CheckpointWriter {

    private static final String POSITIONS = "checkpoint/positions/";
    private static final String STATE = "checkpoint/state/";
    private static final String MANIFESTS = "checkpoint/manifests/";
    private static final String JSON = ".json";
    private static final String JSON_TYPE = "application/json";
    private static final String ITEMS_TYPE = "application/gzip";
    private static final int PARALLEL_REQUESTS = 16;

    private final S3Objects objects;

    public S3Checkpoints(S3AsyncClient s3, String bucket, Backoff backoff) {
        this.objects = new S3Objects(s3, bucket, backoff);
    }

    @Override
    public CompletableFuture<List<String>> list() {
        return ids(MANIFESTS);
    }

    @Override
    public CompletableFuture<List<String>> begun() {
        return ids(POSITIONS);
    }

    private CompletableFuture<List<String>> ids(String prefix) {
        return keys(prefix, null, new ArrayList<>())
                .thenApply(keys -> keys.stream()
                        .filter(key -> key.endsWith(JSON))
                        .map(key -> key.substring(prefix.length(), key.length() - JSON.length()))
                        .sorted()
                        .toList());
    }

    @Override
    public CompletableFuture<Manifest> manifest(String id) {
        String key = manifestKey(id);
        return read(key, CheckpointJson::readManifest).thenApply(manifest -> {
            if (!manifest.id().equals(id)) {
                throw new DamagedCheckpoint(
                        key, "it is the manifest of checkpoint " + manifest.id() + ", so it was moved or copied");
            }
            return manifest;
        });
    }

    @Override
    public CompletableFuture<List<Found>> read(Manifest manifest, int bucket) {
        return read(manifest, bucket, item -> true);
    }

    @Override
    public CompletableFuture<List<Found>> read(Manifest manifest, int bucket, Predicate<ItemKey> wanted) {
        List<Found> items = new ArrayList<>();
        return Flight.all(
                        manifest.objectsOf(bucket),
                        PARALLEL_REQUESTS,
                        object -> read(manifest, object).thenAccept(found -> add(items, found, wanted)))
                .thenApply(all -> CheckpointStore.newest(items));
    }

    private static void add(List<Found> items, List<Found> found, Predicate<ItemKey> wanted) {
        synchronized (items) {
            for (Found item : found) {
                if (wanted.test(item.key())) {
                    items.add(item);
                }
            }
        }
    }

    private CompletableFuture<List<Found>> read(Manifest manifest, StoredObject object) {
        return read(object.key(), bytes -> {
            if (bytes.length != object.bytes()) {
                throw new InvalidObjectException("it has " + bytes.length + " bytes, and the manifest of checkpoint "
                        + manifest.id() + " says " + object.bytes() + ": it was cut off or changed");
            }
            if (!Sha256.hex(bytes).equals(object.sha256())) {
                throw new InvalidObjectException("it does not have the checksum that the manifest of checkpoint "
                        + manifest.id() + " states: it was changed");
            }
            return checked(manifest, object, CheckpointItemsFormat.read(bytes));
        });
    }

    private static List<Found> checked(Manifest manifest, StoredObject object, List<Found> items) {
        if (items.size() != object.items()) {
            throw new InvalidObjectException(
                    "it holds " + items.size() + " items, and the manifest says " + object.items());
        }
        for (Found item : items) {
            if (manifest.positions().bucketOf(item.key()) != object.bucket()) {
                throw new InvalidObjectException("it holds items of another bucket than " + object.bucket());
            }
        }
        return items;
    }

    @Override
    public CompletableFuture<Optional<Positions>> positions(String id) {
        return optional(read(positionsKey(id), CheckpointJson::readPositions));
    }

    @Override
    public CompletableFuture<Void> fix(Positions positions) {
        return once(positionsKey(positions.id()), CheckpointJson.write(positions));
    }

    @Override
    public CompletableFuture<Map<Integer, ScanSegment>> scanned(Positions positions) {
        Map<Integer, ScanSegment> scanned = new TreeMap<>();
        return keys(scansPrefix(positions.id()), null, new ArrayList<>())
                .thenCompose(keys -> Flight.all(
                        keys,
                        PARALLEL_REQUESTS,
                        key -> read(key, CheckpointJson::readSegment).thenAccept(segment -> put(scanned, segment))))
                .thenApply(all -> scanned);
    }

    private static void put(Map<Integer, ScanSegment> scanned, ScanSegment segment) {
        synchronized (scanned) {
            scanned.put(segment.segment(), segment);
        }
    }

    @Override
    public CompletableFuture<StoredObject> write(Positions positions, Place place, List<Found> items) {
        byte[] bytes = CheckpointItemsFormat.write(items);
        String key = String.format(
                Locale.ROOT,
                "%sitems/%s/%06d-%05d-%05d.gz",
                statePrefix(positions.id()),
                place.attempt(),
                place.segment(),
                place.bucket(),
                place.number());
        StoredObject object = new StoredObject(key, place.bucket(), bytes.length, Sha256.hex(bytes), items.size());
        return objects.putOnce(key, ITEMS_TYPE, bytes).thenApply(stored -> object);
    }

    @Override
    public CompletableFuture<Void> complete(Positions positions, ScanSegment segment) {
        String key = String.format(Locale.ROOT, "%s%06d%s", scansPrefix(positions.id()), segment.segment(), JSON);
        return once(key, CheckpointJson.write(segment));
    }

    @Override
    public CompletableFuture<Void> publish(Manifest manifest) {
        return once(manifestKey(manifest.id()), CheckpointJson.write(manifest));
    }

    /** The positions are deleted last: while they exist, a cleanup finds the rest. */
    @Override
    public CompletableFuture<Void> delete(String id) {
        return objects.deleteAll(List.of(manifestKey(id)))
                .thenCompose(gone -> deleteAll(scansPrefix(id)))
                .thenCompose(gone -> deleteAll(statePrefix(id)))
                .thenCompose(gone -> objects.deleteAll(List.of(positionsKey(id))));
    }

    private CompletableFuture<Void> deleteAll(String prefix) {
        return keys(prefix, null, new ArrayList<>()).thenCompose(objects::deleteAll);
    }

    /** Where the manifest of a checkpoint is. */
    public static String manifestKey(String id) {
        return MANIFESTS + id + JSON;
    }

    private static String positionsKey(String id) {
        return POSITIONS + id + JSON;
    }

    private static String statePrefix(String id) {
        return STATE + id + "/";
    }

    private static String scansPrefix(String id) {
        return statePrefix(id) + "scans/";
    }

    private CompletableFuture<Void> once(String key, byte[] bytes) {
        return objects.putOnce(key, JSON_TYPE, bytes).thenAccept(stored -> {});
    }

    private CompletableFuture<List<String>> keys(String prefix, @Nullable String after, List<String> keys) {
        return objects.list(prefix, after, KeyPage.MAX_KEYS).thenCompose(page -> {
            keys.addAll(page.keys());
            return page.next() == null ? CompletableFuture.completedFuture(keys) : keys(prefix, page.next(), keys);
        });
    }

    private <T> CompletableFuture<T> read(String key, Function<byte[], T> decode) {
        return objects.get(key)
                .thenApply(decode)
                .exceptionallyCompose(failure -> CompletableFuture.failedFuture(damage(key, unwrap(failure))));
    }

    /** An object that cannot be reached is not damaged. */
    private static Throwable damage(String key, Throwable failure) {
        if (failure instanceof NoSuchKeyException) {
            return new DamagedCheckpoint(key, "it is missing; it was deleted, or there never was one", failure);
        }
        return failure instanceof InvalidObjectException
                ? new DamagedCheckpoint(key, String.valueOf(failure.getMessage()), failure)
                : failure;
    }

    private static <T> CompletableFuture<Optional<T>> optional(CompletableFuture<T> read) {
        return read.thenApply(Optional::of).exceptionallyCompose(failure -> {
            Throwable cause = unwrap(failure);
            return cause instanceof DamagedCheckpoint && cause.getCause() instanceof NoSuchKeyException
                    ? CompletableFuture.completedFuture(Optional.empty())
                    : CompletableFuture.failedFuture(cause);
        });
    }

    private static Throwable unwrap(Throwable failure) {
        return Failures.cause(failure);
    }
}

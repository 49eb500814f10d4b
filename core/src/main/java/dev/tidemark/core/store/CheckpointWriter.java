package dev.tidemark.core.store;

import dev.tidemark.core.store.CheckpointStore.Manifest;
import dev.tidemark.core.store.CheckpointStore.Positions;
import dev.tidemark.core.store.CheckpointStore.StoredObject;
import dev.tidemark.core.stream.Position;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Writes and deletes checkpoints. Each step of a checkpoint is stored once: a second writer uses what the first has
 * stored. A failed future means that the outcome is not certain; everything may be repeated.
 */
public interface CheckpointWriter {

    /** Ids of all checkpoints that were begun, complete or not, oldest first. */
    CompletableFuture<List<String>> begun();

    /** The positions of a checkpoint; empty if it was never begun. */
    CompletableFuture<Optional<Positions>> positions(String id);

    /** Fixes the positions, once. */
    CompletableFuture<Void> fix(Positions positions);

    /** The scan segments that are complete, by number. */
    CompletableFuture<Map<Integer, ScanSegment>> scanned(Positions positions);

    /**
     * Stores one object of items.
     *
     * @param place used by no other writer
     * @param items all of one bucket
     */
    CompletableFuture<StoredObject> write(Positions positions, Place place, List<ItemStore.Found> items);

    /** Stores once that a scan segment is complete. */
    CompletableFuture<Void> complete(Positions positions, ScanSegment segment);

    /** Makes the checkpoint complete, once. */
    CompletableFuture<Void> publish(Manifest manifest);

    /** Deletes a checkpoint, its manifest first, so that a half-deleted one is not complete. May be repeated. */
    CompletableFuture<Void> delete(String id);

    /**
     * @param attempt names the one process that writes there
     * @param number counts its objects of that scan segment and bucket
     */
    record Place(String attempt, int segment, int bucket, int number) {}

    /**
     * A scan segment whose items are all stored.
     *
     * @param segment from 0
     * @param marks lane id to the highest mark of its items
     */
    record ScanSegment(int segment, List<StoredObject> objects, Map<String, Position> marks) {

        public ScanSegment {
            objects = List.copyOf(objects);
            marks = Map.copyOf(marks);
        }
    }
}

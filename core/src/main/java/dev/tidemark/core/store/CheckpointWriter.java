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
 * The making and deleting of checkpoints. Whatever says how far a checkpoint is, is written once: whoever comes second
 * takes what the first has written. Futures that fail say that the outcome is not certain; everything may be repeated.
 */
public interface CheckpointWriter {

    /** Ids of all checkpoints that were begun, complete or not, oldest first. */
    CompletableFuture<List<String>> begun();

    /** What a checkpoint has fixed; empty if it was never begun. */
    CompletableFuture<Optional<Positions>> positions(String id);

    /** Fixes the positions, once. */
    CompletableFuture<Void> fix(Positions positions);

    /** The scan segments that are complete, by number. */
    CompletableFuture<Map<Integer, ScanSegment>> scanned(Positions positions);

    /**
     * Writes one object of items.
     *
     * @param place under which nobody else writes
     * @param items all of one bucket
     */
    CompletableFuture<StoredObject> write(Positions positions, Place place, List<ItemStore.Found> items);

    /** Says that a scan segment is complete, once. */
    CompletableFuture<Void> complete(Positions positions, ScanSegment segment);

    /** Makes the checkpoint complete, once. */
    CompletableFuture<Void> publish(Manifest manifest);

    /** Deletes a checkpoint, its manifest first, so that one that is half deleted is not complete. Again is harmless. */
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

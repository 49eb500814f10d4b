package dev.tidemark.core.store;

import dev.tidemark.core.reference.Reference;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * The snapshots of all references, those of each numbered from 1 without a gap (rule X1). A snapshot has effect by its
 * manifest alone, which is written on absence after its rows. Nothing is ever changed or deleted. Reads are strongly
 * consistent.
 */
public interface ReferenceLog {

    /** There is no snapshot, and none can be stored. */
    ReferenceLog EMPTY = new ReferenceLog() {
        @Override
        public CompletableFuture<Long> last(String name, long after) {
            return CompletableFuture.completedFuture(after);
        }

        @Override
        public CompletableFuture<Manifest> read(String name, long number) {
            return CompletableFuture.failedFuture(
                    new IllegalArgumentException("there is no snapshot " + number + " of reference '" + name + "'"));
        }

        @Override
        public CompletableFuture<byte[]> rows(Manifest manifest) {
            return read(manifest.name(), manifest.number()).thenApply(none -> new byte[0]);
        }

        @Override
        public CompletableFuture<Void> storeRows(String name, String sha256, byte[] rows) {
            return CompletableFuture.failedFuture(new UnsupportedOperationException("nothing can be stored"));
        }

        @Override
        public CompletableFuture<Boolean> append(Manifest manifest) {
            return CompletableFuture.failedFuture(new UnsupportedOperationException("nothing can be stored"));
        }
    };

    /**
     * The number of a reference's last snapshot.
     *
     * @param after of a snapshot that is there, or 0
     * @return {@code after} if there is none later
     */
    CompletableFuture<Long> last(String name, long after);

    /** Completes exceptionally if there is no such manifest, or it cannot be read. */
    CompletableFuture<Manifest> read(String name, long number);

    /** The rows of a snapshot, as {@link dev.tidemark.core.reference.SnapshotRows} writes them. */
    CompletableFuture<byte[]> rows(Manifest manifest);

    /** Stores rows, which alone have no effect. May be repeated. */
    CompletableFuture<Void> storeRows(String name, String sha256, byte[] rows);

    /**
     * Stores a manifest under its number, unless the number is taken.
     *
     * @return true if it is stored, now or by an earlier attempt; false if another one has the number; completes
     *     exceptionally if that is not certain: it may still be stored later
     */
    CompletableFuture<Boolean> append(Manifest manifest);

    /**
     * One snapshot.
     *
     * @param name of the reference
     * @param number from 1
     * @param publishedMillis by the publisher's clock just before it was stored
     * @param effectiveMillis it is effective for records that arrive at this moment or later; the first one for all
     * @param nextAfterMillis how much later than its publication the next snapshot becomes effective, at least
     * @param fields the types of the values, by field
     * @param rows how many
     * @param bytes of the rows, uncompressed
     * @param sha256 of the rows, uncompressed, in hexadecimal digits
     */
    record Manifest(
            String name,
            long number,
            long publishedMillis,
            long effectiveMillis,
            long nextAfterMillis,
            Map<String, Reference.Type> fields,
            long rows,
            long bytes,
            String sha256) {

        public Manifest {
            fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
            if (number < 1 || effectiveMillis < publishedMillis || nextAfterMillis < 1) {
                throw new IllegalArgumentException("snapshot " + number + " of reference '" + name + "', published at "
                        + publishedMillis + ", effective at " + effectiveMillis + ", the next one " + nextAfterMillis
                        + " ms after its publication");
            }
        }
    }
}

package dev.tidemark.core.change;

import dev.tidemark.core.reference.Reference;
import dev.tidemark.core.reference.SnapshotRows;
import dev.tidemark.core.store.ReferenceLog;
import dev.tidemark.core.store.ReferenceLog.Manifest;
import dev.tidemark.core.stream.Sha256;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Publishes snapshots of references (rule X1). Several publishers may be at work at once. */
public final class ReferencePublisher {

    private final ReferenceLog log;
    private final LongSupplier clockMillis;

    /**
     * What came of it.
     *
     * @param manifest of the new snapshot, or of the last one if it has the same rows
     */
    public record Published(Manifest manifest, boolean isNew) {}

    /** @param clockMillis wall clock */
    public ReferencePublisher(ReferenceLog log, LongSupplier clockMillis) {
        this.log = log;
        this.clockMillis = clockMillis;
    }

    /**
     * Publishes a snapshot, unless the last one has the same rows.
     *
     * @param atMillis when it becomes effective; null for as soon as it may
     * @return completes with {@link IllegalArgumentException} if the rows are too large, fields have other types than before,
     *     or the moment is too near or before that of an earlier snapshot; with {@link IllegalStateException} if the
     *     manifest landed so late that some may have read without it
     */
    public CompletableFuture<Published> publish(Reference reference, SnapshotRows rows, @Nullable Long atMillis) {
        byte[] bytes = rows.write();
        if (bytes.length > reference.maxBytes()) {
            return CompletableFuture.failedFuture(
                    new IllegalArgumentException("the rows have " + bytes.length + " bytes, and reference '"
                            + reference.name() + "' allows " + reference.maxBytes()
                            + ": leave out columns that no view names, or raise its max_bytes"));
        }
        String sha256 = Sha256.hex(bytes);
        return log.storeRows(reference.name(), sha256, bytes)
                .thenCompose(stored -> append(reference, rows.count(), bytes.length, sha256, atMillis));
    }

    private CompletableFuture<Published> append(
            Reference reference, int rows, int bytes, String sha256, @Nullable Long atMillis) {
        return last(reference.name()).thenCompose(before -> {
            if (before.isPresent() && before.get().sha256().equals(sha256) && atMillis == null) {
                return CompletableFuture.completedFuture(new Published(before.get(), false));
            }
            before.ifPresent(last -> checkTypes(reference, last));
            long nowMillis = clockMillis.getAsLong();
            Manifest manifest = new Manifest(
                    reference.name(),
                    before.map(Manifest::number).orElse(0L) + 1,
                    nowMillis,
                    effectiveMillis(reference, before, nowMillis, atMillis),
                    reference.effectiveAfterMillis(),
                    reference.fields(),
                    rows,
                    bytes,
                    sha256);
            return log.append(manifest).thenCompose(isStored -> {
                if (!isStored) {
                    return append(reference, rows, bytes, sha256, atMillis);
                }
                checkInTime(before, manifest);
                return CompletableFuture.completedFuture(new Published(manifest, true));
            });
        });
    }

    private CompletableFuture<Optional<Manifest>> last(String name) {
        return log.last(name, 0)
                .thenCompose(number -> number == 0
                        ? CompletableFuture.completedFuture(Optional.empty())
                        : log.read(name, number).thenApply(Optional::of));
    }

    /** What the last snapshot promised holds for this one; what this catalog says, from the next one on. */
    private static long effectiveMillis(
            Reference reference, Optional<Manifest> before, long nowMillis, @Nullable Long atMillis) {
        long earliest = before.map(last -> Math.max(last.effectiveMillis(), nowMillis + leadMillis(reference, last)))
                .orElse(nowMillis);
        if (atMillis != null && atMillis < earliest) {
            throw new IllegalArgumentException("the snapshot would be effective at " + atMillis
                    + ", which is too near: " + earliest
                    + " is the earliest moment at which everyone knows it; leave the"
                    + " moment out, or name a later one");
        }
        return atMillis == null ? earliest : atMillis;
    }

    private static long leadMillis(Reference reference, Manifest last) {
        return Math.max(last.nextAfterMillis(), reference.effectiveAfterMillis());
    }

    private static void checkTypes(Reference reference, Manifest last) {
        reference.fields().forEach((field, type) -> {
            Reference.Type known = last.fields().get(field);
            if (known != null && known != type) {
                throw new IllegalArgumentException("field '" + field + "' of reference '" + reference.name() + "' is "
                        + type + " now, and was " + known + " in snapshot " + last.number()
                        + ": give the new field another name");
            }
        });
    }

    /** Within half of the lead, everyone who folds has still read the list before it matters. */
    private void checkInTime(Optional<Manifest> before, Manifest manifest) {
        long tookMillis = clockMillis.getAsLong() - manifest.publishedMillis();
        if (before.isPresent() && tookMillis > before.get().nextAfterMillis() / 2) {
            throw new IllegalStateException("storing snapshot " + manifest.number() + " of reference '"
                    + manifest.name() + "' took " + tookMillis + " ms, so events may have been folded without it after "
                    + manifest.effectiveMillis() + ": audit the views that look it up (tidemark audit)");
        }
    }
}

package dev.tidemark.core.store;

import dev.tidemark.core.async.Loop;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.stream.Sha256;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * The manifests of all redrives, numbered from 1 without a gap (rule Q1). A manifest claims the records it lists, and
 * is their archive. A writer reads all earlier manifests before it appends one, so no two claim the same record.
 * Nothing is ever changed or deleted. Reads are strongly consistent.
 */
public interface RedriveLog {

    CompletableFuture<Known> known();

    /** Completes exceptionally if there is no such manifest, or it cannot be read. */
    CompletableFuture<Manifest> read(long number);

    /** Reads manifests one after the other, both ends inclusive; none if {@code last} is before {@code first}. */
    default CompletableFuture<Void> each(long first, long last, Function<Manifest, CompletableFuture<Void>> visitor) {
        AtomicLong next = new AtomicLong(first);
        return Loop.whileTrue(() -> next.get() > last
                ? CompletableFuture.completedFuture(false)
                : read(next.getAndIncrement()).thenCompose(visitor).thenApply(done -> true));
    }

    /**
     * Stores a manifest under its number, unless the number is taken.
     *
     * @return true if it is stored, now or by an earlier attempt; false if another one has the number; completes
     *     exceptionally if that is not certain: it may still be stored later
     */
    CompletableFuture<Boolean> append(Manifest manifest);

    /**
     * Notes that a manifest is completely folded. May be repeated.
     *
     * @param timeMillis when, milliseconds since the epoch
     */
    CompletableFuture<Void> finish(long number, long timeMillis);

    /**
     * Decides once what the backfill's lanes of a view version hold (rule B1).
     *
     * @return what is valid: this, or an earlier decision
     */
    CompletableFuture<Repairs> settle(Repairs repairs);

    /** What was decided for a view version; empty if it was never backfilled. */
    CompletableFuture<Optional<Repairs>> repairs(String viewVersion);

    /**
     * Which redriven payloads replace archived ones in the backfill's lanes of a view version: those of other versions
     * of the view, for records up to these activations. Decided once for all generations, because an item's content is
     * a function of its key and mark, and the key has no generation (rule P3).
     *
     * @param view the view's name
     * @param activations lane id to the view's activation in the lane row, inclusive here; without lanes that fold the
     *     view from their first record on
     * @param lastManifest only redrives up to this number are included; 0 for none
     * @param ancestors for lanes in {@code activations}: lane id to the lanes before it whose ids are searched for a
     *     duplicate (rule T3), or for the halves of pairs (J4): then also those that are not in {@code activations}; lanes
     *     without any are left out
     */
    record Repairs(
            String view,
            String viewVersion,
            Map<String, Position> activations,
            long lastManifest,
            Map<String, Set<String>> ancestors) {

        public Repairs {
            activations = Map.copyOf(activations);
            Map<String, Set<String>> copy = new HashMap<>();
            ancestors.forEach((lane, before) -> {
                if (!before.isEmpty()) {
                    copy.put(lane, Set.copyOf(before));
                }
            });
            ancestors = Map.copyOf(copy);
            if (lastManifest < 0 || activations.containsValue(Position.ORIGIN)) {
                throw new IllegalArgumentException("repairs of view version " + viewVersion + " up to manifest "
                        + lastManifest + " with activations " + activations);
            }
        }
    }

    /**
     * @param last the number of the last manifest; 0 if there is none
     * @param done the numbers of those whose records are all folded
     */
    record Known(long last, Set<Long> done) {

        public Known {
            done = Set.copyOf(done);
        }
    }

    /**
     * What one redrive folds.
     *
     * @param number from 1
     * @param timeMillis the redrive's time, milliseconds since the epoch: then its records became known
     * @param entries those of one view version and lane in increasing position; not empty
     */
    record Manifest(long number, long timeMillis, List<Entry> entries) {

        public Manifest {
            entries = List.copyOf(entries);
            if (number < 1 || entries.isEmpty()) {
                throw new IllegalArgumentException("manifest " + number + " of " + entries.size() + " records");
            }
        }
    }

    /**
     * One record to be folded into one view.
     *
     * @param view the view's name
     * @param lane the lane that quarantined it
     * @param record with the data to fold, and its original position, arrival and partition key
     * @param originalSha256 of the data in quarantine, in hexadecimal digits
     */
    record Entry(String view, String viewVersion, Lane lane, RawRecord record, String originalSha256) {

        /** The record as it is folded: repaired if its data are not those in quarantine. */
        public RawRecord folded() {
            return Sha256.hex(record.data()).equals(originalSha256) ? record : record.asRepaired(record.data());
        }

        public Claim claim() {
            return new Claim(viewVersion, lane, record.position());
        }
    }

    /** Without the members of one manifest only. */
    record Claim(String viewVersion, Lane lane, Position position) {

        /** Identifies a record in quarantine. */
        public static Claim of(Quarantine.Entry entry) {
            return new Claim(entry.viewVersion(), entry.lane(), entry.record().position());
        }
    }
}

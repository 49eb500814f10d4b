package dev.tidemark.core.archive;

import dev.tidemark.core.async.Failures;
import dev.tidemark.core.store.Archive.Segment;
import dev.tidemark.core.store.ArchiveLog.SegmentRef;
import dev.tidemark.core.store.ArchiveStore;
import dev.tidemark.core.store.DamagedArchive;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Merges the many small segments of a finished hour into few large ones.
 *
 * <p>A segment is deleted only after one that holds all its records was read back, and only if its range of positions
 * is the smaller one. So each record stays in at least one segment that nobody may delete, the largest one that holds
 * it: despite a crash, another compactor, or an invocation that puts a small segment again. Nothing is kept between
 * runs.
 */
public final class Compactor {

    /** How many small segments are read at once. */
    private static final int WIDTH = 16;

    private final ArchiveStore archive;
    private final CompactionSettings settings;
    private final BooleanSupplier stop;
    private final List<DamagedArchive> damage = new ArrayList<>();
    private long segmentsMerged;
    private long segmentsWritten;
    private long records;
    private long overtaken;
    private long notStarted;

    /** @param stop asked before each merge; once it says so, no further one is started */
    public Compactor(ArchiveStore archive, CompactionSettings settings, BooleanSupplier stop) {
        this.archive = archive;
        this.settings = settings;
        this.stop = stop;
    }

    /**
     * Compacts the finished hours of a stream. The segments of imports are as large as they are meant to be. To be used
     * once.
     *
     * @param fromMillis older hours are left alone; milliseconds since the epoch
     * @param nowMillis milliseconds since the epoch
     * @return as {@link #run(List)}
     */
    public CompletableFuture<CompactionReport> run(String streamName, long fromMillis, long nowMillis) {
        return archive.list(streamName, fromMillis, Long.MAX_VALUE)
                .thenCompose(listing -> run(CompactionPlan.of(
                        listing.segments().stream()
                                .filter(ref -> !Lane.isImport(ref.laneId()))
                                .toList(),
                        settings,
                        nowMillis)));
    }

    /**
     * Carries out merges, one after the other. To be used once.
     *
     * @return completes exceptionally if the archive does not answer; what was done until then stays
     */
    public CompletableFuture<CompactionReport> run(List<CompactionPlan.Merge> merges) {
        return from(0, merges);
    }

    private CompletableFuture<CompactionReport> from(int index, List<CompactionPlan.Merge> merges) {
        int at = index;
        while (at < merges.size() && !stop.getAsBoolean()) {
            CompletableFuture<Void> merge = merge(merges.get(at));
            at++;
            if (!merge.isDone() || merge.isCompletedExceptionally()) {
                int next = at;
                return merge.exceptionallyCompose(failure -> noted(failure)).thenCompose(done -> from(next, merges));
            }
        }
        notStarted = (long) merges.size() - at;
        return CompletableFuture.completedFuture(
                new CompactionReport(segmentsMerged, segmentsWritten, records, overtaken, notStarted, damage));
    }

    /** Damage is noted; the other segments are still compacted. */
    private CompletableFuture<Void> noted(Throwable failure) {
        Throwable cause = Failures.cause(failure);
        if (!(cause instanceof DamagedArchive damaged)) {
            return CompletableFuture.failedFuture(cause);
        }
        if (damaged.kind() == DamagedArchive.Kind.MISSING) {
            overtaken++;
        } else {
            damage.add(damaged);
        }
        return CompletableFuture.completedFuture(null);
    }

    private CompletableFuture<Void> merge(CompactionPlan.Merge merge) {
        SegmentRef next = merge.next();
        return readAll(merge.segments(), new ArrayList<>())
                .thenCompose(segments -> next == null
                        ? merge(merge, segments, null)
                        : archive.read(next).thenCompose(after -> merge(merge, segments, after)));
    }

    private CompletableFuture<List<Segment>> readAll(List<SegmentRef> refs, List<Segment> read) {
        if (read.size() == refs.size()) {
            return CompletableFuture.completedFuture(read);
        }
        List<CompletableFuture<Segment>> reading =
                refs.subList(read.size(), Math.min(refs.size(), read.size() + WIDTH)).stream()
                        .map(archive::read)
                        .toList();
        return CompletableFuture.allOf(reading.toArray(CompletableFuture[]::new))
                .thenCompose(done -> {
                    reading.forEach(segment -> read.add(segment.join()));
                    return readAll(refs, read);
                });
    }

    private CompletableFuture<Void> merge(CompactionPlan.Merge merge, List<Segment> segments, @Nullable Segment next) {
        String nextKey = merge.next() == null ? "" : merge.next().key();
        CompletableFuture<Void> done = CompletableFuture.completedFuture(null);
        for (SegmentMerge.Merged merged :
                SegmentMerge.of(merge.segments(), segments, next, nextKey, settings.maxOpenBytes())) {
            done = done.thenCompose(before -> replace(merged));
        }
        return done;
    }

    private CompletableFuture<Void> replace(SegmentMerge.Merged merged) {
        return archive.put(merged.segment())
                .thenCompose(large -> archive.read(large).thenCompose(found -> {
                    check(large, merged.segment(), found);
                    List<SegmentRef> small = merged.parts().stream()
                            .filter(part -> !part.key().equals(large.key()))
                            .toList();
                    return archive.delete(small).thenAccept(deleted -> {
                        segmentsMerged += small.size();
                        segmentsWritten++;
                        records += found.records().size();
                    });
                }));
    }

    /** The stored segment must equal the merged one, record for record; it may have existed before. */
    private static void check(SegmentRef large, Segment merged, Segment found) {
        List<RawRecord> wanted = merged.records();
        if (!found.lane().equals(merged.lane())) {
            throw DamagedArchive.misplaced(
                    large.key(), "records of lane " + found.lane().id());
        }
        if (!found.last().equals(merged.last()) || found.count() != merged.count()) {
            throw DamagedArchive.miscounted(large.key(), large.laneId(), merged.last(), merged.count(), found.count());
        }
        Position difference = ReadTail.difference(found.records(), wanted, true);
        if (difference != null) {
            throw DamagedArchive.disagreeing(large.key(), "what it was merged from", large.laneId(), difference);
        }
    }
}

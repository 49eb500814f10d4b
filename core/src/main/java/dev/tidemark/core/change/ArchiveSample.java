package dev.tidemark.core.change;

import dev.tidemark.core.async.Loop;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.fold.Admission;
import dev.tidemark.core.fold.Inputs;
import dev.tidemark.core.fold.RecordJudge;
import dev.tidemark.core.store.Archive;
import dev.tidemark.core.store.ArchiveLog;
import dev.tidemark.core.store.ArchiveLog.SegmentRef;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.view.View;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Entities of a view with recent events, from the archive. */
public final class ArchiveSample {

    private final ArchiveLog archive;
    private final View view;
    private final Catalog.Source source;
    private final Inputs inputs;
    private final RecordJudge judge;

    /**
     * @param source the view's
     * @param inputs what reading its records needs
     */
    public ArchiveSample(ArchiveLog archive, View view, Catalog.Source source, Inputs inputs) {
        this.archive = archive;
        this.view = view;
        this.source = source;
        this.inputs = inputs;
        this.judge = new RecordJudge(view, source);
    }

    /**
     * Reads segments, the newest hours first, until there are enough entities or no more segments. Entities without an
     * arrival within the retention are missed.
     *
     * @param max how many entities at most
     * @return canonical texts, in the order found; empty if the view has no events
     */
    public CompletableFuture<List<String>> newest(int max, long nowMillis) {
        return archive.list(source.stream(), nowMillis - view.retentionMillis(), Long.MAX_VALUE)
                .thenCompose(listing -> {
                    List<SegmentRef> segments = new ArrayList<>(listing.segments());
                    segments.sort(Comparator.comparingLong(SegmentRef::hourStartMillis)
                            .reversed()
                            .thenComparing(SegmentRef::last, Comparator.reverseOrder()));
                    Iterator<SegmentRef> next = segments.iterator();
                    Set<String> found = new LinkedHashSet<>();
                    return Loop.whileTrue(() -> step(next, found, max)).thenApply(ignored -> List.copyOf(found));
                });
    }

    private CompletableFuture<Boolean> step(Iterator<SegmentRef> next, Set<String> found, int max) {
        if (found.size() >= max || !next.hasNext()) {
            return CompletableFuture.completedFuture(false);
        }
        return archive.read(next.next())
                .thenCompose(
                        segment -> inputs.prepare(source, segment.records()).thenApply(ready -> {
                            take(segment, ready, found, max);
                            return true;
                        }));
    }

    private void take(Archive.Segment segment, Inputs.Ready ready, Set<String> found, int max) {
        for (RawRecord record : segment.records()) {
            if (found.size() < max && isTaken(record, segment.lane().shardId(), ready)) {
                found.add(judge.entity());
            }
        }
    }

    private boolean isTaken(RawRecord record, String shardId, Inputs.Ready ready) {
        try {
            return judge.judge(record, shardId, ready) == Admission.Verdict.IN;
        } catch (InvalidEvent bad) {
            return false;
        }
    }
}

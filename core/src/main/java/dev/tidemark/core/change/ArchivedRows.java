package dev.tidemark.core.change;

import dev.tidemark.core.archive.LaneLog;
import dev.tidemark.core.archive.StreamLog;
import dev.tidemark.core.async.Loop;
import dev.tidemark.core.store.ArchiveLog;
import dev.tidemark.core.store.ImportLog.Manifest;
import dev.tidemark.core.store.ImportLog.Part;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.RawRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * The rows of an import as they are archived: with them a part whose lane has a row, which is a part that is archived as a
 * whole, is folded without the files it came from.
 */
public final class ArchivedRows implements ImportRows {

    private final ArchiveLog archive;
    private final Manifest manifest;

    public ArchivedRows(ArchiveLog archive, Manifest manifest) {
        this.archive = archive;
        this.manifest = manifest;
    }

    @Override
    public Cursor open(int part) {
        Part of = manifest.parts().stream()
                .filter(one -> one.index() == part)
                .findFirst()
                .orElseThrow();
        Lane lane = manifest.lane(of);
        // Segments of imports are listed whatever the time.
        return new Archived(
                StreamLog.open(archive, lane.streamName(), Map.of(), manifest.timeMillis(), manifest.timeMillis())
                        .thenApply(log -> log.expect(lane.id(), "the manifest of the import", of.end(), of.rows())));
    }

    private static final class Archived implements Cursor {

        private final CompletableFuture<LaneLog> opened;
        private final List<RawRecord> waiting = new ArrayList<>();
        private boolean ended;

        Archived(CompletableFuture<LaneLog> opened) {
            this.opened = opened;
        }

        @Override
        public CompletableFuture<List<RawRecord>> next(int most) {
            return opened.thenCompose(log -> Loop.whileTrue(() -> waiting.size() >= most || ended
                            ? CompletableFuture.completedFuture(false)
                            : log.next().thenApply(run -> {
                                run.ifPresentOrElse(some -> waiting.addAll(some.records()), () -> ended = true);
                                return true;
                            }))
                    .thenApply(filled -> {
                        List<RawRecord> some = waiting.subList(0, Math.min(most, waiting.size()));
                        List<RawRecord> next = List.copyOf(some);
                        some.clear();
                        return next;
                    }));
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }
}

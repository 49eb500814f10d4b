package dev.tidemark.core.overlap;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.fold.BatchRows;
import dev.tidemark.core.fold.Inputs;
import dev.tidemark.core.history.History;
import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.history.LaneSink;
import dev.tidemark.core.history.Range;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.RawRecord;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/** The records of a source in the archive, whatever views make of them and whichever side of the seam they lie on. */
public final class SourceRecords {

    /** The lanes of imports, by id. */
    public static final Predicate<String> IMPORTED = Lane::isImport;

    /** The lanes of the stream, by id. */
    public static final Predicate<String> STREAMED = IMPORTED.negate();

    private static final int CHUNK_RECORDS = 64;

    private final HistoryPorts past;
    private final Catalog.Source source;

    /** Is told every record that can be read. One lane after the other. */
    @FunctionalInterface
    public interface Visitor {

        /**
         * @param record as archived, or as a redrive repaired it
         * @param row valid during the call only
         * @param statedMillis when the event says that it happened
         */
        void read(Lane lane, RawRecord record, EventRow row, long statedMillis);
    }

    /** @param source says which fields are read */
    public SourceRecords(HistoryPorts past, Catalog.Source source) {
        this.past = past;
        this.source = source;
    }

    /**
     * Reads some lanes.
     *
     * @param range of arrivals, or everything
     * @return how many records cannot be read
     */
    public CompletableFuture<Long> read(Range range, Predicate<String> lanes, Visitor visitor) {
        Reading reading = new Reading(visitor);
        return past.control()
                .readLanes()
                .thenCompose(rows -> History.ofRecords(past, source.stream(), rows))
                .thenCompose(history -> history.walk(range.ofLanes(lanes), (laneId, parts) -> reading))
                .thenApply(walked -> reading.unreadable);
    }

    private final class Reading implements LaneSink {

        private final BatchRows rows = new BatchRows(source);
        private final Visitor visitor;
        private long unreadable;

        Reading(Visitor visitor) {
            this.visitor = visitor;
        }

        @Override
        public CompletableFuture<Boolean> take(int part, Lane lane, List<RawRecord> records, long[] knownMillis) {
            return past.inputs().prepare(source, records).thenApply(ready -> {
                read(lane, records, ready);
                return true;
            });
        }

        private void read(Lane lane, List<RawRecord> records, Inputs.Ready ready) {
            for (int first = 0; first < records.size(); first += CHUNK_RECORDS) {
                List<RawRecord> chunk = records.subList(first, Math.min(records.size(), first + CHUNK_RECORDS));
                rows.read(chunk, lane.shardId(), ready);
                for (int i = 0; i < chunk.size(); i++) {
                    if (rows.invalid(i) == null) {
                        visitor.read(lane, chunk.get(i), rows.row(i), rows.statedTimeMillis(i));
                    } else {
                        unreadable++;
                    }
                }
            }
        }
    }
}

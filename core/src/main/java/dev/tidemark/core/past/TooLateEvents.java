package dev.tidemark.core.past;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.fold.Inputs;
import dev.tidemark.core.fold.LaneDecider;
import dev.tidemark.core.fold.RecordJudge;
import dev.tidemark.core.history.Decide;
import dev.tidemark.core.history.History;
import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.history.LaneSink;
import dev.tidemark.core.history.Range;
import dev.tidemark.core.history.Sink;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.view.View;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Replays a view and keeps the events that were too late. It asks for no entity, so it stores no entity's ids. */
public final class TooLateEvents {

    private final HistoryPorts past;
    private final Catalog.Source source;
    private final View view;

    /**
     * An event that came too late.
     *
     * @param laneId where it was decided: by the live fold, a backfill or a redrive
     * @param record as archived, or with the payload that a redrive gave it
     * @param entity canonical text; empty if the event names none
     * @param eventTimeMillis milliseconds since the epoch
     */
    public record Event(String laneId, RawRecord record, String entity, long eventTimeMillis) {

        /** The live fold's lane that has the record. */
        public String liveLaneId() {
            return Lane.liveOf(laneId);
        }

        /** The number of the redrive that brought it; 0 if it came with the stream. */
        public long redrive() {
            return Lane.redriveOf(laneId);
        }
    }

    /** @param past what is read; may be bounded */
    public TooLateEvents(HistoryPorts past, Catalog.Source source, View view) {
        this.past = past;
        this.source = source;
        this.view = view;
    }

    /**
     * Events that arrived in [from, to), those of the stream first. Fails with {@link
     * dev.tidemark.core.store.DamagedArchive} if the archive of that time is not whole.
     *
     * @param found receives each once
     */
    public CompletableFuture<Void> find(long fromMillis, long toMillis, Consumer<Event> found) {
        Decide decide = new Decide(
                source,
                List.of(view),
                (of, entity) -> false,
                Long.MAX_VALUE,
                past.inputs(),
                (laneId, of, record, row, entity, bits, known) -> {});
        Sink sink = (laneId, parts) -> {
            TooLate ofLane = new TooLate(fromMillis, toMillis, found);
            LaneSink decided = decide.open(parts, ofLane);
            return (part, lane, records, known) -> past.inputs()
                    .prepare(source, records)
                    .thenCompose(ready -> {
                        ofLane.ready = ready;
                        return decided.take(part, lane, records, known);
                    });
        };
        // Before the archive is listed, so that it holds all that the rows call done.
        return past.control()
                .readLanes()
                .thenCompose(rows -> History.of(past, source.stream(), List.of(view), rows))
                .thenCompose(history -> history.walk(Range.arrived(fromMillis, toMillis), sink))
                .thenAccept(walked -> {});
    }

    private final class TooLate implements Decide.Visitor {

        private final RecordJudge judge = new RecordJudge(view, source);
        private final long fromMillis;
        private final long toMillis;
        private final Consumer<Event> found;
        private Inputs.Ready ready = Inputs.Ready.NOTHING;

        TooLate(long fromMillis, long toMillis, Consumer<Event> found) {
            this.fromMillis = fromMillis;
            this.toMillis = toMillis;
            this.found = found;
        }

        @Override
        public void folded(
                String laneId,
                View of,
                RawRecord record,
                EventRow row,
                String entity,
                long filterBits,
                long knownMillis) {
            throw new IllegalStateException("entity " + entity + " is not wanted");
        }

        @Override
        public void other(String laneId, View of, RawRecord record, LaneDecider.Fate fate, long knownMillis) {
            long arrival = record.arrivalMillis();
            if (fate == LaneDecider.Fate.TOO_LATE && arrival >= fromMillis && arrival < toMillis) {
                judge.judge(record, Lane.shardIdOf(laneId), ready);
                found.accept(new Event(laneId, record, entity(), judge.statedTimeMillis()));
            }
        }

        private String entity() {
            try {
                return judge.anyEntity();
            } catch (InvalidEvent namesNone) {
                return "";
            }
        }
    }
}

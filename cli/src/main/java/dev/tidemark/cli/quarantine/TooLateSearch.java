package dev.tidemark.cli.quarantine;

import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.event.JsonEventReader;
import dev.tidemark.core.fold.LaneDecider;
import dev.tidemark.core.fold.RecordJudge;
import dev.tidemark.core.history.Decide;
import dev.tidemark.core.history.History;
import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.history.Range;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.view.View;
import java.util.List;
import java.util.function.Consumer;

/** Replays a view, and keeps what was too late. No entity is wanted, so that nothing is remembered of any. */
public final class TooLateSearch {

    private final Stores stores;
    private final HistoryPorts past;
    private final Catalog.Source source;
    private final View view;
    private final RecordJudge judge;

    /**
     * An event that came too late.
     *
     * @param laneId of the live fold
     * @param record as archived, or with the payload that a redrive gave it
     * @param entity canonical text; empty if the event names none
     * @param eventTimeMillis milliseconds since the epoch
     * @param redrive the number of the redrive that brought it; 0 if it came with the stream
     */
    public record Event(String laneId, RawRecord record, String entity, long eventTimeMillis, long redrive) {}

    /** @param past what is read; may be bounded */
    public TooLateSearch(Stores stores, HistoryPorts past, Catalog catalog, View view) {
        this.source = catalog.sources().stream()
                .filter(each -> each.name().equals(view.source()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no source '" + view.source() + "' in the catalog"));
        this.stores = stores;
        this.past = past;
        this.view = view;
        this.judge = new RecordJudge(view, source, JsonEventReader::new);
    }

    String stream() {
        return source.stream();
    }

    /**
     * Events that arrived in [from, to), those of the stream first.
     *
     * @param found is told each once
     * @throws dev.tidemark.core.store.DamagedArchive if the archive of that time is not whole
     */
    public void run(long fromMillis, long toMillis, Consumer<Event> found) {
        // Before the archive is listed: what a row calls done is in it.
        List<LaneRow> rows = stores.await(stores.control().readLanes());
        Decide.Visitor visitor = new Decide.Visitor() {
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
                    judge.judge(record);
                    found.accept(new Event(
                            Lane.liveOf(laneId), record, entity(), judge.statedTimeMillis(), Lane.redriveOf(laneId)));
                }
            }
        };
        Decide decide =
                new Decide(source, List.of(view), JsonEventReader::new, (of, entity) -> false, Long.MAX_VALUE, visitor);
        stores.await(History.of(past, source.stream(), List.of(view), rows)
                .thenCompose(history -> history.walk(Range.arrived(fromMillis, toMillis), decide)));
    }

    private String entity() {
        try {
            return judge.anyEntity();
        } catch (InvalidEvent namesNone) {
            return "";
        }
    }
}

package dev.tidemark.core.fold;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.event.EventReader;
import dev.tidemark.core.event.EventShape;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.port.ViewCounts;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.view.View;
import java.util.List;
import java.util.function.Function;

/**
 * Tells what one view makes of a record, without folding it, by the very code of the fold. Not thread-safe.
 */
public final class RecordJudge {

    private final View view;
    private final BatchRows rows;

    /**
     * @param source the view's
     * @param readers makes a reader for the source's events
     */
    public RecordJudge(View view, Catalog.Source source, Function<EventShape, EventReader> readers) {
        this.view = view;
        this.rows = new BatchRows(source.shape(), readers.apply(source.shape()));
    }

    /** @throws InvalidEvent if the view wants the record but cannot fold it */
    public Admission.Verdict judge(RawRecord record) {
        List<RawRecord> one = List.of(record);
        rows.read(one, "");
        ViewWork work = new ViewWork(view, "", 1);
        work.sort(rows, one, Position.ORIGIN);
        if (!work.bad().isEmpty()) {
            throw work.bad().get(0).reason();
        }
        ViewCounts counts = work.counts(0, 1);
        if (counts.tooLate() > 0) {
            return Admission.Verdict.TOO_LATE;
        }
        return counts.filtered() > 0 ? Admission.Verdict.OUT : Admission.Verdict.IN;
    }

    /**
     * The event time as the producer wrote it, of the record judged last.
     *
     * @return milliseconds since the epoch
     */
    public long statedTimeMillis() {
        return rows.statedTimeMillis(0);
    }
}

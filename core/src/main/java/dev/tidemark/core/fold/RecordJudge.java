package dev.tidemark.core.fold;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.view.View;
import java.util.List;

/** Decides a record's fate in one view with the fold's own code, without folding it. Not thread-safe. */
public final class RecordJudge {

    private final Admission judge;
    private final BatchRows rows;

    /**
     * @param source the view's
     */
    public RecordJudge(View view, Catalog.Source source) {
        this.judge = Admission.of(view);
        this.rows = new BatchRows(source);
    }

    /** Of a record of the stream, of a source whose records are read without anything else. */
    public Admission.Verdict judge(RawRecord record) {
        return judge(record, "", Inputs.Ready.NOTHING);
    }

    /**
     * @param shardId of the record's lane
     * @param ready what {@link Inputs#prepare} brought for the record
     * @throws InvalidEvent if the view wants the record but cannot fold it
     */
    public Admission.Verdict judge(RawRecord record, String shardId, Inputs.Ready ready) {
        rows.read(List.of(record), shardId, ready);
        Admission.Verdict verdict = judge.judge(rows, 0);
        if (verdict == Admission.Verdict.IN) {
            judge.check(rows.row(0));
        }
        return verdict;
    }

    /** The entity of the record judged last, if the view takes it. */
    public String entity() {
        return judge.entity();
    }

    /**
     * The entity of the record judged last, whether or not the view takes it.
     *
     * @throws InvalidEvent if it names none
     */
    public String anyEntity() {
        return judge.entityOf(rows.row(0));
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

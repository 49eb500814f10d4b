package dev.tidemark.core.fold;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.event.EventShape;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.event.IsoTime;
import dev.tidemark.core.event.RecordReader;
import dev.tidemark.core.event.Seam;
import dev.tidemark.core.stream.KplRecords;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Packing;
import dev.tidemark.core.stream.RawRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The records of one batch, each parsed once for all views of its source that have one event time. Reused from batch to
 * batch; not thread-safe.
 */
public final class BatchRows {

    private final RecordReader reader;
    private final int slots;
    private final boolean takesOutsiders;
    private final @Nullable Seam seam;
    private boolean isImport;
    private final RowLookUps lookUps;
    private final List<EventRow> rows = new ArrayList<>();
    private @Nullable InvalidEvent[] invalid = new InvalidEvent[0];
    private long[] statedTimesMillis = new long[0];
    private long notFound;

    public BatchRows(Catalog.Source source) {
        this.reader = source.reader();
        this.slots = source.shape().fields().size();
        this.lookUps = new RowLookUps(source.lookUps());
        this.takesOutsiders = source.shape().aggregatedBy() == EventShape.AggregatedBy.ANY;
        this.seam = source.seam();
    }

    /** For sources whose records are read without anything else. */
    public void read(List<RawRecord> records, String shardId) {
        read(records, shardId, Inputs.Ready.NOTHING);
    }

    /**
     * @param shardId of the records
     * @param ready what {@link Inputs#prepare} brought for these records, or for more
     */
    public void read(List<RawRecord> records, String shardId, Inputs.Ready ready) {
        int size = records.size();
        isImport = Lane.isImportShard(shardId);
        if (statedTimesMillis.length < size) {
            invalid = new InvalidEvent[size];
            statedTimesMillis = new long[size];
        }
        Arrays.fill(invalid, null);
        notFound = 0;
        while (rows.size() < size) {
            rows.add(new EventRow(slots));
        }
        for (int i = 0; i < size; i++) {
            read(i, records.get(i), shardId, ready);
        }
    }

    private void read(int index, RawRecord record, String shardId, Inputs.Ready ready) {
        EventRow row = rows.get(index);
        row.setRecord(record.position(), shardId, record.arrivalMillis());
        try {
            checkNoRest(record);
            if (record.outsideShard() && !takesOutsiders) {
                throw outsideShard();
            }
            if (isImport) {
                // An export's row became JSON when it was imported, whatever the producers send.
                reader.readJson(record.data(), row);
            } else {
                reader.read(record, row);
            }
            statedTimesMillis[index] = row.eventTimeMillis();
            // An event cannot happen after its arrival; this corrects a producer's clock that runs ahead.
            row.setEventTimeMillis(Math.min(row.eventTimeMillis(), record.arrivalMillis()));
            notFound += lookUps.fill(row, ready);
        } catch (InvalidEvent e) {
            invalid[index] = e;
        }
    }

    /** Beyond the most records that an aggregated one may hold, the rest is one record (rule F11), still packed. */
    private static void checkNoRest(RawRecord record) {
        long subsequence = record.position().subsequence();
        if (subsequence == KplRecords.MAX_RECORDS || subsequence == KplRecords.MAX_RECORDS * Packing.STRIDE) {
            KplRecords.count(record.data()).ifPresent(count -> {
                throw new InvalidEvent(
                        InvalidEvent.Reason.TOO_MANY_SUBRECORDS,
                        "the last " + count + " of an aggregated record's records, of which " + KplRecords.MAX_RECORDS
                                + " are read",
                        "let the producer pack fewer (AggregationMaxCount of the Kinesis Producer Library); to count"
                                + " these too, put this payload on the stream as one record");
            });
        }
    }

    private static InvalidEvent outsideShard() {
        return new InvalidEvent(
                InvalidEvent.Reason.OUTSIDE_SHARD,
                "it came in an aggregated record of a shard that does not take its hash key, and the source is"
                        + " aggregated_by: kpl",
                "if the Kinesis Producer Library packs the records, leave it: the library sends such a record again,"
                        + " and a redrive would count it twice, so none is made. If anything else packs them, say"
                        + " aggregated_by: any at the source and backfill the views, which then count all of them");
    }

    /** How many look-ups of the batch found no row, or had no key to look up. */
    public long notFound() {
        return notFound;
    }

    /** The fields of a record that can be read, until the next batch; its event time is the one that counts. */
    public EventRow row(int index) {
        return rows.get(index);
    }

    /** Whether the records are rows of an import. */
    boolean isImport() {
        return isImport;
    }

    /**
     * I2: whether a record's event time is on the same side of the source's seam as its lane.
     *
     * @throws InvalidEvent if a record that can be read has no event time
     */
    public boolean isOnItsSide(int index) {
        return seam == null || seam.counts(isImport, statedTimeMillis(index));
    }

    /** Why the record cannot be read, or null if it can. */
    public @Nullable InvalidEvent invalid(int index) {
        return invalid[index];
    }

    /**
     * The event time as written.
     *
     * @throws InvalidEvent if a record that can be read has none
     */
    public long statedTimeMillis(int index) {
        if (statedTimesMillis[index] == IsoTime.NONE) {
            throw reader.noEventTime(rows.get(index));
        }
        return statedTimesMillis[index];
    }
}

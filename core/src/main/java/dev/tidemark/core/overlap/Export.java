package dev.tidemark.core.overlap;

import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.event.IsoTime;
import dev.tidemark.core.event.JsonEventReader;
import java.util.HashMap;
import java.util.Map;

/**
 * Reads an export for a comparison: each row once and, if ids may be repeated, once more, so that memory holds only those ids.
 * Not thread-safe.
 */
public final class Export {

    private final EventFields fields;
    private final Overlap overlap;
    private final JsonEventReader reader;
    private final EventRow row;
    private final RepeatedIds ids = new RepeatedIds();
    private RepeatedIds.Candidates candidates = ids.candidates();
    private final Map<String, Long> rowsOfId = new HashMap<>();

    /** @param overlap is told what the export has */
    public Export(EventFields fields, Overlap overlap) {
        this.fields = fields;
        this.overlap = overlap;
        this.reader = new JsonEventReader(fields.source().shape());
        this.row = new EventRow(fields.source().shape().fields().size());
    }

    /**
     * Takes a row.
     *
     * @param event the row as an event
     * @throws InvalidEvent if it cannot be read, or does not say when it happened
     */
    public void read(byte[] event) {
        reader.read(event, row);
        if (row.eventTimeMillis() == IsoTime.NONE) {
            throw new InvalidEvent(
                    InvalidEvent.Reason.NO_EVENT_TIME,
                    "the row has no event time, by which the seam divides",
                    "map a column to the source's event_time");
        }
        Sighting seen = fields.of(row, row.eventTimeMillis());
        if (seen.id() != null) {
            ids.add(seen.id());
        }
        overlap.export(seen);
    }

    /** Whether all rows must be given to {@link #readAgain}; after all were given to {@link #read}. */
    public boolean hasRepeatedIds() {
        candidates = ids.candidates();
        return !candidates.isEmpty();
    }

    /** Takes a row the second time. */
    public void readAgain(byte[] event) {
        reader.read(event, row);
        String id = fields.id(row);
        if (id != null && candidates.mayHold(id)) {
            rowsOfId.merge(id, 1L, Long::sum);
        }
    }

    /** After all rows were read again. */
    public void end() {
        rowsOfId.forEach((id, rows) -> {
            if (rows > 1) {
                overlap.repeated(id, rows);
            }
        });
    }
}

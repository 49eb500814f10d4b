package dev.tidemark.core.overlap;

import com.dynatrace.hash4j.hashing.HashValue128;
import com.dynatrace.hash4j.hashing.Hashing;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.event.FieldPath;
import dev.tidemark.core.event.RecordReader;
import dev.tidemark.core.event.Seam;
import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.history.Range;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.RawRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds events that came on the stream, happened before the seam, and are in no import: they count nowhere, until another import
 * brings them (rule I2). An event is in an import if a row there that counts has its id; an event without an id, if as many rows
 * as events agree with it in the event time and in all fields that views read.
 */
public final class Reconciliation {

    private final SourceRecords records;
    private final Catalog.Source source;
    private final RecordReader reader;
    private final int id;
    private final Seam seam;
    private final int maxEvents;

    /** How many events with one key are missing. */
    private final Map<HashValue128, Missing> missing = new HashMap<>();

    private long beforeSeam;

    private static final class Missing {
        private final boolean hasId;
        private long count;

        Missing(boolean hasId) {
            this.hasId = hasId;
        }
    }

    /**
     * An event that counts nowhere.
     *
     * @param id null if it has none
     * @param timeMillis when it says that it happened
     * @param line the event as one line of JSON, whatever the format of the record; nobody may change it
     */
    @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
    public record Late(
            Lane lane, RawRecord record, @Nullable String id, long timeMillis, byte[] line) {}

    /**
     * What was found.
     *
     * @param beforeSeam events of the stream that happened before the seam
     * @param unreadable records of the stream that cannot be read, so that nobody knows when they happened
     */
    public record Result(long beforeSeam, long missing, long unreadable) {}

    /**
     * @param defined a source of the catalog that has a seam
     * @param maxEvents how many events of the stream from before the seam may be compared
     * @throws IllegalArgumentException if the source has no seam
     */
    public Reconciliation(HistoryPorts past, Catalog catalog, Catalog.Source defined, int maxEvents) {
        if (defined.seam() == null) {
            throw new IllegalArgumentException("source '" + defined.name() + "' has no history");
        }
        List<FieldPath> fields = new ArrayList<>(defined.shape().fields());
        FieldPath idField = EventFields.idOf(catalog, defined).orElse(null);
        if (idField != null) {
            fields.add(idField);
        }
        this.seam = defined.seam();
        this.source = defined.reading(fields);
        this.reader = source.reader();
        this.id = idField == null ? -1 : source.shape().fields().indexOf(idField);
        this.records = new SourceRecords(past, source);
        this.maxEvents = maxEvents;
    }

    /**
     * Compares what arrived in [from, to) with all imports.
     *
     * @param found is told each missing event, in the order of its lane; of several with one id the first
     */
    public CompletableFuture<Result> find(long fromMillis, long toMillis, Consumer<Late> found) {
        Range arrived = Range.arrived(fromMillis, toMillis);
        return records.read(arrived, SourceRecords.STREAMED, ifLate(fromMillis, toMillis, this::add))
                .thenCompose(unreadable -> records.read(Range.ALL, SourceRecords.IMPORTED, this::remove)
                        .thenApply(ignored -> missing.values().stream()
                                .mapToLong(one -> one.count)
                                .sum())
                        .thenCompose(count -> (count == 0
                                        ? CompletableFuture.completedFuture(0L)
                                        : records.read(
                                                arrived,
                                                SourceRecords.STREAMED,
                                                ifLate(
                                                        fromMillis,
                                                        toMillis,
                                                        (lane, record, row, time) ->
                                                                tell(lane, record, row, time, found))))
                                .thenApply(again -> new Result(beforeSeam, count, unreadable))));
    }

    private SourceRecords.Visitor ifLate(long fromMillis, long toMillis, SourceRecords.Visitor visitor) {
        return (lane, record, row, time) -> {
            boolean isAsked = record.arrivalMillis() >= fromMillis && record.arrivalMillis() < toMillis;
            if (isAsked && !seam.counts(/* isImported= */ false, time)) {
                visitor.read(lane, record, row, time);
            }
        };
    }

    private void add(Lane lane, RawRecord record, EventRow row, long time) {
        beforeSeam++;
        boolean hasId = id(row) != null;
        Missing one = missing.computeIfAbsent(key(row, time), absent -> new Missing(hasId));
        one.count = hasId ? 1 : one.count + 1;
        if (missing.size() > maxEvents) {
            throw new IllegalStateException("more than " + maxEvents + " events of the stream happened before the seam,"
                    + " which would not fit into memory: ask about a part of their arrivals with --from and --to");
        }
    }

    private void remove(Lane lane, RawRecord record, EventRow row, long time) {
        if (seam.counts(/* isImported= */ true, time)) {
            Missing one = missing.get(key(row, time));
            if (one != null && one.count > 0) {
                one.count = one.hasId ? 0 : one.count - 1;
            }
        }
    }

    private void tell(Lane lane, RawRecord record, EventRow row, long time, Consumer<Late> found) {
        Missing one = missing.get(key(row, time));
        if (one != null && one.count > 0) {
            one.count--;
            found.accept(new Late(lane, record, id(row), time, line(reader.event(record))));
        }
    }

    /** Outside of the texts of JSON, line breaks are blanks. */
    private static byte[] line(byte[] event) {
        byte[] line = event.clone();
        for (int i = 0; i < line.length; i++) {
            line[i] = line[i] == '\n' || line[i] == '\r' ? (byte) ' ' : line[i];
        }
        return line;
    }

    private @Nullable String id(EventRow row) {
        return id < 0 ? null : text(row, id);
    }

    private HashValue128 key(EventRow row, long time) {
        String own = id(row);
        if (own != null) {
            return Hashing.murmur3_128().hashCharsTo128Bits("#" + own);
        }
        StringBuilder all = new StringBuilder().append(time);
        for (int slot = 1; slot < source.shape().fields().size(); slot++) {
            String text = text(row, slot);
            all.append(' ')
                    .append(row.isNumber(slot) ? "n" : row.kind(slot).name())
                    .append(' ');
            all.append(text == null ? 0 : text.length()).append(':').append(text);
        }
        return Hashing.murmur3_128().hashCharsTo128Bits(all);
    }

    private static @Nullable String text(EventRow row, int slot) {
        return switch (row.kind(slot)) {
            case STRING -> row.string(slot);
            case NUMBER, BIG_NUMBER -> row.decimal(slot).stripTrailingZeros().toPlainString();
            case BOOLEAN -> String.valueOf(row.bool(slot));
            case LIST ->
                row.elements(slot).stream()
                        .map(one -> one.kind(0) + ":" + text(one, 0))
                        .toList()
                        .toString();
            case ABSENT, COMPOUND, FLAWED -> null;
        };
    }
}

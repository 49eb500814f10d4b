package dev.tidemark.core.stream;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How a producer packs several events into one record. They are taken out where the stream is read, as those of the
 * Kinesis Producer Library are, so that everything behind that door sees one event in one record. Stateless.
 */
@FunctionalInterface
public interface Packing {

    /** How many events one record may hold: then no record is more work than a full batch (rule F11). */
    int MAX_EVENTS = KplRecords.MAX_RECORDS;

    /**
     * How far apart the subsequence numbers of two records are which the Kinesis Producer Library packed into one, if
     * each of them is packed again.
     */
    long STRIDE = 1L << 20;

    /**
     * The events of a record, in order; a function of its bytes.
     *
     * @return not empty if present. Absent if the bytes are not packed in this way, or hold no event or too many: then
     *     they are one record, as they are, so that nothing is lost uncounted
     */
    Optional<List<byte[]>> unpack(byte[] data);

    /** Why a record is not unpacked, after its name and a colon. */
    default String problem(byte[] data) {
        return "it holds no event, or too many";
    }

    /**
     * Takes apart the records of a batch. The event at index i of record s of a sequence number has the subsequence
     * number s · {@link #STRIDE} + i.
     */
    default List<RawRecord> unpack(List<RawRecord> records) {
        List<RawRecord> events = new ArrayList<>(records.size());
        for (RawRecord record : records) {
            List<byte[]> unpacked = unpack(record.data()).orElseGet(() -> List.of(record.data()));
            for (int i = 0; i < unpacked.size(); i++) {
                events.add(new RawRecord(
                        eventAt(record.position(), i),
                        record.arrivalMillis(),
                        record.partitionKey(),
                        unpacked.get(i),
                        record.outsideShard()));
            }
        }
        return events;
    }

    /** The position of the last event of a record. */
    default Position last(Position record, byte[] data) {
        return eventAt(record, unpack(data).map(List::size).orElse(1) - 1);
    }

    private static Position eventAt(Position record, int index) {
        return new Position(record.sequenceNumber(), record.subsequence() * STRIDE + index);
    }
}

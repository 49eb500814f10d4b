package dev.tidemark.local.mapping;

import dev.tidemark.kinesis.StreamRecord;
import java.util.List;

/** Lambda's limit on the size of an event: 6 MB of JSON, in which the data stands as base64. */
final class EventSize {

    static final long MAX_BYTES = 6_000_000;

    /** The other members of a record, their names, and the ARNs. */
    private static final int RECORD_OVERHEAD_BYTES = 600;

    private EventSize() {}

    /** As many of the records, from the first on, as fit into one event; the first in any case. */
    static List<StreamRecord> cut(List<StreamRecord> records) {
        long bytes = 0;
        for (int i = 0; i < records.size(); i++) {
            bytes += bytes(records.get(i));
            if (bytes > MAX_BYTES && i > 0) {
                return List.copyOf(records.subList(0, i));
            }
        }
        return records;
    }

    private static long bytes(StreamRecord record) {
        return (record.data().length + 2L) / 3 * 4 + record.partitionKey().length() + RECORD_OVERHEAD_BYTES;
    }
}

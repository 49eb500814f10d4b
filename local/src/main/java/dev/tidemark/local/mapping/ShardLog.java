package dev.tidemark.local.mapping;

import dev.tidemark.kinesis.StreamRecord;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a poller reads: the records of one shard. */
public interface ShardLog {

    /**
     * The records after a sequence number, oldest first.
     *
     * @param sequenceNumber null: from the oldest on
     * @param max at least 1
     */
    List<StreamRecord> after(@Nullable String sequenceNumber, int max);

    /** Whether the shard takes no more records. */
    boolean isClosed();
}

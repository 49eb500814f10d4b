package dev.tidemark.local.mapping;

import dev.tidemark.kinesis.StreamRecord;
import java.util.List;

/** A poller's next step. */
public sealed interface Step {

    /** Call the function with these records, then report the result. */
    record Deliver(List<StreamRecord> records) implements Step {}

    /**
     * Ask again when the shard has changed, or at the given time.
     *
     * @param untilMillis since the epoch; {@link Long#MAX_VALUE}: only when it has changed
     */
    record AwaitRecords(long untilMillis) implements Step {}

    /** Ask again at the given time, milliseconds since the epoch; new records change nothing. */
    record Pause(long untilMillis) implements Step {}

    /** The shard is closed and all of it is done. */
    record Finished() implements Step {}
}

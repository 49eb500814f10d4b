package dev.tidemark.kinesis;

import java.util.List;

/**
 * A stream as it stands at one moment.
 *
 * @param createdMillis milliseconds since the epoch; tells a stream from an earlier one of the same name
 * @param shards in the order of their ids, closed ones included
 */
public record StreamInfo(
        String name, String arn, long createdMillis, int retentionHours, boolean onDemand, List<ShardInfo> shards) {

    public StreamInfo {
        shards = List.copyOf(shards);
    }
}

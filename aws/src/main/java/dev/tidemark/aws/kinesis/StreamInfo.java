package dev.tidemark.aws.kinesis;

import dev.tidemark.core.stream.HashRange;
import dev.tidemark.core.stream.Lane;
import java.util.Map;
import java.util.Optional;

/**
 * One incarnation of a stream.
 *
 * @param arn the stream's ARN
 * @param createdMillis its creation time, milliseconds since the epoch; part of every lane's identity (rule P1)
 * @param shards shard id to its hash keys, closed shards included
 */
public record StreamInfo(String arn, long createdMillis, Map<String, HashRange> shards) {

    public StreamInfo {
        shards = Map.copyOf(shards);
    }

    public Lane lane(String shardId) {
        return new Lane(arn, createdMillis, shardId);
    }

    /** The shard's hash keys; empty for a shard that Kinesis no longer lists because its records have expired. */
    public Optional<HashRange> hashRange(String shardId) {
        return Optional.ofNullable(shards.get(shardId));
    }
}

package dev.tidemark.aws.kinesis;

import dev.tidemark.core.stream.HashRange;
import dev.tidemark.core.stream.Lane;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One incarnation of a stream.
 *
 * @param arn the stream's ARN
 * @param createdMillis its creation time, milliseconds since the epoch; part of every lane's identity (rule P1)
 * @param shards by shard id, closed shards included
 */
public record StreamInfo(String arn, long createdMillis, Map<String, ShardInfo> shards) {

    /**
     * One shard.
     *
     * @param hashRange its hash keys
     * @param parents ids of the shards that it was split or merged from; they may no longer be listed
     */
    public record ShardInfo(HashRange hashRange, List<String> parents) {

        public ShardInfo {
            parents = List.copyOf(parents);
        }
    }

    public StreamInfo {
        shards = Map.copyOf(shards);
    }

    public Lane lane(String shardId) {
        return new Lane(arn, createdMillis, shardId);
    }

    /** The lanes of all listed shards, by shard id. */
    public List<Lane> lanes() {
        return shards.keySet().stream().sorted().map(this::lane).toList();
    }

    /** The shard's hash keys; empty for a shard that Kinesis no longer lists because its records have expired. */
    public Optional<HashRange> hashRange(String shardId) {
        return Optional.ofNullable(shards.get(shardId)).map(ShardInfo::hashRange);
    }

    /** The parents of a shard's lane; none for a shard that Kinesis no longer lists. */
    public List<Lane> parents(String shardId) {
        ShardInfo shard = shards.get(shardId);
        return shard == null
                ? List.of()
                : shard.parents().stream().map(this::lane).toList();
    }

    /** The child lanes of a shard's lane, by shard id; none for an open shard. */
    public List<Lane> children(String shardId) {
        return shards.entrySet().stream()
                .filter(shard -> shard.getValue().parents().contains(shardId))
                .map(Map.Entry::getKey)
                .sorted()
                .map(this::lane)
                .toList();
    }
}

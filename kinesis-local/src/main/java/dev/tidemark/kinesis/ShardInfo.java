package dev.tidemark.kinesis;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A shard as it stands at one moment.
 *
 * @param id for example {@code shardId-000000000003}
 * @param parent the shard it was split or merged from, null for an original one
 * @param adjacentParent the second parent of a merge
 * @param range its hash keys
 * @param startSequence below every record of the shard
 * @param endSequence above every record of the shard; null while it is open
 */
public record ShardInfo(
        String id,
        @Nullable String parent,
        @Nullable String adjacentParent,
        HashRange range,
        String startSequence,
        @Nullable String endSequence) {

    /** Whether it takes records. */
    public boolean isOpen() {
        return endSequence == null;
    }

    /** None, one (split) or two (merge). */
    public List<String> parents() {
        return Stream.of(parent, adjacentParent).flatMap(Stream::ofNullable).toList();
    }
}

package dev.tidemark.oracle;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/**
 * One shard came out of another, by a split or, with a second descent from the other shard, by a merge.
 *
 * @param stream name of the stream
 * @param shardId the shard that came out
 * @param parentShardId the shard that was closed for it
 */
public record ShardDescent(String stream, String shardId, String parentShardId) {

    /** Parents, their parents and so on; not the shard itself. */
    static Set<String> ancestors(String stream, String shardId, Collection<ShardDescent> descents) {
        Set<String> found = new HashSet<>();
        addAncestors(stream, shardId, descents, found);
        return found;
    }

    private static void addAncestors(
            String stream, String shardId, Collection<ShardDescent> descents, Set<String> found) {
        for (ShardDescent descent : descents) {
            if (descent.stream().equals(stream)
                    && descent.shardId().equals(shardId)
                    && found.add(descent.parentShardId())) {
                addAncestors(stream, descent.parentShardId(), descents, found);
            }
        }
    }
}

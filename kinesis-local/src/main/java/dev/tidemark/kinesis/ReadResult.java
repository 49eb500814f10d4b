package dev.tidemark.kinesis;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a read found.
 *
 * @param nextIterator where to continue; null at the end of a closed shard
 * @param millisBehind how long ago the next record arrived, 0 if there is none yet
 * @param children the shards that follow, at the end of a closed shard only
 */
public record ReadResult(
        List<StreamRecord> records, @Nullable String nextIterator, long millisBehind, List<ShardInfo> children) {}

package dev.tidemark.functions.ingest;

import dev.tidemark.aws.kinesis.StreamInfo;
import java.util.concurrent.CompletableFuture;

/** Knows which incarnation of a stream a record came from (rule P1), and the hash keys of its shards. */
@FunctionalInterface
public interface StreamDirectory {

    /**
     * @param streamArn the stream's ARN
     * @param shardId a shard that records were delivered from
     */
    CompletableFuture<StreamInfo> describe(String streamArn, String shardId);
}

package dev.tidemark.cli;

import java.math.BigInteger;
import java.util.Comparator;
import java.util.List;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.Shard;

/** Splits and merges the open shards of a stream, lowest hash keys first. */
public final class Reshard {

    private Reshard() {}

    /** In halves. */
    public static void splitTheFirstShard(KinesisAsyncClient kinesis, String stream) {
        Shard first = openShards(kinesis, stream).get(0);
        BigInteger start = new BigInteger(first.hashKeyRange().startingHashKey());
        BigInteger end = new BigInteger(first.hashKeyRange().endingHashKey());
        kinesis.splitShard(request -> request.streamName(stream)
                        .shardToSplit(first.shardId())
                        .newStartingHashKey(start.add(end).shiftRight(1).toString()))
                .join();
    }

    public static void mergeTheFirstTwoShards(KinesisAsyncClient kinesis, String stream) {
        List<Shard> open = openShards(kinesis, stream);
        kinesis.mergeShards(request -> request.streamName(stream)
                        .shardToMerge(open.get(0).shardId())
                        .adjacentShardToMerge(open.get(1).shardId()))
                .join();
    }

    private static List<Shard> openShards(KinesisAsyncClient kinesis, String stream) {
        return kinesis.listShards(request -> request.streamName(stream)).join().shards().stream()
                .filter(shard -> shard.sequenceNumberRange().endingSequenceNumber() == null)
                .sorted(Comparator.comparing(
                        shard -> new BigInteger(shard.hashKeyRange().startingHashKey())))
                .toList();
    }
}

package dev.tidemark.aws.kinesis;

import dev.tidemark.core.stream.HashRange;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.ListShardsRequest;
import software.amazon.awssdk.services.kinesis.model.ListShardsResponse;
import software.amazon.awssdk.services.kinesis.model.Shard;
import software.amazon.awssdk.services.kinesis.model.StreamDescriptionSummary;

/**
 * Describes streams and remembers the descriptions. A description is fetched again when a shard appears that it does
 * not list, and when it is older than {@link #MAX_AGE}: a stream may be deleted and created again under the same ARN,
 * and a warm function must not take it for the old one (rule P1). Thread-safe.
 */
public final class KinesisStreams {

    /** DescribeStreamSummary allows 20 calls a second and account, shared by all warm functions. */
    static final Duration MAX_AGE = Duration.ofMinutes(5);

    private static final System.Logger LOG = System.getLogger(KinesisStreams.class.getName());

    private final KinesisAsyncClient kinesis;
    private final InstantSource clock;
    private final Map<String, Known> known = new ConcurrentHashMap<>();

    private record Known(StreamInfo info, Instant at) {}

    public KinesisStreams(KinesisAsyncClient kinesis, InstantSource clock) {
        this.kinesis = kinesis;
        this.clock = clock;
    }

    /**
     * Describes a stream. Completes exceptionally if it was never described and cannot be now; when only a refresh of
     * an aged description fails, the old one is used and the next call tries again.
     *
     * @param streamArn the stream's ARN
     * @param shardId a shard that the caller has records of
     */
    public CompletableFuture<StreamInfo> describe(String streamArn, String shardId) {
        Known cached = known.get(streamArn);
        return cached != null && !cached.info().shards().containsKey(shardId) ? fetch(streamArn) : describe(streamArn);
    }

    /** Describes a stream without looking for a particular shard. */
    public CompletableFuture<StreamInfo> describe(String streamArn) {
        Known cached = known.get(streamArn);
        if (cached == null) {
            return fetch(streamArn);
        }
        if (clock.instant().isBefore(cached.at().plus(MAX_AGE))) {
            return CompletableFuture.completedFuture(cached.info());
        }
        return fetch(streamArn).exceptionally(failure -> {
            LOG.log(
                    Level.WARNING,
                    "The description of stream {0} could not be refreshed, the one of {1} is used: {2}",
                    streamArn,
                    cached.at(),
                    failure.getMessage());
            return cached.info();
        });
    }

    private CompletableFuture<StreamInfo> fetch(String streamArn) {
        Instant at = clock.instant();
        return kinesis.describeStreamSummary(request -> request.streamARN(streamArn))
                .thenCompose(summary -> {
                    Map<String, StreamInfo.ShardInfo> shards = new HashMap<>();
                    return listShards(streamArn, null, shards)
                            .thenApply(done -> info(summary.streamDescriptionSummary(), shards));
                })
                .whenComplete((info, failure) -> {
                    if (failure == null) {
                        known.put(streamArn, new Known(info, at));
                    }
                });
    }

    private static StreamInfo info(StreamDescriptionSummary summary, Map<String, StreamInfo.ShardInfo> shards) {
        return new StreamInfo(
                summary.streamARN(), summary.streamCreationTimestamp().toEpochMilli(), shards);
    }

    /** The stream is named on the first page only; the token carries it from then on. */
    private CompletableFuture<Void> listShards(
            String streamArn, @Nullable String nextToken, Map<String, StreamInfo.ShardInfo> shards) {
        ListShardsRequest.Builder request = ListShardsRequest.builder();
        return kinesis.listShards(
                        nextToken == null
                                ? request.streamARN(streamArn).build()
                                : request.nextToken(nextToken).build())
                .thenCompose(page -> {
                    page.shards().forEach(shard -> shards.put(shard.shardId(), shard(shard)));
                    return follow(streamArn, page, shards);
                });
    }

    private CompletableFuture<Void> follow(
            String streamArn, ListShardsResponse page, Map<String, StreamInfo.ShardInfo> shards) {
        return page.nextToken() == null
                ? CompletableFuture.completedFuture(null)
                : listShards(streamArn, page.nextToken(), shards);
    }

    private static StreamInfo.ShardInfo shard(Shard shard) {
        HashRange range = HashRange.of(
                shard.hashKeyRange().startingHashKey(), shard.hashKeyRange().endingHashKey());
        List<String> parents = Stream.of(shard.parentShardId(), shard.adjacentParentShardId())
                .filter(Objects::nonNull)
                .toList();
        return new StreamInfo.ShardInfo(range, parents);
    }
}

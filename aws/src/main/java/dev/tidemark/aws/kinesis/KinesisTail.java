package dev.tidemark.aws.kinesis;

import dev.tidemark.core.store.StreamTail;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Packing;
import dev.tidemark.core.stream.Position;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.ChildShard;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.Record;

/**
 * Asks Kinesis what waits behind a position: as a rule with one GetShardIterator and one GetRecords of two records.
 * They count among the five reads a second that a shard allows, which the event source mapping needs. So the client
 * must not retry, and there is a time limit. Thread-safe.
 */
public final class KinesisTail implements StreamTail {

    /** An answer should not wait longer than this. */
    public static final Duration PATIENCE = Duration.ofSeconds(1);

    /** The record at the position, which may be a partly done aggregated one, and the next. */
    private static final int RECORDS_PER_PAGE = 2;

    /** Pages without records, where a shard has a gap in time. */
    static final int MAX_PAGES = 4;

    private final KinesisAsyncClient kinesis;
    private final KinesisStreams streams;
    private final Duration patience;
    private final Function<String, @Nullable Packing> packings;

    /** For streams whose records are one event each. */
    public KinesisTail(KinesisAsyncClient kinesis, KinesisStreams streams, Duration patience) {
        this(kinesis, streams, patience, stream -> null);
    }

    /**
     * @param kinesis must not retry
     * @param patience after which an answer fails, such as {@link #PATIENCE}
     * @param packings by stream, how its sources pack several events into one record; null if they do not
     */
    public KinesisTail(
            KinesisAsyncClient kinesis,
            KinesisStreams streams,
            Duration patience,
            Function<String, @Nullable Packing> packings) {
        this.kinesis = kinesis;
        this.streams = streams;
        this.patience = patience;
        this.packings = packings;
    }

    @Override
    public CompletableFuture<List<Lane>> lanes(String streamArn) {
        return bounded(streams.describe(streamArn).thenApply(StreamInfo::lanes));
    }

    @Override
    public CompletableFuture<OptionalLong> waitingSince(Lane lane, Position last) {
        return bounded(streams.describe(lane.streamArn())
                .thenCompose(stream -> stream.lanes().contains(lane)
                        ? kinesis.getShardIterator(KinesisLineage.iteratorAt(lane, last))
                                .thenCompose(start -> first(lane, last, start.shardIterator(), 1))
                        : CompletableFuture.completedFuture(OptionalLong.empty())));
    }

    private CompletableFuture<OptionalLong> first(Lane lane, Position last, String iterator, int page) {
        return kinesis.getRecords(request -> request.streamARN(lane.streamArn())
                        .shardIterator(iterator)
                        .limit(RECORDS_PER_PAGE))
                .thenCompose(response -> {
                    for (Record record : response.records()) {
                        if (KinesisLineage.follows(record, packings.apply(lane.streamName()), last)) {
                            return CompletableFuture.completedFuture(OptionalLong.of(
                                    record.approximateArrivalTimestamp().toEpochMilli()));
                        }
                    }
                    if (response.nextShardIterator() == null) {
                        return children(lane, response).thenApply(listed -> OptionalLong.empty());
                    }
                    if (Long.valueOf(0).equals(response.millisBehindLatest())) {
                        return CompletableFuture.completedFuture(OptionalLong.empty());
                    }
                    return page < MAX_PAGES
                            ? first(lane, last, response.nextShardIterator(), page + 1)
                            : CompletableFuture.failedFuture(new IllegalStateException("after " + MAX_PAGES
                                    + " pages it is not known whether a record follows " + last.text() + " in lane "
                                    + lane.id()));
                });
    }

    /** Refreshes the list of lanes if it lacks this one's child lanes. */
    private CompletableFuture<?> children(Lane lane, GetRecordsResponse end) {
        return CompletableFuture.allOf(end.childShards().stream()
                .map(ChildShard::shardId)
                .map(shard -> streams.describe(lane.streamArn(), shard))
                .toArray(CompletableFuture[]::new));
    }

    private <T> CompletableFuture<T> bounded(CompletableFuture<T> answer) {
        return answer.orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS);
    }
}

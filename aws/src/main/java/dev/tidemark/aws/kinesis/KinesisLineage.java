package dev.tidemark.aws.kinesis;

import dev.tidemark.core.store.Lineage;
import dev.tidemark.core.stream.KplRecords;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Packing;
import dev.tidemark.core.stream.Position;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;

/** The lineage of lanes as Kinesis lists its shards. Asked once in a lane's life (rule T3). Thread-safe. */
public final class KinesisLineage implements Lineage {

    /** Kinesis answers with pages without records where a shard has a gap in time; each must be followed. */
    static final int MAX_PAGES = 50;

    /** Enough to see whether a record follows one that is done. */
    private static final int RECORDS_PER_PAGE = 2;

    private final KinesisAsyncClient kinesis;
    private final KinesisStreams streams;
    private final Function<String, @Nullable Packing> packings;

    /** For streams whose records are one event each. */
    public KinesisLineage(KinesisAsyncClient kinesis, KinesisStreams streams) {
        this(kinesis, streams, stream -> null);
    }

    /** @param packings by stream, how its sources pack several events into one record; null if they do not */
    public KinesisLineage(
            KinesisAsyncClient kinesis, KinesisStreams streams, Function<String, @Nullable Packing> packings) {
        this.kinesis = kinesis;
        this.streams = streams;
        this.packings = packings;
    }

    @Override
    public CompletableFuture<List<Lane>> parents(Lane lane) {
        return describe(lane).thenApply(stream -> stream.parents(lane.shardId()));
    }

    @Override
    public CompletableFuture<List<Lane>> children(Lane lane) {
        return describe(lane).thenApply(stream -> stream.children(lane.shardId()));
    }

    @Override
    public CompletableFuture<Boolean> drained(Lane lane, Position last) {
        return describe(lane)
                .thenCompose(stream -> stream.shards().containsKey(lane.shardId())
                        ? iterator(lane, last).thenCompose(start -> drained(lane, last, start, 1))
                        : CompletableFuture.completedFuture(true));
    }

    /** Reads from the trim horizon on; a shard that is no longer listed has no earlier record left. */
    @Override
    public CompletableFuture<Boolean> begins(Lane lane, Position first) {
        return describe(lane)
                .thenCompose(stream -> stream.shards().containsKey(lane.shardId())
                        ? iterator(lane, Position.ORIGIN).thenCompose(start -> begins(lane, first, start, 1))
                        : CompletableFuture.completedFuture(true));
    }

    /** The first record decides. So does reaching the present: then the batch has not even arrived here. */
    private CompletableFuture<Boolean> begins(Lane lane, Position first, String iterator, int page) {
        return kinesis.getRecords(request -> request.streamARN(lane.streamArn())
                        .shardIterator(iterator)
                        .limit(RECORDS_PER_PAGE))
                .thenCompose(response -> {
                    if (!response.records().isEmpty()) {
                        String oldest = response.records().get(0).sequenceNumber();
                        return CompletableFuture.completedFuture(
                                Position.compareSequenceNumbers(oldest, first.sequenceNumber()) >= 0);
                    }
                    return response.nextShardIterator() == null || page == MAX_PAGES
                            ? CompletableFuture.completedFuture(response.nextShardIterator() == null)
                            : begins(lane, first, response.nextShardIterator(), page + 1);
                });
    }

    private CompletableFuture<StreamInfo> describe(Lane lane) {
        return streams.describe(lane.streamArn(), lane.shardId()).thenApply(stream -> {
            if (stream.createdMillis() != lane.streamCreatedMillis()) {
                throw new IllegalStateException("The stream of lane " + lane.id() + " was deleted, and "
                        + lane.streamName() + " is another one now; the lane can go no further.");
            }
            return stream;
        });
    }

    /** At the last record, not after it: it may be a partly done aggregated one. */
    static GetShardIteratorRequest iteratorAt(Lane lane, Position last) {
        GetShardIteratorRequest.Builder request =
                GetShardIteratorRequest.builder().streamARN(lane.streamArn()).shardId(lane.shardId());
        if (last.equals(Position.ORIGIN)) {
            request.shardIteratorType(ShardIteratorType.TRIM_HORIZON);
        } else {
            request.shardIteratorType(ShardIteratorType.AT_SEQUENCE_NUMBER)
                    .startingSequenceNumber(last.sequenceNumber());
        }
        return request.build();
    }

    private CompletableFuture<String> iterator(Lane lane, Position last) {
        return kinesis.getShardIterator(iteratorAt(lane, last)).thenApply(response -> response.shardIterator());
    }

    /** Only the end of a closed shard has no next iterator. */
    private CompletableFuture<Boolean> drained(Lane lane, Position last, String iterator, int page) {
        return kinesis.getRecords(request -> request.streamARN(lane.streamArn())
                        .shardIterator(iterator)
                        .limit(RECORDS_PER_PAGE))
                .thenCompose(response -> {
                    boolean ended = response.nextShardIterator() == null;
                    if (ended || page == MAX_PAGES || follows(response, lane, last)) {
                        return CompletableFuture.completedFuture(ended && !follows(response, lane, last));
                    }
                    return drained(lane, last, response.nextShardIterator(), page + 1);
                });
    }

    private boolean follows(GetRecordsResponse page, Lane lane, Position last) {
        Packing packing = packings.apply(lane.streamName());
        return page.records().stream().anyMatch(record -> follows(record, packing, last));
    }

    /** Whether a record, or a part of it if it is an aggregated or packed one, comes after a position. */
    static boolean follows(Record record, @Nullable Packing packing, Position last) {
        byte[] data = record.data().asByteArrayUnsafe();
        List<KplRecords.UserRecord> users = KplRecords.unpack(data).orElse(List.of());
        Position at = new Position(record.sequenceNumber(), Math.max(0, users.size() - 1));
        byte[] end = users.isEmpty() ? data : users.get(users.size() - 1).data();
        return (packing == null ? at : packing.last(at, end)).isAfter(last);
    }
}

package dev.tidemark.simulation.cloud;

import dev.tidemark.kinesis.IteratorStart;
import dev.tidemark.kinesis.ReadResult;
import dev.tidemark.kinesis.ShardInfo;
import dev.tidemark.kinesis.StreamInfo;
import dev.tidemark.kinesis.StreamRecord;
import dev.tidemark.kinesis.Streams;
import dev.tidemark.simulation.engine.Dial;
import dev.tidemark.simulation.engine.Engine;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamSummaryRequest;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamSummaryResponse;
import software.amazon.awssdk.services.kinesis.model.GetRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorResponse;
import software.amazon.awssdk.services.kinesis.model.ListShardsRequest;
import software.amazon.awssdk.services.kinesis.model.ListShardsResponse;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.Shard;

/** Kinesis as one client sees it: descriptions of one stream, kept by the local stream. */
final class FakeKinesis implements KinesisAsyncClient {

    private static final int MAX_ATTEMPTS = 4;

    private final Streams streams;
    private final String stream;
    private final Engine engine;
    private final Network network;
    private final Caller caller;

    FakeKinesis(Streams streams, String stream, Engine engine, Network network, Caller caller) {
        this.streams = streams;
        this.stream = stream;
        this.engine = engine;
        this.network = network;
        this.caller = caller;
    }

    @Override
    public String serviceName() {
        return SERVICE_NAME;
    }

    @Override
    public void close() {}

    @Override
    public CompletableFuture<DescribeStreamSummaryResponse> describeStreamSummary(
            DescribeStreamSummaryRequest request) {
        return send(() -> "DescribeStreamSummary", attempt -> {
            StreamInfo info = streams.describe(stream);
            return DescribeStreamSummaryResponse.builder()
                    .streamDescriptionSummary(summary -> summary.streamARN(info.arn())
                            .streamName(info.name())
                            .streamCreationTimestamp(Instant.ofEpochMilli(info.createdMillis())))
                    .build();
        });
    }

    /** In pages; the token is the number of the next shard. */
    @Override
    public CompletableFuture<ListShardsResponse> listShards(ListShardsRequest request) {
        return send(() -> "ListShards", attempt -> {
            List<ShardInfo> shards = streams.describe(stream).shards();
            int from = request.nextToken() == null ? 0 : Integer.parseInt(request.nextToken());
            int to = engine.strikes(Dial.SMALL_PAGES) ? Math.min(from + 2, shards.size()) : shards.size();
            return ListShardsResponse.builder()
                    .shards(shards.subList(from, to).stream()
                            .map(FakeKinesis::shard)
                            .toList())
                    .nextToken(to < shards.size() ? Integer.toString(to) : null)
                    .build();
        });
    }

    @Override
    public CompletableFuture<GetShardIteratorResponse> getShardIterator(GetShardIteratorRequest request) {
        IteratorStart start = switch (request.shardIteratorType()) {
            case TRIM_HORIZON -> new IteratorStart.TrimHorizon();
            case AT_SEQUENCE_NUMBER -> new IteratorStart.At(request.startingSequenceNumber());
            default -> throw new UnsupportedOperationException("an iterator " + request.shardIteratorType());
        };
        return send(
                () -> "GetShardIterator " + request.shardId(),
                attempt -> GetShardIteratorResponse.builder()
                        .shardIterator(streams.iterator(stream, request.shardId(), start))
                        .build());
    }

    /** A page may be empty although more follows; the same iterator then goes on. */
    @Override
    public CompletableFuture<GetRecordsResponse> getRecords(GetRecordsRequest request) {
        return send(() -> "GetRecords", attempt -> {
            if (engine.strikes(Dial.SMALL_PAGES) && engine.random().nextBoolean()) {
                return GetRecordsResponse.builder()
                        .records(List.of())
                        .nextShardIterator(request.shardIterator())
                        .build();
            }
            ReadResult page = streams.read(request.shardIterator(), request.limit());
            return GetRecordsResponse.builder()
                    .records(page.records().stream().map(FakeKinesis::record).toList())
                    .nextShardIterator(page.nextIterator())
                    .build();
        });
    }

    private static Record record(StreamRecord record) {
        return Record.builder()
                .sequenceNumber(record.sequenceNumber())
                .partitionKey(record.partitionKey())
                .data(SdkBytes.fromByteArrayUnsafe(record.data()))
                .build();
    }

    private static Shard shard(ShardInfo info) {
        return Shard.builder()
                .shardId(info.id())
                .parentShardId(info.parent())
                .adjacentParentShardId(info.adjacentParent())
                .hashKeyRange(
                        range -> range.startingHashKey(info.range().start().toString())
                                .endingHashKey(info.range().end().toString()))
                .sequenceNumberRange(range ->
                        range.startingSequenceNumber(info.startSequence()).endingSequenceNumber(info.endSequence()))
                .build();
    }

    private <T> CompletableFuture<T> send(Supplier<String> what, Call.Effect<T> effect) {
        return network.send(
                caller, new Call<>(Service.KINESIS, what, false, Dial.STREAM_UNDESCRIBED, effect), MAX_ATTEMPTS);
    }
}

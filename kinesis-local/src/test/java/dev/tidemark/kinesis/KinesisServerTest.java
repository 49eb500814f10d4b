package dev.tidemark.kinesis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkSystemSetting;
import software.amazon.awssdk.http.crt.AwsCrtHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.InvalidArgumentException;
import software.amazon.awssdk.services.kinesis.model.ProvisionedThroughputExceededException;
import software.amazon.awssdk.services.kinesis.model.PutRecordResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.ResourceInUseException;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;
import software.amazon.awssdk.services.kinesis.model.ShardFilterType;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;
import software.amazon.awssdk.services.kinesis.model.StreamDescription;
import software.amazon.awssdk.services.kinesis.model.StreamStatus;

/** The SDK for Java against the server, in both of its encodings. */
class KinesisServerTest {

    private static final String MIDDLE = "170141183460469231731687303715884105728";
    private static final String CBOR = SdkSystemSetting.CBOR_ENABLED.property();

    private final TestClock clock = new TestClock();
    private Streams streams;
    private KinesisServer server;

    @BeforeEach
    void startServer() throws IOException {
        streams = new Streams(clock, null);
        server = KinesisServer.start(streams, 0);
    }

    @AfterEach
    void stopServer() throws IOException {
        System.clearProperty(CBOR);
        server.close();
        streams.close();
    }

    private KinesisClient client(boolean cbor) {
        return client(cbor, server.endpoint());
    }

    private static KinesisClient client(boolean cbor, URI endpoint) {
        System.setProperty(CBOR, Boolean.toString(cbor));
        return KinesisClient.builder()
                .endpointOverride(endpoint)
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("any", "thing")))
                // A builder would be told to speak HTTP/2, which this HTTP client cannot.
                .httpClient(AwsCrtHttpClient.create())
                .overrideConfiguration(settings -> settings.retryStrategy(AwsRetryStrategy.doNotRetry()))
                .build();
    }

    @ParameterizedTest(name = "CBOR {0}")
    @ValueSource(booleans = {false, true})
    void aStreamLivesFromCreationToDeletion(boolean cbor) {
        try (KinesisClient client = client(cbor)) {
            client.createStream(request -> request.streamName("s").shardCount(2));
            client.waiter().waitUntilStreamExists(request -> request.streamName("s"));
            StreamDescription stream =
                    client.describeStream(request -> request.streamName("s")).streamDescription();
            assertThat(stream.streamStatus()).isEqualTo(StreamStatus.ACTIVE);
            assertThat(stream.streamARN()).isEqualTo("arn:aws:kinesis:us-east-1:000000000000:stream/s");
            assertThat(stream.streamCreationTimestamp()).isEqualTo(clock.instant());
            assertThat(stream.shards()).hasSize(2);
            assertThat(stream.hasMoreShards()).isFalse();
            assertThat(client.listStreams().streamNames()).containsExactly("s");
            assertThat(client.listStreams().streamSummaries().get(0).streamARN())
                    .isEqualTo(stream.streamARN());
            client.addTagsToStream(
                    request -> request.streamARN(stream.streamARN()).tags(Map.of("a", "b")));
            assertThat(client.listTagsForStream(request -> request.streamName("s"))
                            .tags())
                    .extracting(tag -> tag.key() + tag.value())
                    .containsExactly("ab");
            client.increaseStreamRetentionPeriod(
                    request -> request.streamName("s").retentionPeriodHours(48));
            assertThat(client.describeStreamSummary(request -> request.streamName("s"))
                            .streamDescriptionSummary()
                            .retentionPeriodHours())
                    .isEqualTo(48);
            assertThatThrownBy(() -> client.createStream(
                            request -> request.streamName("s").shardCount(2)))
                    .isInstanceOf(ResourceInUseException.class)
                    .hasMessageContaining("Stream s under account 000000000000 already exists.");
            client.deleteStream(request -> request.streamName("s"));
            assertThatThrownBy(() -> client.describeStream(request -> request.streamName("s")))
                    .isInstanceOfSatisfying(ResourceNotFoundException.class, e -> {
                        assertThat(e.awsErrorDetails().errorMessage())
                                .isEqualTo("Stream s under account 000000000000 not found.");
                        assertThat(e.requestId()).isNotEmpty();
                        assertThat(e.statusCode()).isEqualTo(400);
                    });
        }
    }

    @ParameterizedTest(name = "CBOR {0}")
    @ValueSource(booleans = {false, true})
    void whatIsPutIsRead(boolean cbor) {
        try (KinesisClient client = client(cbor)) {
            client.createStream(request -> request.streamName("s").shardCount(1));
            byte[] binary = {0, 1, (byte) 0xff, (byte) 0x80};
            PutRecordResponse put = client.putRecord(
                    request -> request.streamName("s").partitionKey("ключ").data(SdkBytes.fromByteArray(binary)));
            assertThat(put.shardId()).isEqualTo("shardId-000000000000");
            clock.advance(1234);
            List<PutRecordsRequestEntry> entries = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                entries.add(PutRecordsRequestEntry.builder()
                        .partitionKey("k" + i)
                        .data(SdkBytes.fromUtf8String("text " + i))
                        .build());
            }
            String arn = streams.describe("s").arn();
            assertThat(client.putRecords(request -> request.streamARN(arn).records(entries))
                            .failedRecordCount())
                    .isZero();

            GetRecordsResponse got = read(client, ShardIteratorType.TRIM_HORIZON);
            Record first = got.records().get(0);
            assertThat(first.data().asByteArray()).isEqualTo(binary);
            assertThat(first.partitionKey()).isEqualTo("ключ");
            assertThat(first.sequenceNumber()).isEqualTo(put.sequenceNumber());
            assertThat(first.approximateArrivalTimestamp())
                    .isEqualTo(clock.instant().minusMillis(1234));
            assertThat(got.records()).hasSize(4);
            assertThat(got.records().get(3).data().asUtf8String()).isEqualTo("text 2");
            assertThat(got.millisBehindLatest()).isZero();
            assertThat(client.getRecords(request -> request.shardIterator(got.nextShardIterator()))
                            .records())
                    .isEmpty();
        }
    }

    private static GetRecordsResponse read(KinesisClient client, ShardIteratorType type) {
        String iterator = client.getShardIterator(request ->
                        request.streamName("s").shardId("shardId-000000000000").shardIteratorType(type))
                .shardIterator();
        return client.getRecords(request -> request.shardIterator(iterator));
    }

    @ParameterizedTest(name = "CBOR {0}")
    @ValueSource(booleans = {false, true})
    void iteratorsByTimeAndSequenceNumberBeginWhereTheySay(boolean cbor) {
        try (KinesisClient client = client(cbor)) {
            client.createStream(request -> request.streamName("s").shardCount(1));
            client.putRecord(
                    request -> request.streamName("s").partitionKey("k").data(SdkBytes.fromUtf8String("a")));
            clock.advance(1001);
            String second = client.putRecord(
                            request -> request.streamName("s").partitionKey("k").data(SdkBytes.fromUtf8String("b")))
                    .sequenceNumber();
            String byTime = client.getShardIterator(request -> request.streamName("s")
                            .shardId("shardId-000000000000")
                            .shardIteratorType(ShardIteratorType.AT_TIMESTAMP)
                            .timestamp(clock.instant()))
                    .shardIterator();
            assertThat(client.getRecords(request -> request.shardIterator(byTime))
                            .records())
                    .extracting(record -> record.data().asUtf8String())
                    .containsExactly("b");
            String bySequence = client.getShardIterator(request -> request.streamName("s")
                            .shardId("shardId-000000000000")
                            .shardIteratorType(ShardIteratorType.AT_SEQUENCE_NUMBER)
                            .startingSequenceNumber(second))
                    .shardIterator();
            assertThat(client.getRecords(request -> request.shardIterator(bySequence))
                            .records())
                    .hasSize(1);
            assertThatThrownBy(() -> read(client, ShardIteratorType.AFTER_SEQUENCE_NUMBER))
                    .isInstanceOf(InvalidArgumentException.class)
                    .hasMessageContaining("no StartingSequenceNumber");
        }
    }

    @ParameterizedTest(name = "CBOR {0}")
    @ValueSource(booleans = {false, true})
    void shardsAreSplitMergedListedAndFiltered(boolean cbor) {
        try (KinesisClient client = client(cbor)) {
            client.createStream(request -> request.streamName("s").shardCount(1));
            client.splitShard(request ->
                    request.streamName("s").shardToSplit("shardId-000000000000").newStartingHashKey(MIDDLE));
            client.mergeShards(request -> request.streamName("s")
                    .shardToMerge("shardId-000000000001")
                    .adjacentShardToMerge("shardId-000000000002"));
            assertThat(client.listShards(request -> request.streamName("s")).shards())
                    .hasSize(4);
            assertThat(client.listShards(request ->
                                    request.streamName("s").shardFilter(f -> f.type(ShardFilterType.AT_LATEST)))
                            .shards())
                    .extracting(software.amazon.awssdk.services.kinesis.model.Shard::shardId)
                    .containsExactly("shardId-000000000003");
            assertThat(client.listShards(request -> request.streamName("s")
                                    .shardFilter(f ->
                                            f.type(ShardFilterType.AT_TIMESTAMP).timestamp(clock.instant())))
                            .shards())
                    .extracting(software.amazon.awssdk.services.kinesis.model.Shard::shardId)
                    .containsExactly("shardId-000000000000");
            String token = client.listShards(request -> request.streamName("s").maxResults(3))
                    .nextToken();
            assertThat(client.listShards(request -> request.nextToken(token)).shards())
                    .singleElement()
                    .satisfies(shard -> {
                        assertThat(shard.parentShardId()).isEqualTo("shardId-000000000001");
                        assertThat(shard.adjacentParentShardId()).isEqualTo("shardId-000000000002");
                    });
            assertThat(client.describeStream(request -> request.streamName("s").limit(2))
                            .streamDescription()
                            .hasMoreShards())
                    .isTrue();
            GetRecordsResponse closed = read(client, ShardIteratorType.TRIM_HORIZON);
            assertThat(closed.nextShardIterator()).isNull();
            assertThat(closed.childShards()).hasSize(2);
        }
    }

    @Test
    void requestsThatAreNotTheProtocolAreAnsweredAsTheServiceDoes() throws Exception {
        HttpResponse<String> unknown = post("Kinesis_20131202.SubscribeToShard", "{}");
        assertThat(unknown.statusCode()).isEqualTo(400);
        assertThat(unknown.headers().firstValue("x-amzn-ErrorType")).hasValue("UnknownOperationException");
        assertThat(unknown.body()).contains("\"__type\":\"UnknownOperationException\"");
        assertThat(post("DynamoDB_20120810.PutItem", "{}").body()).contains("UnknownOperationException");
        assertThat(post("Kinesis_20131202.ListStreams", "{").body()).contains("SerializationException");
        assertThat(post("Kinesis_20131202.ListStreams", "[]").body()).contains("SerializationException");
        assertThat(post("Kinesis_20131202.PutRecord", "{\"StreamName\":\"s\",\"PartitionKey\":\"k\",\"Data\":\"?\"}")
                        .body())
                .contains("SerializationException");
        assertThat(post("Kinesis_20131202.PutRecord", "{\"StreamName\":\"s\"}").body())
                .contains("ValidationException")
                .contains("Value at 'data' failed");
        assertThat(post("Kinesis_20131202.ListStreams", "").statusCode()).isEqualTo(200);
    }

    private HttpResponse<String> post(String target, String body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(server.endpoint() + "/"))
                .header("X-Amz-Target", target)
                .header("Content-Type", "application/x-amz-json-1.1")
                .POST(HttpRequest.BodyPublishers.ofString(body, UTF_8))
                .build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    }

    @ParameterizedTest(name = "CBOR {0}")
    @ValueSource(booleans = {false, true})
    void whatPassesAShardsLimitIsRefusedAsKinesisDoes(boolean cbor) throws IOException {
        try (Streams limited = new Streams(clock, null, true);
                KinesisServer other = KinesisServer.start(limited, 0);
                KinesisClient client = client(cbor, other.endpoint())) {
            limited.create("s", 1);
            List<PutRecordsRequestEntry> entries = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                entries.add(PutRecordsRequestEntry.builder()
                        .partitionKey("k")
                        .data(SdkBytes.fromByteArray(new byte[3000]))
                        .build());
            }
            PutRecordsResponse put =
                    client.putRecords(request -> request.streamName("s").records(entries));
            // 1 MiB a second, and each has a key of one byte.
            assertThat(put.failedRecordCount()).isEqualTo(500 - 1024 * 1024 / 3001);
            assertThat(put.records().subList(0, 1024 * 1024 / 3001))
                    .allMatch(record -> record.errorCode() == null && record.sequenceNumber() != null);
            assertThat(put.records().subList(1024 * 1024 / 3001, 500))
                    .allMatch(record -> "ProvisionedThroughputExceededException".equals(record.errorCode())
                            && record.errorMessage()
                                    .startsWith("Rate exceeded for shard shardId-000000000000 in stream s")
                            && record.sequenceNumber() == null
                            && record.shardId() == null);
            assertThatThrownBy(() -> client.putRecord(request ->
                            request.streamName("s").partitionKey("k").data(SdkBytes.fromByteArray(new byte[3000]))))
                    .isInstanceOf(ProvisionedThroughputExceededException.class)
                    .hasMessageContaining("Rate exceeded for shard");
        }
    }
}

package dev.tidemark.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.aws.AwsClients;
import dev.tidemark.aws.kinesis.KinesisStreams;
import dev.tidemark.aws.kinesis.KinesisTail;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.kinesis.KinesisServer;
import dev.tidemark.kinesis.Streams;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;

/** The local stream answers the question of the query function as Kinesis does. */
class WhatWaitsTest {

    private static final String STREAM = "clicks";
    private static final String MIDDLE = "170141183460469231731687303715884105728";

    private final AtomicLong nowMillis = new AtomicLong(1_700_000_000_000L);
    private final InstantSource clock = () -> Instant.ofEpochMilli(nowMillis.get());
    private Streams streams;
    private KinesisServer server;
    private AwsClients clients;
    private KinesisTail tail;
    private String arn;

    @BeforeEach
    void start() throws IOException {
        streams = new Streams(clock, null);
        server = KinesisServer.start(streams, 0);
        clients = AwsClients.of(
                Map.of(
                        "AWS_REGION",
                        Streams.REGION,
                        "AWS_ENDPOINT_URL_KINESIS",
                        server.endpoint().toString()),
                StaticCredentialsProvider.create(AwsBasicCredentials.create("any", "thing")));
        KinesisAsyncClient kinesis = clients.kinesisOnce();
        tail = new KinesisTail(kinesis, new KinesisStreams(kinesis, clock), Duration.ofMinutes(5));
        kinesis.createStream(request -> request.streamName(STREAM).shardCount(1))
                .join();
        arn = kinesis.describeStreamSummary(request -> request.streamName(STREAM))
                .join()
                .streamDescriptionSummary()
                .streamARN();
    }

    @AfterEach
    void stop() throws IOException {
        clients.close();
        server.close();
        streams.close();
    }

    private Position put(String data) {
        return new Position(
                clients.kinesisOnce()
                        .putRecord(request ->
                                request.streamName(STREAM).partitionKey("a").data(SdkBytes.fromUtf8String(data)))
                        .join()
                        .sequenceNumber(),
                0);
    }

    @Test
    void whatIsNotFoldedWaitsUntilItIs() {
        Lane lane = tail.lanes(arn).join().get(0);
        assertThat(tail.waitingSince(lane, Position.ORIGIN).join())
                .as("of an empty shard")
                .isEmpty();

        Position first = put("one");
        long arrivedMillis = nowMillis.get();
        assertThat(tail.waitingSince(lane, Position.ORIGIN).join()).hasValue(arrivedMillis);
        assertThat(tail.waitingSince(lane, first).join()).isEmpty();

        nowMillis.addAndGet(600_000);
        assertThat(tail.waitingSince(lane, first).join()).as("idle").isEmpty();
        put("two");
        Position last = put("three");
        assertThat(tail.waitingSince(lane, first).join()).hasValue(nowMillis.get());
        assertThat(tail.waitingSince(lane, last).join()).isEmpty();
    }

    @Test
    void afterASplitTheNewShardsAreFoundAtTheEndOfTheOld() {
        Lane parent = tail.lanes(arn).join().get(0);
        Position last = put("one");
        clients.kinesisOnce()
                .splitShard(request -> request.streamName(STREAM)
                        .shardToSplit(parent.shardId())
                        .newStartingHashKey(MIDDLE))
                .join();

        assertThat(tail.waitingSince(parent, last).join()).isEmpty();
        List<Lane> lanes = tail.lanes(arn).join();
        assertThat(lanes).hasSize(3);
        put("two");
        assertThat(lanes.stream()
                        .filter(lane -> !lane.equals(parent))
                        .filter(lane ->
                                tail.waitingSince(lane, Position.ORIGIN).join().isPresent()))
                .hasSize(1);
    }
}

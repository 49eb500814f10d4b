package dev.tidemark.aws.kinesis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import dev.tidemark.aws.AwsClients;
import dev.tidemark.aws.testing.LocalAws;
import dev.tidemark.aws.testing.ScriptedHttp;
import dev.tidemark.core.stream.KplEncoder;
import dev.tidemark.core.stream.KplRecords;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KinesisTailTest {

    private static final String ARN = "arn:aws:kinesis:us-east-1:000000000000:stream/shop-events";
    private static final long CREATED_MILLIS = 1_767_225_600_123L;
    private static final ObjectMapper CBOR = new CBORMapper();
    private static final Lane PARENT = lane(0);
    private static final Position LAST = new Position("4900", 0);

    /** A page of GetRecords: sequence numbers of its records, and how far it is from the end of the shard. */
    private record Page(long millisBehind, boolean end, List<String> sequences) {

        Page(long millisBehind, String... sequences) {
            this(millisBehind, false, List.of(sequences));
        }
    }

    private final List<String> calls = new ArrayList<>();
    private final Deque<Page> pages = new ArrayDeque<>();
    private byte[] data = {1};
    private final ScriptedHttp server = new ScriptedHttp(this::answer);
    private final AwsClients clients = AwsClients.of(
            Map.of(
                    "AWS_REGION",
                    "us-east-1",
                    "AWS_ENDPOINT_URL_KINESIS",
                    server.endpoint().toString()),
            LocalAws.CREDENTIALS);
    private final KinesisTail tail = new KinesisTail(
            clients.kinesisOnce(),
            new KinesisStreams(clients.kinesisOnce(), InstantSource.fixed(Instant.EPOCH)),
            Duration.ofMinutes(5));
    private int shards = 2;

    @AfterEach
    void close() {
        clients.close();
        server.close();
    }

    private static Lane lane(int shard) {
        return new Lane(ARN, CREATED_MILLIS, "shardId-00000000000" + shard);
    }

    private OptionalLong waiting(Position last) {
        return tail.waitingSince(PARENT, last).join();
    }

    @Test
    void nothingWaitsWhereTheLastRecordIsTheNewest() {
        pages.add(new Page(0, "4900"));
        assertThat(waiting(LAST)).isEmpty();
        assertThat(calls).containsExactly("ListShards", "AT_SEQUENCE_NUMBER 4900", "GetRecords 2");
    }

    @Test
    void theNextRecordWaitsSinceItArrived() {
        pages.add(new Page(0, "4900", "4901"));
        assertThat(waiting(LAST)).hasValue(CREATED_MILLIS);
    }

    @Test
    void aPositionWhoseRecordHasExpiredIsNoReason() {
        pages.add(new Page(0));
        assertThat(waiting(LAST)).isEmpty();
        pages.add(new Page(1_000, "4950"));
        assertThat(waiting(LAST)).hasValue(CREATED_MILLIS);
    }

    @Test
    void aLaneOfWhichNothingIsFoldedIsReadFromItsBeginning() {
        pages.add(new Page(0, "4900"));
        assertThat(waiting(Position.ORIGIN)).hasValue(CREATED_MILLIS);
        assertThat(calls).contains("TRIM_HORIZON ");
    }

    @Test
    void anEmptyPageThatIsNotAtTheEndSaysNothing() {
        pages.add(new Page(5_000));
        pages.add(new Page(5_000, "4901"));
        assertThat(waiting(LAST)).hasValue(CREATED_MILLIS);
        for (int i = 0; i < KinesisTail.MAX_PAGES + 1; i++) {
            pages.add(new Page(5_000));
        }
        assertThatThrownBy(() -> waiting(LAST)).hasMessageContaining("it is not known");
        assertThat(pages).hasSize(1);
    }

    /** The half that is done of an aggregated record must not pass for the whole. */
    @Test
    void theRestOfAnAggregatedRecordWaits() {
        data = aggregate("a", "a", "b");
        pages.add(new Page(0, "4900"));
        assertThat(waiting(LAST)).as("subrecord 1 is left").hasValue(CREATED_MILLIS);
        pages.add(new Page(0, "4900"));
        assertThat(waiting(new Position("4900", 1)))
                .as("subrecord 2, which is outside the shard's range, is the lane's all the same")
                .hasValue(CREATED_MILLIS);
        pages.add(new Page(0, "4900"));
        assertThat(waiting(new Position("4900", 2))).isEmpty();
    }

    @Test
    void whoComesToTheEndOfAShardFindsThoseThatCameOfIt() {
        shards = 1;
        assertThat(tail.lanes(ARN).join()).containsExactly(PARENT);
        shards = 2;
        assertThat(tail.lanes(ARN).join()).as("kept for a while").containsExactly(PARENT);
        pages.add(new Page(0, true, List.of("4900")));
        assertThat(waiting(LAST)).isEmpty();
        assertThat(tail.lanes(ARN).join()).containsExactly(PARENT, lane(1));
    }

    @Test
    void inAShardThatIsListedNoMoreNothingWaits() {
        assertThat(tail.waitingSince(lane(9), LAST).join()).isEmpty();
        Lane old = new Lane(ARN, CREATED_MILLIS - 1, PARENT.shardId());
        assertThat(tail.waitingSince(old, LAST).join())
                .as("of a stream that was deleted")
                .isEmpty();
        assertThat(calls).containsExactly("ListShards");
    }

    @Test
    void aThrottledQuestionIsNotPutTwice() {
        assertThatThrownBy(() -> waiting(LAST))
                .isInstanceOf(CompletionException.class)
                .hasMessageContaining("ProvisionedThroughputExceededException");
        assertThat(calls.stream().filter("GetRecords 2"::equals)).hasSize(1);
    }

    private static byte[] aggregate(String... partitionKeys) {
        return KplEncoder.encode(Stream.of(partitionKeys)
                .map(key -> new KplRecords.UserRecord(key, null, new byte[] {1}))
                .toList());
    }

    /** Speaks the protocol of Kinesis: shard 0 was split into those that are listed with it. */
    private ScriptedHttp.Answer answer(String target, byte[] body) throws IOException {
        ObjectNode answer = CBOR.createObjectNode();
        JsonNode request = CBOR.readTree(body);
        int status = 200;
        switch (target.substring(target.indexOf('.') + 1)) {
            case "DescribeStreamSummary" ->
                answer.putObject("StreamDescriptionSummary")
                        .put("StreamARN", ARN)
                        .put("StreamName", "shop-events")
                        .put("StreamCreationTimestamp", CREATED_MILLIS);
            case "ListShards" -> listShards(answer.putArray("Shards"));
            case "GetShardIterator" -> {
                calls.add(request.path("ShardIteratorType").asText() + " "
                        + request.path("StartingSequenceNumber").asText());
                answer.put("ShardIterator", "i");
            }
            case "GetRecords" -> {
                calls.add("GetRecords " + request.path("Limit").asInt());
                status = getRecords(answer);
            }
            default -> throw new IllegalStateException(target);
        }
        return new ScriptedHttp.Answer(status, "application/x-amz-cbor-1.1", CBOR.writeValueAsBytes(answer));
    }

    private int getRecords(ObjectNode answer) {
        Page page = pages.pollFirst();
        if (page == null) {
            answer.put("__type", "ProvisionedThroughputExceededException").put("message", "by script");
            return 400;
        }
        ArrayNode records = answer.putArray("Records");
        for (String sequence : page.sequences()) {
            records.addObject()
                    .put("SequenceNumber", sequence)
                    .put("PartitionKey", "a")
                    .put("ApproximateArrivalTimestamp", CREATED_MILLIS)
                    .put("Data", data);
        }
        answer.put("MillisBehindLatest", page.millisBehind());
        if (page.end()) {
            ArrayNode children = answer.putArray("ChildShards");
            describe(children.addObject(), 1);
        } else {
            answer.put("NextShardIterator", "i");
        }
        return 200;
    }

    private void listShards(ArrayNode listed) {
        calls.add("ListShards");
        for (int i = 0; i < shards; i++) {
            describe(listed.addObject(), i);
        }
    }

    private static void describe(ObjectNode shard, int number) {
        shard.put("ShardId", lane(number).shardId());
        shard.putObject("HashKeyRange")
                .put("StartingHashKey", "0")
                .put("EndingHashKey", "170141183460469231731687303715884105727");
        ArrayNode parents = shard.putArray("ParentShards");
        if (number > 0) {
            parents.add(PARENT.shardId());
        }
    }
}

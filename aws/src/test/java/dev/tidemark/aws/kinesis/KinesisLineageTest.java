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
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KinesisLineageTest {

    private static final String ARN = "arn:aws:kinesis:us-east-1:000000000000:stream/shop-events";
    private static final long CREATED_MILLIS = 1_767_225_600_123L;
    private static final ObjectMapper CBOR = new CBORMapper();
    private static final Lane PARENT = lane(0);
    private static final Position LAST = new Position("4900", 0);

    /** A page of GetRecords: sequence numbers of its records, and whether it is the end of a closed shard. */
    private record Page(boolean end, List<String> sequences) {

        Page(boolean end, String... sequences) {
            this(end, List.of(sequences));
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
    private final KinesisLineage lineage = new KinesisLineage(
            clients.kinesis(), new KinesisStreams(clients.kinesis(), InstantSource.fixed(Instant.EPOCH)));

    @AfterEach
    void close() {
        clients.close();
        server.close();
    }

    private static Lane lane(int shard) {
        return new Lane(ARN, CREATED_MILLIS, "shardId-00000000000" + shard);
    }

    private boolean drained(Lane lane, Position last) {
        return lineage.drained(lane, last).join();
    }

    @Test
    void parentsAreThoseThatTheStreamNames() {
        assertThat(lineage.parents(PARENT).join()).isEmpty();
        assertThat(lineage.parents(lane(2)).join()).containsExactly(PARENT);
        assertThat(lineage.parents(lane(3)).join()).containsExactly(PARENT, lane(1));
        assertThat(lineage.parents(lane(9)).join()).as("not listed any more").isEmpty();
    }

    @Test
    void childrenAreThoseThatNameTheShardAsAParent() {
        assertThat(lineage.children(PARENT).join()).containsExactly(lane(2), lane(3));
        assertThat(lineage.children(lane(1)).join()).containsExactly(lane(3));
        assertThat(lineage.children(lane(3)).join()).as("open").isEmpty();
        assertThat(lineage.children(lane(9)).join()).as("not listed any more").isEmpty();
    }

    @Test
    void aLaneOfADeletedStreamHasNoLineage() {
        Lane old = new Lane(ARN, CREATED_MILLIS - 1, PARENT.shardId());
        assertThatThrownBy(() -> lineage.parents(old).join())
                .isInstanceOf(CompletionException.class)
                .hasMessageContaining("was deleted");
    }

    @Test
    void aClosedShardWithNothingAfterTheLastRecordIsDrained() {
        pages.add(new Page(true, "4900"));
        assertThat(drained(PARENT, LAST)).isTrue();
        assertThat(calls).contains("AT_SEQUENCE_NUMBER 4900");
    }

    @Test
    void aRecordAfterTheLastOneIsStillToCome() {
        pages.add(new Page(true, "4900", "4901"));
        assertThat(drained(PARENT, LAST)).isFalse();
    }

    @Test
    void aShardOfWhichNothingIsDoneIsReadFromItsBeginning() {
        pages.add(new Page(true));
        assertThat(drained(PARENT, Position.ORIGIN)).isTrue();
        pages.add(new Page(true, "4900"));
        assertThat(drained(PARENT, Position.ORIGIN)).isFalse();
        assertThat(calls).contains("TRIM_HORIZON ");
    }

    @Test
    void anEmptyPageIsNoEnd() {
        pages.add(new Page(false, "4900"));
        pages.add(new Page(false));
        pages.add(new Page(true, "4905"));
        assertThat(drained(PARENT, LAST)).isFalse();
        pages.add(new Page(false));
        pages.add(new Page(false));
        pages.add(new Page(true));
        assertThat(drained(PARENT, LAST)).isTrue();
        assertThat(pages).isEmpty();
    }

    @Test
    void anOpenShardIsNotDrainedHoweverOftenItIsAsked() {
        for (int i = 0; i < KinesisLineage.MAX_PAGES + 5; i++) {
            pages.add(new Page(false));
        }
        assertThat(drained(PARENT, LAST)).isFalse();
        assertThat(pages).hasSize(5);
    }

    @Test
    void aShardThatTheStreamNoLongerListsIsDrained() {
        assertThat(drained(lane(9), LAST)).isTrue();
        assertThat(calls).noneMatch(call -> call.startsWith("AT_"));
    }

    @Test
    void anAggregatedRecordIsDrainedOnlyWithItsLastUserRecord() {
        // The shard has the lower half of the hash keys, so "a" only; but what is outside of it is the lane's too.
        data = aggregate("a", "a", "b");
        pages.add(new Page(true, "4900"));
        assertThat(drained(PARENT, LAST)).as("subrecord 1 is left").isFalse();
        pages.add(new Page(true, "4900"));
        assertThat(drained(PARENT, new Position("4900", 1)))
                .as("subrecord 2 is outside the shard, and left")
                .isFalse();
        pages.add(new Page(true, "4900"));
        assertThat(drained(PARENT, new Position("4900", 2))).isTrue();
        data = aggregate("b");
        pages.add(new Page(true, "4900", "4901"));
        assertThat(drained(PARENT, new Position("4899", 0)))
                .as("all of it is outside the shard, and left")
                .isFalse();
    }

    /** Also where it begins with a record of another shard: the fold refuses it as one. */
    @Test
    void theRestOfARecordThatHoldsTooManyIsFolded() {
        String[] keys = new String[KplRecords.MAX_RECORDS + 2];
        Arrays.fill(keys, "b");
        keys[0] = "a";
        data = aggregate(keys);
        pages.add(new Page(true, "4900"));
        assertThat(drained(PARENT, new Position("4900", 0))).isFalse();
        pages.add(new Page(true, "4900"));
        assertThat(drained(PARENT, new Position("4900", KplRecords.MAX_RECORDS)))
                .isTrue();
    }

    @Test
    void aFailureIsNoAnswer() {
        assertThatThrownBy(() -> drained(PARENT, LAST))
                .isInstanceOf(CompletionException.class)
                .hasMessageContaining("ResourceNotFoundException");
    }

    private static byte[] aggregate(String... partitionKeys) {
        return KplEncoder.encode(Stream.of(partitionKeys)
                .map(key -> new KplRecords.UserRecord(key, null, new byte[] {1}))
                .toList());
    }

    /** Speaks the protocol of Kinesis: shards 0 and 1 are original, 2 was split from 0, 3 merged of both. */
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
            default -> status = getRecords(answer);
        }
        return new ScriptedHttp.Answer(status, "application/x-amz-cbor-1.1", CBOR.writeValueAsBytes(answer));
    }

    private int getRecords(ObjectNode answer) {
        Page page = pages.pollFirst();
        if (page == null) {
            answer.put("__type", "ResourceNotFoundException").put("message", "by script");
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
        if (!page.end()) {
            answer.put("NextShardIterator", "i");
        }
        return 200;
    }

    private static void listShards(ArrayNode shards) {
        for (int i = 0; i < 4; i++) {
            ObjectNode shard = shards.addObject().put("ShardId", lane(i).shardId());
            shard.putObject("HashKeyRange")
                    .put("StartingHashKey", "0")
                    .put("EndingHashKey", "170141183460469231731687303715884105727");
            if (i > 1) {
                shard.put("ParentShardId", PARENT.shardId());
            }
            if (i == 3) {
                shard.put("AdjacentParentShardId", lane(1).shardId());
            }
        }
    }
}

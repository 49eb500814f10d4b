package dev.tidemark.aws.kinesis;

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
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Speaks the protocol of Kinesis, for one stream, and answers GetRecords by script. */
final class ScriptedKinesis implements AutoCloseable {

    static final String ARN = "arn:aws:kinesis:us-east-1:000000000000:stream/shop-events";
    static final long CREATED_MILLIS = 1_767_225_600_123L;

    private static final ObjectMapper CBOR = new CBORMapper();

    /** A page of GetRecords: how far it is from the end of the shard, and sequence numbers of its records. */
    record Page(long millisBehind, boolean end, List<String> sequences) {

        /** @param end whether it is the last one of a closed shard */
        Page(boolean end, String... sequences) {
            this(0, end, List.of(sequences));
        }

        Page(long millisBehind, String... sequences) {
            this(millisBehind, false, List.of(sequences));
        }
    }

    final List<String> calls = new ArrayList<>();
    final Deque<Page> pages = new ArrayDeque<>();

    /** Of every record. */
    byte[] data = {1};

    /** How many shards are listed. */
    int shards;

    private final Map<Integer, List<Integer>> parents;
    private final String refusal;
    private final ScriptedHttp server = new ScriptedHttp(this::answer);
    final AwsClients clients = AwsClients.of(
            Map.of(
                    "AWS_REGION",
                    "us-east-1",
                    "AWS_ENDPOINT_URL_KINESIS",
                    server.endpoint().toString()),
            LocalAws.CREDENTIALS);

    /**
     * @param parents of each shard that has some, one or two
     * @param refusal how GetRecords fails where no page is left
     */
    ScriptedKinesis(int shards, Map<Integer, List<Integer>> parents, String refusal) {
        this.shards = shards;
        this.parents = parents;
        this.refusal = refusal;
    }

    static Lane lane(int shard) {
        return new Lane(ARN, CREATED_MILLIS, "shardId-00000000000" + shard);
    }

    static byte[] aggregate(String... partitionKeys) {
        return KplEncoder.encode(Stream.of(partitionKeys)
                .map(key -> new KplRecords.UserRecord(key, null, new byte[] {1}))
                .toList());
    }

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
            case "ListShards" -> {
                calls.add("ListShards");
                ArrayNode listed = answer.putArray("Shards");
                for (int i = 0; i < shards; i++) {
                    describe(listed.addObject(), i);
                }
            }
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
            answer.put("__type", refusal).put("message", "by script");
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
            parents.forEach((child, of) -> {
                ObjectNode described = answer.withArray("ChildShards").addObject();
                describe(described, child);
                of.forEach(parent ->
                        described.withArray("ParentShards").add(lane(parent).shardId()));
            });
        } else {
            answer.put("NextShardIterator", "i");
        }
        return 200;
    }

    private void describe(ObjectNode shard, int number) {
        shard.put("ShardId", lane(number).shardId());
        shard.putObject("HashKeyRange")
                .put("StartingHashKey", "0")
                .put("EndingHashKey", "170141183460469231731687303715884105727");
        List<Integer> before = parents.getOrDefault(number, List.of());
        String[] names = {"ParentShardId", "AdjacentParentShardId"};
        for (int i = 0; i < before.size(); i++) {
            shard.put(names[i], lane(before.get(i)).shardId());
        }
    }

    @Override
    public void close() {
        clients.close();
        server.close();
    }
}

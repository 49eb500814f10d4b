package dev.tidemark.kinesis;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** The structures of answers. */
final class Answers {

    private Answers() {}

    static ObjectNode empty() {
        return JsonNodeFactory.instance.objectNode();
    }

    static void describe(ObjectNode into, StreamInfo stream) {
        into.put("StreamName", stream.name());
        into.put("StreamARN", stream.arn());
        into.put("StreamStatus", "ACTIVE");
        into.putObject("StreamModeDetails").put("StreamMode", stream.onDemand() ? "ON_DEMAND" : "PROVISIONED");
        into.put("RetentionPeriodHours", stream.retentionHours());
        Wire.putTime(into, "StreamCreationTimestamp", stream.createdMillis());
        into.putArray("EnhancedMonitoring").addObject().putArray("ShardLevelMetrics");
        into.put("EncryptionType", "NONE");
    }

    static void shards(ArrayNode into, List<ShardInfo> shards) {
        for (ShardInfo shard : shards) {
            shard(into.addObject(), shard);
        }
    }

    private static void shard(ObjectNode into, ShardInfo shard) {
        into.put("ShardId", shard.id());
        if (shard.parent() != null) {
            into.put("ParentShardId", shard.parent());
        }
        if (shard.adjacentParent() != null) {
            into.put("AdjacentParentShardId", shard.adjacentParent());
        }
        range(into, shard.range());
        ObjectNode sequences = into.putObject("SequenceNumberRange");
        sequences.put("StartingSequenceNumber", shard.startSequence());
        if (shard.endSequence() != null) {
            sequences.put("EndingSequenceNumber", shard.endSequence());
        }
    }

    private static void range(ObjectNode into, HashRange range) {
        into.putObject("HashKeyRange")
                .put("StartingHashKey", range.start().toString())
                .put("EndingHashKey", range.end().toString());
    }

    static void put(ObjectNode into, PutOutcome outcome) {
        if (outcome instanceof PutResult result) {
            into.put("ShardId", result.shardId()).put("SequenceNumber", result.sequenceNumber());
        } else if (outcome instanceof PutOutcome.Refused refused) {
            into.put("ErrorCode", refused.type().recordErrorCode()).put("ErrorMessage", refused.message());
        }
    }

    static ObjectNode read(ReadResult result) {
        ObjectNode answer = empty();
        ArrayNode records = answer.putArray("Records");
        for (StreamRecord record : result.records()) {
            ObjectNode into = records.addObject();
            into.put("SequenceNumber", record.sequenceNumber());
            Wire.putTime(into, "ApproximateArrivalTimestamp", record.arrivalMillis());
            into.put("Data", record.data());
            into.put("PartitionKey", record.partitionKey());
        }
        if (result.nextIterator() != null) {
            answer.put("NextShardIterator", result.nextIterator());
        }
        answer.put("MillisBehindLatest", result.millisBehind());
        if (!result.children().isEmpty()) {
            ArrayNode children = answer.putArray("ChildShards");
            for (ShardInfo child : result.children()) {
                ObjectNode into = children.addObject().put("ShardId", child.id());
                child.parents().forEach(into.putArray("ParentShards")::add);
                range(into, child.range());
            }
        }
        return answer;
    }
}

package dev.tidemark.kinesis;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The operations by their names on the wire. */
final class KinesisOperations {

    private static final int DEFAULT_DESCRIBE_LIMIT = 100;
    private static final int DEFAULT_LIST_SHARDS_LIMIT = 1000;
    private static final int DEFAULT_ON_DEMAND_SHARDS = 4;
    private static final int MAX_LIMIT = 10_000;

    private final Streams streams;
    private final Map<String, Function<Arguments, ObjectNode>> operations;

    KinesisOperations(Streams streams) {
        this.streams = streams;
        this.operations = Map.ofEntries(
                Map.entry("AddTagsToStream", this::addTags),
                Map.entry("CreateStream", this::createStream),
                Map.entry("DecreaseStreamRetentionPeriod", arguments -> retain(arguments, false)),
                Map.entry("DeleteStream", this::deleteStream),
                Map.entry("DescribeLimits", arguments -> limits()),
                Map.entry("DescribeStream", this::describeStream),
                Map.entry("DescribeStreamSummary", this::describeStreamSummary),
                Map.entry("GetRecords", this::getRecords),
                Map.entry("GetShardIterator", this::getShardIterator),
                Map.entry("IncreaseStreamRetentionPeriod", arguments -> retain(arguments, true)),
                Map.entry("ListShards", this::listShards),
                Map.entry("ListStreams", this::listStreams),
                Map.entry("ListTagsForStream", this::listTags),
                Map.entry("MergeShards", this::mergeShards),
                Map.entry("PutRecord", this::putRecord),
                Map.entry("PutRecords", this::putRecords),
                Map.entry("RemoveTagsFromStream", this::removeTags),
                Map.entry("SplitShard", this::splitShard),
                Map.entry("UpdateShardCount", this::updateShardCount));
    }

    ObjectNode perform(String operation, Arguments arguments) {
        Function<Arguments, ObjectNode> known = operations.get(operation);
        if (known == null) {
            throw new KinesisException(
                    KinesisError.UNKNOWN_OPERATION, "The local stream does not know the operation " + operation);
        }
        return known.apply(arguments);
    }

    private ObjectNode createStream(Arguments arguments) {
        Arguments mode = arguments.structure("StreamModeDetails");
        boolean onDemand = mode != null && "ON_DEMAND".equals(mode.optionalText("StreamMode"));
        int absent = onDemand ? DEFAULT_ON_DEMAND_SHARDS : 1;
        int shards = arguments.integer("ShardCount", absent, Checks.MAX_SHARDS);
        streams.create(arguments.text("StreamName"), shards, onDemand, arguments.map("Tags"));
        return Answers.empty();
    }

    private ObjectNode deleteStream(Arguments arguments) {
        streams.delete(arguments.stream());
        return Answers.empty();
    }

    private ObjectNode describeStream(Arguments arguments) {
        StreamInfo stream = streams.describe(arguments.stream());
        int limit = arguments.integer("Limit", DEFAULT_DESCRIBE_LIMIT, MAX_LIMIT);
        List<ShardInfo> left = after(stream.shards(), arguments.optionalText("ExclusiveStartShardId"));
        ObjectNode answer = Answers.empty();
        ObjectNode description = answer.putObject("StreamDescription");
        Answers.describe(description, stream);
        Answers.shards(description.putArray("Shards"), left.subList(0, Math.min(limit, left.size())));
        description.put("HasMoreShards", left.size() > limit);
        return answer;
    }

    private ObjectNode describeStreamSummary(Arguments arguments) {
        StreamInfo stream = streams.describe(arguments.stream());
        ObjectNode answer = Answers.empty();
        ObjectNode summary = answer.putObject("StreamDescriptionSummary");
        Answers.describe(summary, stream);
        summary.put("OpenShardCount", openShards(stream));
        summary.put("ConsumerCount", 0);
        return answer;
    }

    private static int openShards(StreamInfo stream) {
        return (int) stream.shards().stream().filter(ShardInfo::isOpen).count();
    }

    private ObjectNode limits() {
        int open = 0;
        for (String name : streams.names()) {
            open += openShards(streams.describe(name));
        }
        return Answers.empty()
                .put("ShardLimit", Checks.MAX_SHARDS)
                .put("OpenShardCount", open)
                .put("OnDemandStreamCount", 0)
                .put("OnDemandStreamCountLimit", 50);
    }

    private ObjectNode listStreams(Arguments arguments) {
        int limit = arguments.integer("Limit", DEFAULT_DESCRIBE_LIMIT, MAX_LIMIT);
        String token = arguments.optionalText("NextToken");
        String start = token == null ? arguments.optionalText("ExclusiveStartStreamName") : fromToken(token);
        List<String> left = streams.names().stream()
                .filter(name -> start == null || name.compareTo(start) > 0)
                .toList();
        ObjectNode answer = Answers.empty();
        ArrayNode names = answer.putArray("StreamNames");
        ArrayNode summaries = answer.putArray("StreamSummaries");
        for (String name : left.subList(0, Math.min(limit, left.size()))) {
            StreamInfo stream = streams.describe(name);
            names.add(name);
            ObjectNode summary = summaries.addObject();
            Answers.describe(summary, stream);
            summary.retain("StreamName", "StreamARN", "StreamStatus", "StreamModeDetails", "StreamCreationTimestamp");
        }
        answer.put("HasMoreStreams", left.size() > limit);
        if (left.size() > limit) {
            answer.put("NextToken", token(left.get(limit - 1)));
        }
        return answer;
    }

    private ObjectNode listShards(Arguments arguments) {
        String token = arguments.optionalText("NextToken");
        String name;
        String start;
        if (token == null) {
            name = arguments.stream();
            start = arguments.optionalText("ExclusiveStartShardId");
        } else {
            String[] parts = fromToken(token).split("/", 2);
            if (parts.length != 2) {
                throw Checks.invalid("Invalid NextToken.");
            }
            name = parts[0];
            start = parts[1];
        }
        int limit = arguments.integer("MaxResults", DEFAULT_LIST_SHARDS_LIMIT, MAX_LIMIT);
        List<ShardInfo> left = after(filtered(streams.describe(name).shards(), arguments), start);
        ObjectNode answer = Answers.empty();
        Answers.shards(answer.putArray("Shards"), left.subList(0, Math.min(limit, left.size())));
        if (left.size() > limit) {
            answer.put("NextToken", token(name + "/" + left.get(limit - 1).id()));
        }
        return answer;
    }

    /** Closed shards are kept as long as the stream, so only the filters that leave some out differ. */
    private static List<ShardInfo> filtered(List<ShardInfo> shards, Arguments arguments) {
        Arguments filter = arguments.structure("ShardFilter");
        if (filter == null) {
            return shards;
        }
        return switch (filter.text("Type")) {
            case "AT_LATEST" -> shards.stream().filter(ShardInfo::isOpen).toList();
            case "AFTER_SHARD_ID" -> after(shards, filter.text("ShardId"));
            case "AT_TRIM_HORIZON" ->
                shards.stream().filter(shard -> shard.parents().isEmpty()).toList();
            case "FROM_TRIM_HORIZON" -> shards;
            case "FROM_TIMESTAMP" -> endedAfter(shards, filter.millis("Timestamp"));
            case "AT_TIMESTAMP" -> {
                long millis = filter.millis("Timestamp");
                yield endedAfter(shards, millis).stream()
                        .filter(shard -> parse(shard.startSequence()).shardSecond() * 1000 <= millis)
                        .toList();
            }
            default -> throw Checks.validation("shardFilter.type", "Member must satisfy enum value set");
        };
    }

    private static List<ShardInfo> endedAfter(List<ShardInfo> shards, long millis) {
        return shards.stream()
                .filter(shard -> shard.endSequence() == null
                        || parse(shard.endSequence()).arrivalSecond() * 1000 >= millis)
                .toList();
    }

    private static SequenceNumber parse(String sequence) {
        return Objects.requireNonNull(SequenceNumber.parse(sequence));
    }

    private static List<ShardInfo> after(List<ShardInfo> shards, @Nullable String startId) {
        return startId == null
                ? shards
                : shards.stream()
                        .filter(shard -> shard.id().compareTo(startId) > 0)
                        .toList();
    }

    private ObjectNode putRecord(Arguments arguments) {
        ObjectNode answer = Answers.empty();
        Answers.put(answer, streams.put(arguments.stream(), arguments.record()));
        return answer.put("EncryptionType", "NONE");
    }

    private ObjectNode putRecords(Arguments arguments) {
        List<PutOutcome> outcomes = streams.put(arguments.stream(), arguments.records());
        long refused =
                outcomes.stream().filter(PutOutcome.Refused.class::isInstance).count();
        ObjectNode answer = Answers.empty().put("FailedRecordCount", (int) refused);
        ArrayNode records = answer.putArray("Records");
        outcomes.forEach(outcome -> Answers.put(records.addObject(), outcome));
        return answer.put("EncryptionType", "NONE");
    }

    private ObjectNode getShardIterator(Arguments arguments) {
        String iterator = streams.iterator(arguments.stream(), arguments.text("ShardId"), start(arguments));
        return Answers.empty().put("ShardIterator", iterator);
    }

    private static IteratorStart start(Arguments arguments) {
        return switch (arguments.text("ShardIteratorType")) {
            case "TRIM_HORIZON" -> new IteratorStart.TrimHorizon();
            case "LATEST" -> new IteratorStart.Latest();
            case "AT_SEQUENCE_NUMBER" -> new IteratorStart.At(startingSequence(arguments));
            case "AFTER_SEQUENCE_NUMBER" -> new IteratorStart.After(startingSequence(arguments));
            case "AT_TIMESTAMP" -> {
                if (!arguments.message().hasNonNull("Timestamp")) {
                    throw Checks.invalid("Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP."
                            + " Current request has no timestamp parameter.");
                }
                yield new IteratorStart.AtTimestamp(arguments.millis("Timestamp"));
            }
            default ->
                throw Checks.validation(
                        "shardIteratorType",
                        "Member must satisfy enum value set: [AFTER_SEQUENCE_NUMBER, LATEST, AT_TIMESTAMP,"
                                + " AT_SEQUENCE_NUMBER, TRIM_HORIZON]");
        };
    }

    private static String startingSequence(Arguments arguments) {
        String sequence = arguments.optionalText("StartingSequenceNumber");
        if (sequence == null) {
            throw Checks.invalid("Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and"
                    + " StartingSequenceNumber or (2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. Request"
                    + " specified " + arguments.text("ShardIteratorType") + " and no StartingSequenceNumber.");
        }
        return sequence;
    }

    private ObjectNode getRecords(Arguments arguments) {
        int limit = arguments.integer("Limit", Checks.MAX_READ_RECORDS, Checks.MAX_READ_RECORDS);
        return Answers.read(streams.read(arguments.text("ShardIterator"), limit));
    }

    private ObjectNode splitShard(Arguments arguments) {
        streams.split(arguments.stream(), arguments.text("ShardToSplit"), arguments.text("NewStartingHashKey"));
        return Answers.empty();
    }

    private ObjectNode mergeShards(Arguments arguments) {
        streams.merge(arguments.stream(), arguments.text("ShardToMerge"), arguments.text("AdjacentShardToMerge"));
        return Answers.empty();
    }

    private ObjectNode updateShardCount(Arguments arguments) {
        StreamInfo stream = streams.describe(arguments.stream());
        int target = arguments.integer("TargetShardCount");
        streams.resize(stream.name(), target);
        return Answers.empty()
                .put("StreamName", stream.name())
                .put("StreamARN", stream.arn())
                .put("CurrentShardCount", openShards(stream))
                .put("TargetShardCount", target);
    }

    private ObjectNode retain(Arguments arguments, boolean increase) {
        streams.retain(arguments.stream(), arguments.integer("RetentionPeriodHours"), increase);
        return Answers.empty();
    }

    private ObjectNode addTags(Arguments arguments) {
        streams.tag(arguments.stream(), arguments.map("Tags"), List.of());
        return Answers.empty();
    }

    private ObjectNode removeTags(Arguments arguments) {
        streams.tag(arguments.stream(), Map.of(), arguments.texts("TagKeys"));
        return Answers.empty();
    }

    private ObjectNode listTags(Arguments arguments) {
        ObjectNode answer = Answers.empty();
        ArrayNode tags = answer.putArray("Tags");
        streams.tags(arguments.stream()).entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(tag -> tags.addObject().put("Key", tag.getKey()).put("Value", tag.getValue()));
        return answer.put("HasMoreTags", false);
    }

    private static String token(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
    }

    private static String fromToken(String token) {
        try {
            return new String(Base64.getDecoder().decode(token), UTF_8);
        } catch (IllegalArgumentException e) {
            throw Checks.invalid("Invalid NextToken.");
        }
    }
}

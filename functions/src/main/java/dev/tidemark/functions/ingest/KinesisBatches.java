package dev.tidemark.functions.ingest;

import com.amazonaws.services.lambda.runtime.events.KinesisEvent;
import com.amazonaws.services.lambda.runtime.events.KinesisEvent.KinesisEventRecord;
import com.amazonaws.services.lambda.runtime.events.StreamsEventResponse;
import com.amazonaws.services.lambda.runtime.events.StreamsEventResponse.BatchItemFailure;
import dev.tidemark.aws.kinesis.StreamInfo;
import dev.tidemark.core.stream.Batch;
import dev.tidemark.core.stream.HashRange;
import dev.tidemark.core.stream.KplRecords;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * From Lambda's Kinesis event to a batch: which shard, which records, aggregated ones unpacked. The batch contains
 * every record of the event and every record packed into one; it notes which are outside their shard (rule F4).
 */
public final class KinesisBatches {

    private KinesisBatches() {}

    /** Whether there is nothing to do. */
    public static boolean isEmpty(KinesisEvent event) {
        return event.getRecords() == null || event.getRecords().isEmpty();
    }

    /**
     * What the mapping is told.
     *
     * @param firstFailed the sequence number from which on it delivers again; null: everything is done
     */
    public static StreamsEventResponse response(@Nullable String firstFailed) {
        StreamsEventResponse response = new StreamsEventResponse();
        response.setBatchItemFailures(firstFailed == null ? List.of() : List.of(new BatchItemFailure(firstFailed)));
        return response;
    }

    /** The stream's ARN; a consumer with enhanced fan-out appends its own name. */
    public static String streamArn(KinesisEventRecord record) {
        String source = record.getEventSourceARN();
        int consumer = source.indexOf("/consumer/");
        return consumer < 0 ? source : source.substring(0, consumer);
    }

    /** The shard's id, which the event id carries: {@code shardId-000000000000:sequence}. */
    public static String shardId(KinesisEventRecord record) {
        String id = record.getEventID();
        int colon = id.indexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException("not a Kinesis event id (shard:sequence): '" + id + "'");
        }
        return id.substring(0, colon);
    }

    /**
     * The user records of an event, all of one shard.
     *
     * @throws IllegalArgumentException if the event mixes shards or its records do not increase: Lambda never does that
     */
    public static Batch decode(KinesisEvent event, StreamInfo stream) {
        String shardId = shardId(event.getRecords().get(0));
        Optional<HashRange> range = stream.hashRange(shardId);
        List<RawRecord> records = new ArrayList<>(event.getRecords().size());
        for (KinesisEventRecord record : event.getRecords()) {
            if (!shardId(record).equals(shardId)) {
                throw new IllegalArgumentException("one batch of two shards: " + shardId + " and " + shardId(record));
            }
            unpack(record.getKinesis(), range, records);
        }
        return new Batch(stream.lane(shardId), records);
    }

    @SuppressWarnings("JavaUtilDate") // The type that the library gives the arrival time.
    private static void unpack(KinesisEvent.Record record, Optional<HashRange> range, List<RawRecord> into) {
        byte[] data = bytes(record.getData());
        long arrivalMillis = record.getApproximateArrivalTimestamp().toInstant().toEpochMilli();
        String sequence = record.getSequenceNumber();
        Optional<List<KplRecords.UserRecord>> aggregated = KplRecords.unpack(data);
        if (aggregated.isEmpty()) {
            into.add(new RawRecord(new Position(sequence, 0), arrivalMillis, record.getPartitionKey(), data));
            return;
        }
        long subsequence = 0;
        for (KplRecords.UserRecord user : aggregated.get()) {
            // The rest after the last record that one may hold belongs to no shard; without a range nothing is outside.
            boolean isRest = subsequence == KplRecords.MAX_RECORDS;
            boolean outside = !isRest && range.isPresent() && !range.get().contains(user.hashKey());
            into.add(new RawRecord(
                    new Position(sequence, subsequence), arrivalMillis, user.partitionKey(), user.data(), outside));
            subsequence++;
        }
    }

    private static byte[] bytes(ByteBuffer buffer) {
        if (buffer.hasArray() && buffer.arrayOffset() == 0 && buffer.array().length == buffer.remaining()) {
            return buffer.array();
        }
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}

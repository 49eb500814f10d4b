package dev.tidemark.local.mapping;

import com.amazonaws.services.lambda.runtime.events.KinesisEvent;
import com.amazonaws.services.lambda.runtime.events.KinesisEvent.KinesisEventRecord;
import dev.tidemark.kinesis.StreamRecord;
import dev.tidemark.kinesis.Streams;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;

/** Builds the event that Lambda hands to a function. */
public final class KinesisEvents {

    private KinesisEvents() {}

    /** A batch of one shard as an event; the function gets its own copy of the data. */
    public static KinesisEvent of(String streamArn, String shardId, List<StreamRecord> batch) {
        List<KinesisEventRecord> records = new ArrayList<>(batch.size());
        for (StreamRecord record : batch) {
            records.add(record(streamArn, shardId, record));
        }
        KinesisEvent event = new KinesisEvent();
        event.setRecords(records);
        return event;
    }

    @SuppressWarnings("JavaUtilDate") // The event's type asks for it.
    private static KinesisEventRecord record(String streamArn, String shardId, StreamRecord record) {
        KinesisEvent.Record kinesis = new KinesisEvent.Record();
        kinesis.setKinesisSchemaVersion("1.0");
        kinesis.setPartitionKey(record.partitionKey());
        kinesis.setSequenceNumber(record.sequenceNumber());
        kinesis.setData(ByteBuffer.wrap(record.data().clone()));
        kinesis.setApproximateArrivalTimestamp(new Date(record.arrivalMillis()));
        KinesisEventRecord event = new KinesisEventRecord();
        event.setKinesis(kinesis);
        event.setEventSource("aws:kinesis");
        event.setEventVersion("1.0");
        event.setEventID(shardId + ":" + record.sequenceNumber());
        event.setEventName("aws:kinesis:record");
        event.setInvokeIdentityArn("arn:aws:iam::" + Streams.ACCOUNT + ":role/tidemark-local");
        event.setAwsRegion(Streams.REGION);
        event.setEventSourceARN(streamArn);
        return event;
    }
}

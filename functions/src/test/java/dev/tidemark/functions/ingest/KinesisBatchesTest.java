package dev.tidemark.functions.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.events.KinesisEvent;
import com.amazonaws.services.lambda.runtime.events.KinesisEvent.KinesisEventRecord;
import dev.tidemark.aws.kinesis.StreamInfo;
import dev.tidemark.core.stream.HashRange;
import dev.tidemark.core.stream.KplEncoder;
import dev.tidemark.core.stream.KplRecords;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KinesisBatchesTest {

    private static final String ARN = "arn:aws:kinesis:eu-west-1:1:stream/clicks";
    private static final String SHARD = "shardId-000000000003";

    /** Whether it belongs to the shard or not: nothing of it may vanish. */
    @Test
    void whatIsBehindTheBoundOfAnAggregatedRecordIsOneRecord() {
        KplRecords.UserRecord user = new KplRecords.UserRecord("k", "7", new byte[] {1});
        byte[] data = KplEncoder.encode(Collections.nCopies(KplRecords.MAX_RECORDS + 5, user));

        List<RawRecord> own = decode(data, HashRange.ALL);
        List<RawRecord> foreign = decode(data, new HashRange(BigInteger.TEN, HashRange.MAX));

        assertThat(own).hasSize(KplRecords.MAX_RECORDS + 1);
        RawRecord rest = own.get(KplRecords.MAX_RECORDS);
        assertThat(rest.position()).isEqualTo(new Position("4959", KplRecords.MAX_RECORDS));
        assertThat(KplRecords.unpack(rest.data()).orElseThrow()).hasSize(5);
        assertThat(foreign).extracting(RawRecord::position).contains(rest.position());
    }

    @SuppressWarnings("JavaUtilDate") // The type that the library gives the arrival time.
    private static List<RawRecord> decode(byte[] data, HashRange range) {
        KinesisEvent.Record kinesis = new KinesisEvent.Record();
        kinesis.setSequenceNumber("4959");
        kinesis.setPartitionKey("k");
        kinesis.setData(ByteBuffer.wrap(data));
        kinesis.setApproximateArrivalTimestamp(new Date(1_790_000_000_000L));
        KinesisEventRecord record = new KinesisEventRecord();
        record.setKinesis(kinesis);
        record.setEventID(SHARD + ":4959");
        KinesisEvent event = new KinesisEvent();
        event.setRecords(List.of(record));
        StreamInfo stream = new StreamInfo(ARN, 1, Map.of(SHARD, new StreamInfo.ShardInfo(range, List.of())));
        return KinesisBatches.decode(event, stream).records();
    }
}

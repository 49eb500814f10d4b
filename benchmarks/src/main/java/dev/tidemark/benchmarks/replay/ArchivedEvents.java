package dev.tidemark.benchmarks.replay;

import dev.tidemark.aws.s3.SegmentReader;
import dev.tidemark.aws.s3.SegmentWriter;
import dev.tidemark.benchmarks.SampleEvents;
import dev.tidemark.core.store.Archive.Segment;
import dev.tidemark.core.store.ArchiveLog;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * Sample events as an archive in memory has them.
 *
 * @param objects the content of each segment, by its key
 * @param reader decodes what is read
 */
record ArchivedEvents(List<SegmentRef> refs, Map<String, byte[]> objects, Executor reader) implements ArchiveLog {

    static final String STREAM = "shop-events";
    private static final String ARN = "arn:aws:kinesis:eu-central-1:111122223333:stream/" + STREAM;

    static Lane lane(int number) {
        return new Lane(ARN, 1_700_000_000_000L, "shardId-" + number);
    }

    /** @param events of one lane, in order; one arrives every millisecond */
    static List<Segment> segments(Lane lane, List<byte[]> events, int segmentRecords) {
        List<Segment> segments = new ArrayList<>();
        Position last = Position.ORIGIN;
        for (int from = 0; from < events.size(); from += segmentRecords) {
            List<RawRecord> records = new ArrayList<>();
            for (int i = from; i < Math.min(from + segmentRecords, events.size()); i++) {
                Position position =
                        new Position("49590338271490256608559692538361571095921575989136" + (588_000_000L + i), 0);
                records.add(new RawRecord(position, SampleEvents.START_MILLIS + i + 100, "key", events.get(i)));
            }
            segments.add(new Segment(lane, last, from, records));
            last = records.get(records.size() - 1).position();
        }
        return segments;
    }

    /** An archive of some lanes, each of whose events are given. */
    static ArchivedEvents of(List<List<byte[]>> lanes, int segmentRecords, Executor reader) {
        List<SegmentRef> refs = new ArrayList<>();
        Map<String, byte[]> objects = new HashMap<>();
        for (int number = 0; number < lanes.size(); number++) {
            for (Segment segment : segments(lane(number), lanes.get(number), segmentRecords)) {
                List<RawRecord> records = segment.records();
                Position first = records.get(0).position();
                Position last = records.get(records.size() - 1).position();
                String key = number + "/" + first.text();
                byte[] object = SegmentWriter.write(segment);
                objects.put(key, object);
                refs.add(new SegmentRef(key, lane(number).id(), first, last, SampleEvents.START_MILLIS, object.length));
            }
        }
        return new ArchivedEvents(refs, objects, reader);
    }

    @Override
    public CompletableFuture<Listing> list(String streamName, long fromMillis, long toMillis) {
        return CompletableFuture.completedFuture(new Listing(refs, List.of()));
    }

    @Override
    public CompletableFuture<Segment> read(SegmentRef ref) {
        byte[] object = Objects.requireNonNull(Objects.requireNonNull(objects.get(ref.key())));
        return CompletableFuture.supplyAsync(() -> SegmentReader.read(object), reader);
    }
}

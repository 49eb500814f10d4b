package dev.tidemark.core.archive;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tidemark.core.store.Archive.Segment;
import dev.tidemark.core.store.InMemoryArchive;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A lane of numbered records and an archive for them. Record n is the nth of the lane, counted from 1. */
final class ArchiveWorld {

    static final Lane LANE =
            new Lane("arn:aws:kinesis:us-east-1:123456789012:stream/shop", 1_700_000_000_000L, "shardId-000000000000");
    static final long HOUR_MILLIS = 3_600_000;

    /** When record 0 would have arrived: the beginning of an hour. */
    static final long EPOCH_MILLIS = 500_000 * HOUR_MILLIS;

    final InMemoryArchive archive = new InMemoryArchive();
    final List<RawRecord> records = new ArrayList<>();

    /** A lane whose records arrive a minute apart, every third aggregated record holding three of them. */
    ArchiveWorld(int count) {
        int sequence = 8;
        int subsequence = 0;
        for (int n = 1; n <= count; n++) {
            boolean aggregated = sequence % 3 == 0 && subsequence < 2;
            Position position = new Position(Integer.toString(sequence), subsequence);
            records.add(new RawRecord(position, arrivalMillis(n), "key " + n, ("record " + n).getBytes(UTF_8)));
            subsequence = aggregated ? subsequence + 1 : 0;
            sequence = aggregated ? sequence : sequence + 1;
        }
    }

    static long arrivalMillis(int number) {
        return EPOCH_MILLIS + number * 60_000L;
    }

    Position position(int number) {
        return number == 0 ? Position.ORIGIN : records.get(number - 1).position();
    }

    /** Records first to last, written by an invocation that found the lane row at {@code done}. */
    Segment segment(int done, int first, int last) {
        return new Segment(LANE, position(done), done, List.copyOf(records.subList(first - 1, last)));
    }

    /** Appends the records of a batch that the mapping delivered in order. */
    Segment append(int first, int last) {
        Segment segment = segment(first - 1, first, last);
        archive.append(segment).join();
        return segment;
    }

    LaneStart start(int number) {
        return new LaneStart(position(number), number, number == 0 ? Long.MIN_VALUE : arrivalMillis(number));
    }

    LaneLog lane(LaneStart start) {
        return lane(start, Long.MIN_VALUE);
    }

    LaneLog lane(LaneStart start, long fromMillis) {
        return stream(start, fromMillis).lanes().get(0);
    }

    StreamLog stream(LaneStart start, long fromMillis) {
        return StreamLog.open(
                        archive,
                        LANE.streamName(),
                        Map.of(LANE.id(), start),
                        fromMillis,
                        Long.MAX_VALUE,
                        new ReadAhead(3, 1_000))
                .join();
    }

    /** What a log gives until its end or a failure. */
    static List<RawRecord> readAll(LaneLog log) {
        List<RawRecord> read = new ArrayList<>();
        readAll(log, read);
        return read;
    }

    static void readAll(LaneLog log, List<RawRecord> read) {
        for (Optional<LaneLog.Run> run = log.next().join();
                run.isPresent();
                run = log.next().join()) {
            read.addAll(run.get().records());
        }
    }
}

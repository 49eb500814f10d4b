package dev.tidemark.core.archive;

import dev.tidemark.core.async.Failures;
import dev.tidemark.core.async.Flight;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.store.ArchiveLog;
import dev.tidemark.core.store.ArchiveLog.SegmentRef;
import dev.tidemark.core.store.DamagedArchive;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BinaryOperator;

/** The archive of one stream, as one log per lane. */
public final class StreamLog {

    /** How much earlier than its record after the start a segment's first record may have arrived, normally. */
    private static final long BEFORE_MILLIS = 24 * 3_600_000L;

    /** Arrivals go back a little, so a segment before the end may stand under the hour after it. */
    private static final long AFTER_MILLIS = 3_600_000L;

    private static final int STARTS_AT_ONCE = 16;

    private final ArchiveLog archive;
    private final String streamName;
    private final ReadAhead readAhead;
    private final TreeMap<String, LaneLog> lanes = new TreeMap<>();
    private final List<String> foreignKeys;

    private StreamLog(ArchiveLog archive, String streamName, ReadAhead readAhead, List<String> foreignKeys) {
        this.archive = archive;
        this.streamName = streamName;
        this.readAhead = readAhead;
        this.foreignKeys = foreignKeys;
    }

    /** As the other one, with the usual {@link ReadAhead}. */
    public static CompletableFuture<StreamLog> open(
            ArchiveLog archive, String streamName, Map<String, LaneStart> starts, long fromMillis, long toMillis) {
        return open(archive, streamName, starts, fromMillis, toMillis, ReadAhead.DEFAULT);
    }

    /**
     * Lists the archive.
     *
     * <p>Every record after its lane's start that arrived in {@code [fromMillis, toMillis]} will be read, and some before
     * and after: a segment is read whole from the start on. Choose {@code fromMillis} no later than the lowest {@link
     * LaneStart#maxArrivalMillis()}; margins for segments that began earlier are added here. A lane whose segments do not
     * join its start within those margins is looked for in the whole archive before that is called a gap.
     *
     * @param starts lane id to where to read from; a lane that is not among them is read from its very first record
     * @param fromMillis milliseconds since the epoch; {@link Long#MIN_VALUE} for all
     * @param toMillis milliseconds since the epoch; {@link Long#MAX_VALUE} for all
     */
    public static CompletableFuture<StreamLog> open(
            ArchiveLog archive,
            String streamName,
            Map<String, LaneStart> starts,
            long fromMillis,
            long toMillis,
            ReadAhead readAhead) {
        long listFrom = fromMillis < Long.MIN_VALUE + BEFORE_MILLIS ? Long.MIN_VALUE : fromMillis - BEFORE_MILLIS;
        long listTo = toMillis > Long.MAX_VALUE - AFTER_MILLIS ? Long.MAX_VALUE : toMillis + AFTER_MILLIS;
        return archive.list(streamName, listFrom, listTo)
                .thenApply(listing -> of(archive, streamName, starts, listing, readAhead));
    }

    private static StreamLog of(
            ArchiveLog archive,
            String streamName,
            Map<String, LaneStart> starts,
            ArchiveLog.Listing listing,
            ReadAhead readAhead) {
        Map<String, List<SegmentRef>> refs = new TreeMap<>();
        starts.keySet().forEach(laneId -> refs.put(laneId, new ArrayList<>()));
        for (SegmentRef ref : listing.segments()) {
            refs.computeIfAbsent(ref.laneId(), laneId -> new ArrayList<>()).add(ref);
        }
        StreamLog log = new StreamLog(archive, streamName, readAhead, listing.foreignKeys());
        refs.forEach((laneId, segments) -> log.add(laneId, starts.getOrDefault(laneId, LaneStart.BIRTH), segments));
        return log;
    }

    /**
     * Lists the archive of some time only: each lane begins where its first segment of that time says that it does, and
     * what lies before is neither read nor missed. A lane of which that segment is damaged is read from its beginning, and
     * comes upon the same damage.
     *
     * @param fromMillis of the arrivals of segments' first records, milliseconds since the epoch; a segment also holds what
     *     waited in the stream together with its first record
     * @param toMillis likewise; a margin for arrivals that go back is added here
     */
    public static CompletableFuture<StreamLog> openWithin(
            ArchiveLog archive, String streamName, long fromMillis, long toMillis) {
        long listTo = toMillis > Long.MAX_VALUE - AFTER_MILLIS ? Long.MAX_VALUE : toMillis + AFTER_MILLIS;
        return archive.list(streamName, fromMillis, listTo).thenCompose(listing -> {
            Map<String, SegmentRef> first = new TreeMap<>();
            listing.segments().forEach(ref -> first.merge(ref.laneId(), ref, BinaryOperator.minBy(SegmentRef.ORDER)));
            Map<String, LaneStart> starts = new ConcurrentHashMap<>();
            return Flight.all(List.copyOf(first.values()), STARTS_AT_ONCE, ref -> start(archive, ref, starts))
                    .thenApply(known -> of(archive, streamName, starts, listing, ReadAhead.DEFAULT));
        });
    }

    private static CompletableFuture<Void> start(ArchiveLog archive, SegmentRef ref, Map<String, LaneStart> starts) {
        return archive.read(ref)
                .thenAccept(segment ->
                        starts.put(ref.laneId(), new LaneStart(segment.last(), segment.count(), Long.MIN_VALUE)))
                .exceptionallyCompose(failure -> Failures.cause(failure) instanceof DamagedArchive
                        ? CompletableFuture.completedFuture(null)
                        : CompletableFuture.failedFuture(failure));
    }

    private LaneLog add(String laneId, LaneStart start, List<SegmentRef> segments) {
        LaneLog lane = new LaneLog(archive, streamName, laneId, start, segments, readAhead);
        lanes.put(laneId, lane);
        return lane;
    }

    /** Sorted by id: every lane that has a segment in the listing, or a start. */
    public List<LaneLog> lanes() {
        return List.copyOf(lanes.values());
    }

    /** What lies in the archive and is no segment; it is not read. A gap may be due to one that was renamed. */
    public List<String> foreignKeys() {
        return foreignKeys;
    }

    /**
     * Makes the logs check that the archive reaches what is done: up to {@link LaneRow#last()} it must hold {@link
     * LaneRow#count()} records. A lane of which nothing is archived gets a log, which says so when it is read. To be
     * called before anything is read, with rows that were read before the archive was listed; makes sense only for an
     * archive that is read to its end.
     *
     * @param rows those of other streams are passed over
     */
    public void expect(Collection<LaneRow> rows) {
        for (LaneRow row : rows) {
            if (row.lane().streamName().equals(streamName) && row.count() > 0) {
                LaneLog known = lanes.get(row.lane().id());
                LaneLog lane = known != null ? known : add(row.lane().id(), LaneStart.BIRTH, List.of());
                lane.expect(row.last(), row.count());
            }
        }
    }
}

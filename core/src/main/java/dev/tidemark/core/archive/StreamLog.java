package dev.tidemark.core.archive;

import dev.tidemark.core.async.Failures;
import dev.tidemark.core.async.Flight;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.store.ArchiveLog;
import dev.tidemark.core.store.ArchiveLog.SegmentRef;
import dev.tidemark.core.store.DamagedArchive;
import dev.tidemark.core.stream.Position;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BinaryOperator;

/** The archive of one stream, as one log per lane. */
public final class StreamLog {

    /** How much earlier a segment's first record normally arrived than its first record after the start. */
    private static final long BEFORE_MILLIS = 24 * 3_600_000L;

    /** Arrivals go back a little, so a segment before the end may be stored under the hour after it. */
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

    /** With the usual {@link ReadAhead}. */
    public static CompletableFuture<StreamLog> open(
            ArchiveLog archive, String streamName, Map<String, LaneStart> starts, long fromMillis, long toMillis) {
        return open(archive, streamName, starts, fromMillis, toMillis, ReadAhead.DEFAULT);
    }

    /**
     * Lists the archive.
     *
     * <p>Reads every record after its lane's start that arrived in {@code [fromMillis, toMillis]}, and some before and
     * after, because segments are read whole. Choose {@code fromMillis} no later than the lowest {@link
     * LaneStart#maxArrivalMillis()}; margins for segments that began earlier are added here. If a lane's segments do
     * not join its start within those margins, the whole archive is searched before a gap is reported.
     *
     * @param starts lane id to where to read from; a lane without one is read from its first record
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
     * Lists the archive of an interval only. Each lane begins with its first segment of that interval; earlier records
     * are neither read nor missed. If that segment is damaged, the lane is read from its beginning and meets the same
     * damage.
     *
     * @param fromMillis of the arrivals of segments' first records, milliseconds since the epoch; a segment also holds
     *     records that waited in the stream together with its first one
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

    /**
     * Objects in the archive that are no segments; they are not read. A renamed segment among them may explain a gap.
     */
    public List<String> foreignKeys() {
        return foreignKeys;
    }

    /**
     * Makes the logs check that the archive holds all that is done: {@link LaneRow#count()} records up to {@link
     * LaneRow#last()}. A lane without segments gets a log that reports this when read. Call this before anything is
     * read, with rows that were read before the archive was listed, and read the archive to its end.
     *
     * @param rows those of other streams are ignored
     */
    public void expect(Collection<LaneRow> rows) {
        for (LaneRow row : rows) {
            if (row.lane().streamName().equals(streamName) && row.count() > 0) {
                expect(row.lane().id(), "the row of lane " + row.lane().id(), row.last(), row.count());
            }
        }
    }

    /**
     * Makes a lane's log, which may have no segments, check likewise that the archive has {@code count} records up to {@code
     * last}.
     *
     * @param by what says so, for messages
     */
    public LaneLog expect(String laneId, String by, Position last, long count) {
        LaneLog known = lanes.get(laneId);
        LaneLog lane = known != null ? known : add(laneId, LaneStart.BIRTH, List.of());
        lane.expect(by, last, count);
        return lane;
    }

    /**
     * Ends each log at its row's last position, and leaves out lanes without a row. Call this before anything is read.
     *
     * @param rows by lane id
     */
    public void endAt(Map<String, LaneRow> rows) {
        lanes.keySet().retainAll(rows.keySet());
        lanes.values()
                .forEach(lane -> lane.endAt(
                        Objects.requireNonNull(rows.get(lane.laneId())).last()));
    }
}

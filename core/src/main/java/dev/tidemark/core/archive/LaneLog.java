package dev.tidemark.core.archive;

import dev.tidemark.core.async.Failures;
import dev.tidemark.core.store.Archive.Segment;
import dev.tidemark.core.store.ArchiveLog;
import dev.tidemark.core.store.ArchiveLog.SegmentRef;
import dev.tidemark.core.store.DamagedArchive;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One lane of the archive, from a start to its end: each position once and in order, even if segments overlap.
 *
 * <p>Segments overlap when a batch was delivered again with other boundaries, and while small ones exist beside the
 * large one that they were compacted into. They are read in the order of their first positions. A header says how many
 * records the lane has up to the position before the segment (rule F7). All of them are in segments that begin earlier,
 * so a hole is noticed before any record after it is returned. Records that two segments hold must be the same.
 *
 * <p>Not thread-safe: used by one thread at a time, not always the same.
 */
public final class LaneLog {

    /** How often a listed segment that cannot be read is tried. */
    private static final int MAX_TRIES = 3;

    private final ArchiveLog archive;
    private final String streamName;
    private final String laneId;
    private final LaneStart start;
    private final ReadAhead readAhead;
    private final TreeSet<SegmentRef> waiting = new TreeSet<>(SegmentRef.ORDER);
    private final Set<String> known = new HashSet<>();
    private final Map<String, CompletableFuture<Segment>> reading = new HashMap<>();
    private ReadTail tail = new ReadTail();
    private Position reached;
    private long count;
    private long maxArrivalMillis;

    /** The last position whose count a header confirmed. */
    private Position confirmed;

    /** Nothing after it is returned, inclusive; null for the end of the log. */
    private @Nullable Position end;

    private @Nullable Position expectedLast;
    private String expectedBy = "";
    private long expectedCount;
    private boolean lookedEverywhere;
    private int tries;

    /**
     * Some records of a lane.
     *
     * @param records in increasing position, not empty
     * @param firstNumber the number of the first of them in its lane, counted from 1
     */
    public record Run(Lane lane, List<RawRecord> records, long firstNumber) {}

    LaneLog(
            ArchiveLog archive,
            String streamName,
            String laneId,
            LaneStart start,
            Collection<SegmentRef> segments,
            ReadAhead readAhead) {
        this.archive = archive;
        this.streamName = streamName;
        this.laneId = laneId;
        this.start = start;
        this.readAhead = readAhead;
        this.reached = start.last();
        this.confirmed = start.last();
        this.count = start.count();
        this.maxArrivalMillis = start.maxArrivalMillis();
        add(segments);
    }

    public String laneId() {
        return laneId;
    }

    /** The position of the last record that was returned; the start's before the first. */
    public Position reached() {
        return reached;
    }

    /** How many records of the lane are at or below {@link #reached()}. */
    public long count() {
        return count;
    }

    /** The running maximum of arrivals up to {@link #reached()} (rule T1); {@link Long#MIN_VALUE} before any. */
    public long maxArrivalMillis() {
        return maxArrivalMillis;
    }

    /** The lane, according to the next segment; empty if there is none. {@link #next} reports what cannot be read. */
    public CompletableFuture<Optional<Lane>> lane() {
        return waiting.isEmpty()
                ? CompletableFuture.completedFuture(Optional.empty())
                : readFirst()
                        .handle((segment, failure) ->
                                Optional.ofNullable(segment).map(Segment::lane));
    }

    /** See {@link StreamLog#expect}. */
    void expect(String by, Position last, long laneCount) {
        if (last.isAfter(start.last())) {
            expectedBy = by;
            expectedLast = last;
            expectedCount = laneCount;
        }
    }

    /** See {@link StreamLog#endAt}. */
    void endAt(Position last) {
        end = last;
        waiting.removeIf(ref -> ref.first().isAfter(last));
    }

    /**
     * The next records; empty at the end of the log, and from then on. Completes with a {@link DamagedArchive} if the
     * archive is damaged, and so does every later call. After any other exception it can be called again.
     */
    public CompletableFuture<Optional<Run>> next() {
        try {
            while (!waiting.isEmpty()) {
                SegmentRef ref = waiting.first();
                CompletableFuture<Segment> segment = readFirst();
                if (!segment.isDone()) {
                    return segment.exceptionally(failure -> null).thenCompose(read -> next());
                }
                if (segment.isCompletedExceptionally()) {
                    reading.remove(ref.key());
                    return segment.handle(LaneLog::failure).thenCompose(failure -> failed(ref, failure));
                }
                Segment found = segment.join();
                if (isAhead(found)) {
                    return lookEverywhere().thenCompose(more -> more ? next() : gapBefore(ref, found));
                }
                Run run = take(ref, found);
                if (run != null) {
                    return CompletableFuture.completedFuture(Optional.of(run));
                }
            }
            return atEnd();
        } catch (DamagedArchive damage) {
            return CompletableFuture.failedFuture(damage);
        }
    }

    /**
     * Continues after a damage: without the segment, or as if the missing records had been read. Only for a search for
     * damage; such a log does not return the whole lane.
     *
     * @param damage what {@link #next()} failed with last
     */
    public void passOver(DamagedArchive damage) {
        DamagedArchive.Gap gap = damage.gap();
        if (damage.key().equals(expectedBy)) {
            expectedLast = null;
        } else if (gap != null && !waiting.isEmpty()) {
            reached = Position.max(reached, gap.upTo());
            count += gap.records();
            confirmed = reached;
            tail = new ReadTail();
        } else if (!waiting.isEmpty()) {
            reading.remove(waiting.first().key());
            waiting.pollFirst();
        }
    }

    private void add(Collection<SegmentRef> segments) {
        for (SegmentRef ref : segments) {
            // What ends before adds nothing.
            boolean isBeforeEnd = end == null || !ref.first().isAfter(end);
            if (ref.laneId().equals(laneId) && isBeforeEnd && ref.last().isAfter(reached) && known.add(ref.key())) {
                waiting.add(ref);
            }
        }
    }

    /** Starts reading the first waiting segments, unless already started. */
    private CompletableFuture<Segment> readFirst() {
        int segments = 0;
        long bytes = 0;
        for (SegmentRef ref : waiting) {
            bytes += ref.bytes();
            if (segments > 0 && (segments >= readAhead.segments() || bytes > readAhead.bytes())) {
                break;
            }
            reading.computeIfAbsent(ref.key(), key -> archive.read(ref));
            segments++;
        }
        return Objects.requireNonNull(reading.get(waiting.first().key()));
    }

    /** Whether a segment's header knows of records that no segment before it has. */
    private boolean isAhead(Segment segment) {
        return segment.last().isAfter(reached);
    }

    private CompletableFuture<Optional<Run>> gapBefore(SegmentRef ref, Segment segment) {
        return CompletableFuture.failedFuture(tooFew(ref.key(), segment.last(), segment.count(), count));
    }

    /** Takes a segment's new records; null if there are none. */
    private @Nullable Run take(SegmentRef ref, Segment segment) {
        checkCount(ref.key(), segment.last(), segment.count());
        List<RawRecord> records = segment.records();
        int old = Positions.countUpTo(reached, records);
        Position difference = tail.difference(records.subList(0, old), old < records.size());
        if (difference != null) {
            throw DamagedArchive.disagreeing(ref.key(), tail.keyAt(difference), laneId, difference);
        }
        int upTo = end == null ? records.size() : Positions.countUpTo(end, records);
        List<RawRecord> fresh = records.subList(old, Math.max(old, upTo));
        checkExpected(fresh);
        waiting.remove(ref);
        reading.remove(ref.key());
        tries = 0;
        tail.add(
                ref.key(),
                fresh,
                count + 1,
                waiting.isEmpty() ? null : waiting.first().first());
        return fresh.isEmpty() ? null : give(segment.lane(), fresh);
    }

    /** The rows of an import are JSON events, whatever the format of the source. */
    private static List<RawRecord> asJson(List<RawRecord> rows) {
        return rows.stream().map(row -> row.asRepaired(row.data())).toList();
    }

    private Run give(Lane lane, List<RawRecord> fresh) {
        Run run = new Run(lane, lane.isImport() ? asJson(fresh) : fresh, count + 1);
        for (RawRecord record : fresh) {
            maxArrivalMillis = Math.max(maxArrivalMillis, record.arrivalMillis());
        }
        count += fresh.size();
        reached = fresh.get(fresh.size() - 1).position();
        return run;
    }

    /** An old header, written by an overtaken invocation, is skipped: others have confirmed its position. */
    private void checkCount(String key, Position last, long counted) {
        long found = -1;
        if (last.equals(reached)) {
            found = count;
        } else if (last.equals(start.last())) {
            found = start.count();
        } else if (last.isAfter(start.last())) {
            found = tail.countUpTo(last);
        }
        if (found < 0) {
            return;
        }
        check(key, last, counted, found);
        confirmed = Position.max(confirmed, last);
    }

    private void check(String key, Position last, long counted, long found) {
        if (found < counted) {
            throw tooFew(key, last, counted, found);
        }
        if (found > counted) {
            throw DamagedArchive.miscounted(key, laneId, last, found, counted);
        }
    }

    private DamagedArchive tooFew(String key, Position last, long counted, long found) {
        return counted <= found
                ? DamagedArchive.miscounted(key, laneId, last, found, counted)
                : DamagedArchive.gap(new DamagedArchive.Gap(laneId, confirmed(last), last, counted - found), key);
    }

    /** The lane is complete up to here. */
    private Position confirmed(Position last) {
        return last.isAfter(reached) ? reached : confirmed;
    }

    private void checkExpected(List<RawRecord> fresh) {
        if (expectedLast == null || fresh.isEmpty() || reached.compareTo(expectedLast) >= 0) {
            return;
        }
        if (fresh.get(fresh.size() - 1).position().compareTo(expectedLast) >= 0) {
            check(expectedBy, expectedLast, expectedCount, count + Positions.countUpTo(expectedLast, fresh));
        }
    }

    private CompletableFuture<Optional<Run>> atEnd() {
        Position expected = expectedLast;
        if (expected == null || reached.compareTo(expected) >= 0) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        return lookEverywhere()
                .thenCompose(more -> more
                        ? next()
                        : CompletableFuture.failedFuture(tooFew(expectedBy, expected, expectedCount, count)));
    }

    /**
     * Before a gap is reported: a batch that waited in the stream for days is stored under the hour of its first
     * record, which may be outside the listing. At most once.
     *
     * @return whether there are further segments
     */
    private CompletableFuture<Boolean> lookEverywhere() {
        if (lookedEverywhere) {
            return CompletableFuture.completedFuture(false);
        }
        return archive.list(streamName, Long.MIN_VALUE, Long.MAX_VALUE).thenApply(listing -> {
            lookedEverywhere = true;
            int before = waiting.size();
            add(listing.segments());
            return waiting.size() > before;
        });
    }

    private static Throwable failure(@Nullable Segment none, @Nullable Throwable failure) {
        Objects.requireNonNull(failure);
        return Failures.cause(failure);
    }

    /** A missing segment may have been compacted into one that is stored under the same hour. */
    private CompletableFuture<Optional<Run>> failed(SegmentRef ref, Throwable cause) {
        boolean gone = cause instanceof DamagedArchive damage && damage.kind() == DamagedArchive.Kind.MISSING;
        if (!gone) {
            return CompletableFuture.failedFuture(cause);
        }
        return archive.list(streamName, ref.hourStartMillis(), ref.hourStartMillis())
                .thenCompose(listing -> {
                    List<SegmentRef> lane = listing.segments().stream()
                            .filter(other -> other.laneId().equals(laneId))
                            .toList();
                    boolean listed = lane.stream().anyMatch(other -> other.key().equals(ref.key()));
                    boolean held = lane.stream().anyMatch(other -> !other.key().equals(ref.key()) && other.covers(ref));
                    if (held && !listed) {
                        waiting.remove(ref);
                        add(lane);
                        return next();
                    }
                    return listed && ++tries < MAX_TRIES ? next() : CompletableFuture.failedFuture(cause);
                });
    }
}

package dev.tidemark.core.store;

import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/** An archive that answers at once. To damage it, change {@link #segments}. */
public final class InMemoryArchive implements ArchiveStore {

    private static final long HOUR_MILLIS = 3_600_000;

    public final List<Segment> segments = new ArrayList<>();

    /** A lane's id is a hash: made once for each segment, or tests that read much would do nothing else. */
    private final IdentityHashMap<Segment, SegmentRef> refs = new IdentityHashMap<>();

    /** What else lies there. */
    public final List<String> foreignKeys = new ArrayList<>();

    /** Which segments cannot be written. */
    public Predicate<Segment> failing = segment -> false;

    /** Which segments turn out to be unreadable. */
    public Predicate<SegmentRef> unreadable = ref -> false;

    /** Runs before every reading, and may change what is there. */
    public Runnable beforeRead = () -> {};

    @Override
    public synchronized CompletableFuture<Void> append(Segment segment) {
        if (failing.test(segment)) {
            return CompletableFuture.failedFuture(new TimeoutException("archive"));
        }
        segments.add(segment);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public synchronized CompletableFuture<Listing> list(String streamName, long fromMillis, long toMillis) {
        List<SegmentRef> refs = byKey().values().stream()
                .filter(segment -> segment.lane().streamName().equals(streamName))
                .map(this::known)
                .filter(ref -> ref.hourStartMillis() >= Math.floorDiv(fromMillis, HOUR_MILLIS) * HOUR_MILLIS
                        || fromMillis == Long.MIN_VALUE
                        || Lane.isImport(ref.laneId()))
                .filter(ref -> ref.hourStartMillis() <= toMillis || Lane.isImport(ref.laneId()))
                .toList();
        return CompletableFuture.completedFuture(new Listing(refs, foreignKeys));
    }

    @Override
    public synchronized CompletableFuture<Segment> read(SegmentRef ref) {
        beforeRead.run();
        Segment segment = byKey().get(ref.key());
        if (segment == null) {
            return CompletableFuture.failedFuture(DamagedArchive.missing(ref.key(), null));
        }
        return unreadable.test(ref)
                ? CompletableFuture.failedFuture(DamagedArchive.unreadable(ref.key(), "made so by the test", null))
                : CompletableFuture.completedFuture(segment);
    }

    @Override
    public synchronized CompletableFuture<SegmentRef> put(Segment segment) {
        return append(segment).thenApply(done -> ref(segment));
    }

    @Override
    public synchronized CompletableFuture<Void> delete(List<SegmentRef> refs) {
        refs.forEach(ref -> segments.removeIf(segment -> known(segment).key().equals(ref.key())));
        return CompletableFuture.completedFuture(null);
    }

    /** As on S3, the first one under a key stays. */
    private Map<String, Segment> byKey() {
        Map<String, Segment> found = new LinkedHashMap<>();
        segments.forEach(segment -> found.putIfAbsent(known(segment).key(), segment));
        return found;
    }

    private SegmentRef known(Segment segment) {
        return refs.computeIfAbsent(segment, InMemoryArchive::ref);
    }

    /** The reference under which a segment is listed. */
    public static SegmentRef ref(Segment segment) {
        RawRecord first = segment.records().get(0);
        RawRecord last = segment.records().get(segment.records().size() - 1);
        long hour = Math.floorDiv(first.arrivalMillis(), HOUR_MILLIS);
        String key = "archive/" + segment.lane().streamName() + "/hour-" + hour + "/"
                + segment.lane().id() + "/" + first.position().text() + "_"
                + last.position().text();
        long bytes = segment.records().stream()
                .mapToLong(record -> record.data().length)
                .sum();
        return new SegmentRef(key, segment.lane().id(), first.position(), last.position(), hour * HOUR_MILLIS, bytes);
    }

    /** Every record of a lane once, in order. */
    public synchronized List<RawRecord> records(String laneId) {
        TreeMap<Position, RawRecord> records = new TreeMap<>();
        for (Segment segment : segments) {
            if (segment.lane().id().equals(laneId)) {
                segment.records().forEach(record -> records.put(record.position(), record));
            }
        }
        return List.copyOf(records.values());
    }
}

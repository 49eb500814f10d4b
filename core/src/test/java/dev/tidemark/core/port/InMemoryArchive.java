package dev.tidemark.core.port;

import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/** An archive that answers at once. */
public final class InMemoryArchive implements Archive {

    public final List<Segment> segments = new ArrayList<>();

    /** Which segments cannot be written. */
    public Predicate<Segment> failing = segment -> false;

    @Override
    public synchronized CompletableFuture<Void> append(Segment segment) {
        if (failing.test(segment)) {
            return CompletableFuture.failedFuture(new TimeoutException("archive"));
        }
        segments.add(segment);
        return CompletableFuture.completedFuture(null);
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

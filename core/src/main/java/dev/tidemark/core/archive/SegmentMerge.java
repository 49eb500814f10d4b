package dev.tidemark.core.archive;

import dev.tidemark.core.store.Archive.Segment;
import dev.tidemark.core.store.ArchiveLog.SegmentRef;
import dev.tidemark.core.store.DamagedArchive;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Merges segments that follow each other without a hole into one.
 *
 * <p>A merged segment has the header of its first one. The other headers are lost with their segments, and with them
 * the proof of a hole between two segments. So segments that begin one after the other are merged only if a later
 * header confirms how many records they have together. Without such a header one merged segment ends and another
 * begins.
 */
final class SegmentMerge {

    private final List<Merged> done = new ArrayList<>();
    private final long maxOpenBytes;
    private List<SegmentRef> refs = new ArrayList<>();
    private List<RawRecord> records = new ArrayList<>();
    private @Nullable Segment first;
    private Position reached = Position.ORIGIN;
    private long openBytes;

    /** Where a segment begins right after those before, so there may be a hole until a header denies it. */
    private final ArrayDeque<Join> joins = new ArrayDeque<>();

    /** What is open before this place. */
    private record Join(int refs, int records) {}

    /**
     * A segment and those within it.
     *
     * @param parts at least two
     */
    record Merged(Segment segment, List<SegmentRef> parts) {}

    private SegmentMerge(long maxOpenBytes) {
        this.maxOpenBytes = maxOpenBytes;
    }

    /**
     * @param refs in {@link SegmentRef#ORDER}
     * @param segments that the references name
     * @param next the lane's next segment, by its key; null if there is none
     * @throws DamagedArchive if they do not agree with each other
     */
    static List<Merged> of(
            List<SegmentRef> refs, List<Segment> segments, @Nullable Segment next, String nextKey, long maxOpenBytes) {
        SegmentMerge merge = new SegmentMerge(maxOpenBytes);
        for (int i = 0; i < refs.size(); i++) {
            merge.add(refs.get(i), segments.get(i));
        }
        if (next != null) {
            merge.confirm(nextKey, next);
        }
        merge.close();
        return merge.done;
    }

    private void add(SegmentRef ref, Segment segment) {
        List<RawRecord> theirs = segment.records();
        if (first != null) {
            confirm(ref.key(), segment);
            boolean overlaps = !theirs.get(0).position().isAfter(reached);
            boolean follows = segment.last().equals(reached);
            if (!overlaps && follows && openBytes < maxOpenBytes) {
                joins.add(new Join(refs.size(), records.size()));
            } else if (!overlaps) {
                close();
            }
        }
        if (first == null) {
            first = segment;
        }
        int old = records.isEmpty() ? 0 : Positions.countUpTo(reached, theirs);
        compare(ref, theirs, old);
        refs.add(ref);
        for (RawRecord record : theirs.subList(old, theirs.size())) {
            records.add(record);
            openBytes += ReadTail.memoryBytes(record);
        }
        reached = records.get(records.size() - 1).position();
    }

    /** Uses a header if it speaks of a position within the open segments. */
    private void confirm(String key, Segment segment) {
        Segment base = first;
        if (base == null
                || !segment.last().isAfter(base.last())
                || segment.last().isAfter(reached)) {
            return;
        }
        int upTo = Positions.countUpTo(segment.last(), records);
        long found = base.count() + upTo;
        if (found != segment.count()) {
            throw DamagedArchive.miscounted(key, segment.lane().id(), segment.last(), found, segment.count());
        }
        while (!joins.isEmpty() && joins.getFirst().records() < upTo) {
            joins.removeFirst();
        }
    }

    private void compare(SegmentRef ref, List<RawRecord> theirs, int old) {
        if (old == 0) {
            return;
        }
        int at = Positions.countBelow(theirs.get(0).position(), records);
        boolean goesOn = old < theirs.size();
        Position difference = ReadTail.difference(records.subList(at, records.size()), theirs.subList(0, old), goesOn);
        if (difference != null) {
            String other = refs.stream()
                    .filter(each -> !each.first().isAfter(difference) && !difference.isAfter(each.last()))
                    .map(SegmentRef::key)
                    .findFirst()
                    .orElse("another segment");
            throw DamagedArchive.disagreeing(ref.key(), other, ref.laneId(), difference);
        }
    }

    private void close() {
        Segment base = first;
        Join sure = joins.isEmpty() ? new Join(refs.size(), records.size()) : joins.getFirst();
        if (base != null && sure.refs() > 1) {
            Segment merged = new Segment(
                    base.lane(), base.last(), base.count(), List.copyOf(records.subList(0, sure.records())));
            done.add(new Merged(merged, List.copyOf(refs.subList(0, sure.refs()))));
        }
        refs = new ArrayList<>();
        records = new ArrayList<>();
        joins.clear();
        first = null;
        openBytes = 0;
    }
}

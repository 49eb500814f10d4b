package dev.tidemark.core.archive;

import dev.tidemark.core.store.ArchiveLog.SegmentRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Which segments to merge, decided from a listing alone: a finished hour that is already compact costs no read. */
public final class CompactionPlan {

    private static final long HOUR_MILLIS = 3_600_000;

    private final CompactionSettings settings;
    private final long nowMillis;
    private final List<Merge> merges = new ArrayList<>();

    /**
     * Segments of one lane and hour that may be merged.
     *
     * @param segments at least two, in {@link SegmentRef#ORDER}
     * @param next the lane's next segment, whose header tells whether any is missing; null if there is none
     */
    public record Merge(List<SegmentRef> segments, @Nullable SegmentRef next) {

        public Merge {
            segments = List.copyOf(segments);
        }

        public long bytes() {
            return segments.stream().mapToLong(SegmentRef::bytes).sum();
        }
    }

    private CompactionPlan(CompactionSettings settings, long nowMillis) {
        this.settings = settings;
        this.nowMillis = nowMillis;
    }

    /**
     * @param listed segments of one stream; those of unfinished hours only serve as next segments
     * @param nowMillis milliseconds since the epoch
     * @return the oldest hours first
     */
    public static List<Merge> of(List<SegmentRef> listed, CompactionSettings settings, long nowMillis) {
        CompactionPlan plan = new CompactionPlan(settings, nowMillis);
        Map<String, NavigableSet<SegmentRef>> lanes = new TreeMap<>();
        Map<Long, Map<String, List<SegmentRef>>> hours = new TreeMap<>();
        for (SegmentRef ref : listed) {
            lanes.computeIfAbsent(ref.laneId(), lane -> new TreeSet<>(SegmentRef.ORDER))
                    .add(ref);
            hours.computeIfAbsent(ref.hourStartMillis(), hour -> new TreeMap<>())
                    .computeIfAbsent(ref.laneId(), lane -> new ArrayList<>())
                    .add(ref);
        }
        hours.forEach((hour, folders) -> {
            if (plan.isFinished(hour)) {
                folders.forEach((lane, refs) -> plan.folder(refs, Objects.requireNonNull(lanes.get(lane))));
            }
        });
        return plan.merges;
    }

    private boolean isFinished(long hourStartMillis) {
        return hourStartMillis + HOUR_MILLIS + settings.ageMillis() <= nowMillis;
    }

    private void folder(List<SegmentRef> refs, NavigableSet<SegmentRef> lane) {
        List<SegmentRef> merge = new ArrayList<>();
        long bytes = 0;
        for (List<SegmentRef> unit : units(refs)) {
            boolean large = unit.size() == 1 && unit.get(0).bytes() >= settings.targetBytes() / 2;
            if (large || bytes >= settings.targetBytes()) {
                close(merge, lane);
                bytes = 0;
            }
            if (!large) {
                merge.addAll(unit);
                bytes += unit.stream().mapToLong(SegmentRef::bytes).sum();
            }
        }
        close(merge, lane);
    }

    /** Segments that overlap stay together, so that each is within the one that replaces it. */
    private static List<List<SegmentRef>> units(List<SegmentRef> refs) {
        List<List<SegmentRef>> units = new ArrayList<>();
        SegmentRef longest = null;
        for (SegmentRef ref : refs.stream().sorted(SegmentRef.ORDER).toList()) {
            if (longest == null || ref.first().isAfter(longest.last())) {
                units.add(new ArrayList<>());
                longest = ref;
            } else if (ref.last().isAfter(longest.last())) {
                longest = ref;
            }
            units.get(units.size() - 1).add(ref);
        }
        return units;
    }

    private void close(List<SegmentRef> merge, NavigableSet<SegmentRef> lane) {
        if (merge.size() > 1) {
            merges.add(new Merge(merge, next(merge, lane)));
        }
        merge.clear();
    }

    /** The first that begins after all of these begin; it may be of another hour. */
    private static @Nullable SegmentRef next(List<SegmentRef> merge, NavigableSet<SegmentRef> lane) {
        SegmentRef last = merge.get(merge.size() - 1);
        for (SegmentRef ref : lane.tailSet(last, false)) {
            if (ref.first().isAfter(last.first())) {
                return ref;
            }
        }
        return null;
    }
}

package dev.tidemark.core.history;

import dev.tidemark.core.archive.LaneLog;
import dev.tidemark.core.archive.LaneStart;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.view.View;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;

/** What a walk has read. */
public final class Walked {

    private final Map<String, At> asOf = new ConcurrentSkipListMap<>();
    private final Map<String, At> reached = new ConcurrentSkipListMap<>();
    private final AtomicLong records = new AtomicLong();
    private Set<String> archived = Set.of();

    private record At(Lane lane, LaneStart start) {}

    /** @param begin the rows after which it begins */
    Walked(List<LaneRow> begin) {
        for (LaneRow row : begin) {
            At at = new At(row.lane(), LaneStart.of(row));
            asOf.put(row.lane().id(), at);
            reached.put(row.lane().id(), at);
        }
    }

    void archived(Set<String> laneIds) {
        archived = Set.copyOf(laneIds);
    }

    /** The ids of the lanes that the archive holds, whether or not they were walked. */
    public Set<String> archived() {
        return archived;
    }

    void add(long some) {
        records.addAndGet(some);
    }

    /** @param index of the last record in the run that was known at the range's {@code asOfMillis}; -1 for none */
    void add(LaneLog.Run run, long[] knownMillis, int index) {
        add(run.records().size());
        if (index >= 0) {
            asOf.put(run.lane().id(), at(run, knownMillis, index));
        }
        reached.put(run.lane().id(), at(run, knownMillis, knownMillis.length - 1));
    }

    private static At at(LaneLog.Run run, long[] knownMillis, int index) {
        Position position = run.records().get(index).position();
        return new At(run.lane(), new LaneStart(position, run.firstNumber() + index, knownMillis[index]));
    }

    /** How many records were read, of the archive and of redrives. */
    public long records() {
        return records.get();
    }

    /**
     * The lane rows as of the range's {@code asOfMillis}, as for lanes that fold a view from their first record on;
     * sorted by lane id, without lanes created later.
     *
     * @param now the lane rows of today: they know the ancestors
     */
    public List<LaneRow> rowsAsOf(View view, Collection<LaneRow> now) {
        return rows(asOf, view, now);
    }

    /** The same, after everything that was read. */
    public List<LaneRow> rowsReached(View view, Collection<LaneRow> now) {
        return rows(reached, view, now);
    }

    private static List<LaneRow> rows(Map<String, At> lanes, View view, Collection<LaneRow> now) {
        Map<String, LaneRow> byId = LaneRow.byId(now);
        return lanes.values().stream()
                .map(at -> {
                    LaneRow row = byId.get(at.lane.id());
                    return new LaneRow(
                            at.lane,
                            1,
                            at.start.last(),
                            at.start.count(),
                            at.start.maxArrivalMillis(),
                            "replay",
                            Map.of(view.version(), Position.ORIGIN),
                            Map.of(),
                            row == null ? null : row.ancestors());
                })
                .toList();
    }
}

package dev.tidemark.core.fold;

import dev.tidemark.core.port.ControlRow;
import dev.tidemark.core.port.LaneRow;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What to write into a lane row, as pure functions (rules L1 to L3, F6, F8). */
final class LaneDecisions {

    private LaneDecisions() {}

    /** L1: a lane is born with all active views, each from its very first record. */
    static LaneRow born(Lane lane, ControlRow control) {
        Map<String, Position> views = new HashMap<>();
        control.views().forEach((version, status) -> {
            if (status == ControlRow.ViewStatus.ACTIVE) {
                views.put(version, Position.ORIGIN);
            }
        });
        return new LaneRow(lane, 1, Position.ORIGIN, 0, Long.MIN_VALUE, control.generation(), views);
    }

    /**
     * L3: a view that the control row wants and the lane lacks is activated from the lane's own position, never from
     * the batch's; a retired view leaves the lane.
     *
     * @return the row to write, or empty if the lane agrees with the control row
     */
    static Optional<LaneRow> reconcile(LaneRow row, ControlRow control) {
        Map<String, Position> views = new HashMap<>(row.views());
        control.views().forEach((version, status) -> {
            if (status == ControlRow.ViewStatus.ACTIVE) {
                views.putIfAbsent(version, row.last());
            } else {
                views.remove(version);
            }
        });
        if (views.equals(row.views())) {
            return Optional.empty();
        }
        return Optional.of(new LaneRow(
                row.lane(),
                row.rev() + 1,
                row.last(),
                row.count(),
                row.maxArrivalMillis(),
                row.generation(),
                views,
                row.ancestors()));
    }

    /** L2: whether this catalog may fold the lane at all. */
    static boolean knowsAll(LaneRow row, Set<String> knownVersions) {
        return knownVersions.containsAll(row.views().keySet());
    }

    /**
     * F6: how far a batch is done, given the lowest record that is not.
     *
     * @param failed index of the lowest failed, unknown or unattempted record; the number of records if none
     * @return the position before the first record that shares the failed record's sequence number; null if that is
     *     none
     */
    static @Nullable Position done(List<RawRecord> records, int failed) {
        if (failed >= records.size()) {
            return records.get(records.size() - 1).position();
        }
        String sequence = records.get(failed).position().sequenceNumber();
        int index = failed;
        while (index > 0 && records.get(index - 1).position().sequenceNumber().equals(sequence)) {
            index--;
        }
        return index == 0 ? null : records.get(index - 1).position();
    }

    /**
     * T3: how far a batch is done when rows from one on wait for all before them to be done.
     *
     * @param done how far it would be done otherwise
     * @param held index of the first row that waits, at least 1; the number of records if none does
     * @return {@code done}, or the position before the row that waits if that is lower: even in the middle of an
     *     aggregated record, because no row may wait for itself
     */
    static @Nullable Position held(@Nullable Position done, List<RawRecord> records, int held) {
        if (done == null || held >= records.size()) {
            return done;
        }
        Position before = records.get(held - 1).position();
        return before.compareTo(done) < 0 ? before : done;
    }

    /** F8: the row after everything up to and including {@code done} is archived and folded. */
    static LaneRow advanced(LaneRow row, List<RawRecord> records, Position done) {
        long count = row.count();
        long maxArrival = row.maxArrivalMillis();
        for (RawRecord record : records) {
            if (record.position().isAfter(row.last()) && !record.position().isAfter(done)) {
                count++;
                maxArrival = Math.max(maxArrival, record.arrivalMillis());
            }
        }
        return new LaneRow(
                row.lane(),
                row.rev() + 1,
                Position.max(row.last(), done),
                count,
                maxArrival,
                row.generation(),
                row.views(),
                row.ancestors());
    }
}

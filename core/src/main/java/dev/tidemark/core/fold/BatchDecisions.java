package dev.tidemark.core.fold;

import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.control.ViewCounts;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How much of a batch is done, and its next lane row, as pure functions (rules F6, F8, F11, T3).
 *
 * <p>Example: the row's last record is 100, the batch is 101 to 200, and the put of an item with records 130 and 150
 * has failed.
 *
 * <pre>{@code
 * done       = 129             everything before the lowest record that is not done
 * advanced   = last 129        and the fates of 101 to 129 are added to the counts
 * }</pre>
 *
 * The batch is delivered again from 130 on.
 */
final class BatchDecisions {

    private BatchDecisions() {}

    /**
     * F11: how many of the records one portion takes.
     *
     * @param works the work of the lane's views
     * @param records how many there are
     * @return the most whose events go into at most {@code maxItems} items; at least one
     */
    static int portion(List<ViewWork> works, int records, int maxItems) {
        int[] firstRows =
                works.stream().flatMapToInt(ViewWork::itemRows).sorted().toArray();
        if (firstRows.length <= maxItems) {
            return records;
        }
        return Math.max(1, firstRows[maxItems]);
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

    /**
     * F8: the row after everything up to and including {@code done} is archived and folded. The lane passes each record
     * once, so what it adds up here is exact, however often the record was delivered.
     *
     * @param works the work of the lane's views, in the order of the records
     */
    static LaneRow advanced(LaneRow row, List<RawRecord> records, List<ViewWork> works, Position done) {
        int from = firstAfter(row.last(), records);
        int until = Math.max(from, firstAfter(done, records));
        long maxArrival = row.maxArrivalMillis();
        for (RawRecord record : records.subList(from, until)) {
            // I3: what counts is when a row became known, not when it is taken to have arrived.
            long knownMillis = row.lane().isImport() ? row.lane().streamCreatedMillis() : record.arrivalMillis();
            maxArrival = Math.max(maxArrival, knownMillis);
        }
        Map<String, ViewCounts> counts = new HashMap<>(row.counts());
        works.forEach(work -> counts.merge(work.view().version(), work.counts(from, until), ViewCounts::plus));
        return new LaneRow(
                row.lane(),
                row.rev() + 1,
                Position.max(row.last(), done),
                row.count() + (until - from),
                maxArrival,
                row.generation(),
                row.views(),
                counts,
                row.ancestors(),
                /* awaitsOverlap= */ false,
                /* ended= */ false,
                row.warmUps());
    }

    /** How many of the increasing records are at or below a position. */
    static int firstAfter(Position position, List<RawRecord> records) {
        int index = 0;
        while (index < records.size() && !records.get(index).position().isAfter(position)) {
            index++;
        }
        return index;
    }

    /**
     * Checks that every record has exactly one fate: a view that the lane folds from its first record on has counted as
     * many as the lane, any other view at most as many.
     *
     * @return what is violated, in words; empty if nothing is
     */
    static List<String> miscounted(LaneRow row, List<ViewWork> works) {
        List<String> problems = new ArrayList<>();
        for (ViewWork work : works) {
            String version = work.view().version();
            long counted = row.countsOf(version).total();
            boolean sinceBirth = Position.ORIGIN.equals(row.views().get(version));
            if (sinceBirth ? counted != row.count() : counted > row.count()) {
                problems.add("view " + work.view().name() + " has counted " + counted + " of the " + row.count()
                        + " records of lane " + row.lane().id());
            }
        }
        return problems;
    }
}

package dev.tidemark.core.serve;

import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.ControlRow.ViewStatus;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.control.ViewCounts;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.view.View;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * A view's progress.
 *
 * @param lanes the lanes of the view's stream, sorted by id
 * @param missing what the state does not contain although it is before the lanes' positions; empty when complete
 * @param waiting what is after the lanes' positions, if the stream was asked
 */
public record ViewProgress(List<LaneRow> lanes, List<Missing> missing, Waiting waiting) {

    /**
     * Events that are not in the state.
     *
     * @param lane the lane's id; null if it concerns the whole view
     * @param reason in words
     * @param upTo events of the lane up to this position (inclusive) are missing; null if the reason says it
     */
    public record Missing(
            @Nullable String lane, String reason, @Nullable Position upTo) {}

    public ViewProgress {
        lanes = List.copyOf(lanes);
        missing = List.copyOf(missing);
    }

    /** Without knowing what waits. */
    public ViewProgress(List<LaneRow> lanes, List<Missing> missing) {
        this(lanes, missing, Waiting.UNKNOWN);
    }

    /** The same with the stream's answer. */
    public ViewProgress withWaiting(Waiting found) {
        return new ViewProgress(lanes, missing, found);
    }

    static ViewProgress of(Progress progress, View view, String streamName) {
        List<LaneRow> lanes = progress.lanes().stream()
                .filter(row -> row.lane().streamName().equals(streamName))
                .toList();
        List<Missing> missing = new ArrayList<>();
        ControlRow control = progress.control();
        if (control != null) {
            addMissingOfView(control, view, missing);
        }
        ViewStatus status = control == null ? null : control.views().get(view.version());
        boolean backfilled = status != null && status.isComplete();
        lanes.forEach(row -> addMissingOfLane(row, view, backfilled, missing));
        return new ViewProgress(lanes, missing);
    }

    public boolean isComplete() {
        return missing.isEmpty();
    }

    /** The numbers of the imports whose rows are among the lanes' records, ascending: a view of pairs takes none (rule I2). */
    public List<Long> imports(View view) {
        return view.pairs() != null
                ? List.of()
                : lanes.stream()
                        .map(row -> Lane.importOf(row.lane().id()))
                        .filter(number -> number > 0)
                        .distinct()
                        .sorted()
                        .toList();
    }

    /** The fates of the records of all these lanes so far. */
    public ViewCounts countsOf(View view) {
        return lanes.stream().map(row -> row.countsOf(view.version())).reduce(ViewCounts.NONE, ViewCounts::plus);
    }

    /**
     * The arrival time up to which every lane is folded. If the stream was asked about a lane, that is the moment when
     * nothing waited, or just before the first waiting record. Otherwise it is the newest folded arrival: a lower
     * bound, because a lane without arrivals does not advance. Lanes in which nothing can wait are left out: those of
     * imports, those that have ended, and those not asked about whose silence is longer than the stream keeps records.
     */
    public OptionalLong foldedUpToMillis(long streamRetentionMillis, long nowMillis) {
        LongStream folded = lanes.stream()
                .filter(row -> !row.ended()
                        && !row.lane().isImport()
                        && !waiting.lanes().containsKey(row.lane().id()))
                .mapToLong(LaneRow::maxArrivalMillis)
                .filter(arrival -> arrival >= nowMillis - streamRetentionMillis);
        LongStream asked = waiting.lanes().values().stream().mapToLong(Waiting.Asked::foldedUpToMillis);
        return LongStream.concat(folded, asked).min();
    }

    /** The lag of the fold: 0 when it has caught up, else at most now minus {@link #foldedUpToMillis}. */
    public OptionalLong lagMillis(long streamRetentionMillis, long nowMillis) {
        if (Boolean.TRUE.equals(waiting.caughtUp())) {
            return OptionalLong.of(0);
        }
        OptionalLong foldedUpTo = foldedUpToMillis(streamRetentionMillis, nowMillis);
        return foldedUpTo.isPresent() ? OptionalLong.of(Math.max(0, nowMillis - foldedUpTo.getAsLong())) : foldedUpTo;
    }

    /** The newest arrival of the stream folded in any lane. */
    public OptionalLong newestArrivalMillis() {
        return lanes.stream()
                .filter(row -> !row.lane().isImport())
                .mapToLong(LaneRow::maxArrivalMillis)
                .filter(arrival -> arrival != Long.MIN_VALUE)
                .max();
    }

    private static void addMissingOfView(ControlRow control, View view, List<Missing> missing) {
        if (control.phase() != ControlRow.Phase.LIVE) {
            missing.add(new Missing(null, "the state is being restored (" + control.phase() + ")", null));
        }
        ViewStatus status = control.views().get(view.version());
        if (status == null) {
            missing.add(new Missing(null, "the view is not switched on; start its backfill", null));
        } else if (status == ViewStatus.RETIRED) {
            missing.add(new Missing(null, "the view is retired; new events are not folded into it", null));
        }
    }

    /** @param backfilled whether the records up to the lanes' activations are folded */
    private static void addMissingOfLane(LaneRow row, View view, boolean backfilled, List<Missing> missing) {
        Position activatedAfter = row.countsAfter(view.version());
        if (row.lane().isImport() && !row.ended() && view.pairs() == null) {
            String id = row.lane().id();
            missing.add(new Missing(id, "import " + Lane.importOf(id) + " is not all folded yet", null));
        }
        if (activatedAfter == null) {
            missing.add(new Missing(row.lane().id(), "the lane does not fold this view yet", null));
        } else if (!backfilled && activatedAfter.isAfter(Position.ORIGIN)) {
            missing.add(new Missing(
                    row.lane().id(),
                    "the view is backfilling; events up to this position are not all in yet",
                    activatedAfter));
        }
    }
}

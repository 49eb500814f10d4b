package dev.tidemark.simulation.model;

import static dev.tidemark.simulation.model.FoldState.NONE;

import dev.tidemark.simulation.model.FoldState.Age;
import dev.tidemark.simulation.model.Invocation.Phase;
import org.jspecify.annotations.Nullable;

/** What must hold whatever happens. */
final class Properties {

    private final Keys keys;
    private final Bounds bounds;

    Properties(Keys keys, Bounds bounds) {
        this.keys = keys;
        this.bounds = bounds;
    }

    /** @return what is wrong with a step; null if nothing is */
    @Nullable
    String ofStep(FoldState before, FoldState after) {
        for (int row = 0; row < bounds.lanes().size(); row++) {
            if (after.last(row) < before.last(row)) {
                return "the row of lane " + (row + 1) + " went back from " + before.last(row) + " to "
                        + after.last(row);
            }
            for (int view = 0; view < bounds.views(); view++) {
                int activatedAfter = before.activatedAfter(row, view);
                if (activatedAfter != NONE && activatedAfter != after.activatedAfter(row, view)) {
                    return "act of view " + (view + 1) + " in lane " + (row + 1) + " changed from " + activatedAfter
                            + " to " + after.activatedAfter(row, view);
                }
            }
        }
        return null;
    }

    /** @return what is wrong with a state; null if nothing is */
    @Nullable
    String ofState(FoldState state) {
        for (int lane = 0; lane < bounds.lanes().size(); lane++) {
            int row = keys.row(lane);
            if (state.checkpoint(lane) > Math.max(0, state.last(row))) {
                return "lane " + (lane + 1) + " was reported done up to " + state.checkpoint(lane)
                        + ", but its row stands at " + state.last(row);
            }
            if (state.isComplete() && state.last(row) != NONE && state.activatedAfter(row, 1) == NONE) {
                return "view 2 was declared complete, but lane " + (lane + 1) + " does not fold it";
            }
            String wrong = ofRecords(state, lane, row);
            if (wrong != null) {
                return wrong;
            }
        }
        return null;
    }

    private @Nullable String ofRecords(FoldState state, int lane, int row) {
        for (int position = 1; position <= bounds.length(lane); position++) {
            boolean done = position <= state.last(row);
            if (done && !state.isArchived(row, position)) {
                return record(lane, position) + " is done, but not archived";
            }
            for (int view = 0; view < bounds.views(); view++) {
                if (state.activatedAfter(row, view) != NONE) {
                    String wrong = ofRecord(state, lane, position, view, done);
                    if (wrong != null) {
                        return record(lane, position) + " " + wrong + ", view " + (view + 1);
                    }
                }
            }
        }
        return null;
    }

    /** Of one record in one view that its lane folds. */
    private @Nullable String ofRecord(FoldState state, int lane, int position, int view, boolean done) {
        boolean live = position > state.activatedAfter(keys.row(lane), view);
        int record = bounds.record(lane, position);
        if (bounds.isBad(lane, position)) {
            return live && done && (state.quarantined(view) & 1 << record) == 0
                    ? "is done, but not in quarantine"
                    : null;
        }
        int entity = bounds.isOf(lane, position, 0) ? 0 : 1;
        int item = keys.item(view, entity, lane);
        int times = state.times(item, record);
        if (times > 1) {
            return "is in its item twice";
        }
        if (times == 1 && !live) {
            return "is at or below act, but in the item of the live fold";
        }
        boolean deleted = entity == 0 && state.age() == Age.DELETED && state.mark(item) == 0;
        if (live && done && times == 0 && !deleted) {
            return "is done, but not in its item";
        }
        return live && position <= state.mark(item) && times == 0
                ? "lies below its item's mark, but is not in it"
                : null;
    }

    /** Whether all is done and reported, and nothing is under way. */
    boolean isQuiescent(FoldState state) {
        for (int i = 0; i < FoldState.INVOCATIONS; i++) {
            if (state.invocation(i).phase() != Phase.IDLE) {
                return false;
            }
        }
        for (int lane = 0; lane < bounds.lanes().size(); lane++) {
            if (state.checkpoint(lane) < bounds.length(lane)) {
                return false;
            }
        }
        return state.lateItem() == NONE;
    }

    /** @return what is wrong with a quiescent state: each record is once in each view, live or for a backfill */
    @Nullable
    String atQuiescence(FoldState state) {
        for (int lane = 0; lane < bounds.lanes().size(); lane++) {
            int row = keys.row(lane);
            if (state.last(row) != bounds.length(lane)) {
                return "all of lane " + (lane + 1) + " was reported, but its row stands at " + state.last(row);
            }
            for (int position = 1; position <= bounds.length(lane); position++) {
                for (int view = 0; view < bounds.views(); view++) {
                    int activatedAfter = state.activatedAfter(row, view);
                    boolean byBackfill = activatedAfter == NONE || position <= activatedAfter;
                    if (!byBackfill && !isFolded(state, lane, position, view)) {
                        return record(lane, position) + " is neither in the live fold nor left to a backfill, view "
                                + (view + 1);
                    }
                }
            }
        }
        return null;
    }

    private boolean isFolded(FoldState state, int lane, int position, int view) {
        int record = bounds.record(lane, position);
        if (bounds.isBad(lane, position)) {
            return (state.quarantined(view) & 1 << record) != 0;
        }
        int entity = bounds.isOf(lane, position, 0) ? 0 : 1;
        boolean deleted = entity == 0 && state.age() == Age.DELETED;
        return deleted || state.times(keys.item(view, entity, lane), record) == 1;
    }

    private static String record(int lane, int position) {
        return "record " + position + " of lane " + (lane + 1);
    }
}

package dev.tidemark.core.control;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The one row that says what the deployment folds.
 *
 * @param rev raised by one at every write
 * @param generation names the state that is live; a restore makes a new one
 * @param phase the ingest function folds only in {@code LIVE}
 * @param views view version to its status
 * @param restore what the generation was restored from; null if it never was
 */
public record ControlRow(
        long rev,
        String generation,
        Phase phase,
        Map<String, ViewStatus> views,
        @Nullable Restore restore) {

    /**
     * Where a generation comes from.
     *
     * @param checkpointId the checkpoint that was loaded
     * @param targetMillis up to which arrival the archive was replayed (rule T1), milliseconds since the epoch; null:
     *     to its end
     */
    public record Restore(String checkpointId, @Nullable Long targetMillis) {}

    /** A restore goes LOAD, REPLAY, LIVE. */
    public enum Phase {
        LOAD,
        REPLAY,
        LIVE
    }

    /**
     * A version's way: {@code BACKFILLING}, {@code READY}, {@code ACTIVE}, and back to {@code READY} when a newer one
     * takes its place; at the end {@code RETIRED}, for ever. The views of the first deployment begin as {@code ACTIVE}.
     */
    public enum ViewStatus {
        /** Folded by the live fold after a position of each lane; the records up to there are not all in (rule B2). */
        BACKFILLING,
        /** Folded and complete, but not served: not yet, or not any more. */
        READY,
        /** Folded, complete and served. */
        ACTIVE,
        /** Not folded any more. */
        RETIRED;

        /** Whether the live fold keeps the view up to date (rules L1, L3). */
        public boolean isFolded() {
            return this != RETIRED;
        }

        /** Whether every record counts in the view that is at or below its lane's position. */
        public boolean isComplete() {
            return this == READY || this == ACTIVE;
        }
    }

    public ControlRow {
        views = Map.copyOf(views);
        if (rev < 1) {
            throw new IllegalArgumentException("control row at rev " + rev);
        }
    }

    /** The row of a generation that was never restored. */
    public ControlRow(long rev, String generation, Phase phase, Map<String, ViewStatus> views) {
        this(rev, generation, phase, views, null);
    }

    /** The row that says so, to be written next. */
    public ControlRow withViews(Map<String, ViewStatus> next) {
        return new ControlRow(rev + 1, generation, phase, next, restore);
    }

    /** As {@link #withViews}. */
    public ControlRow withPhase(Phase next) {
        return new ControlRow(rev + 1, generation, next, views, restore);
    }

    /** Whether this version is folded; not if the row does not know it. */
    public boolean folds(String viewVersion) {
        ViewStatus status = views.get(viewVersion);
        return status != null && status.isFolded();
    }
}

package dev.tidemark.core.control;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The single row that says what the deployment folds.
 *
 * @param rev raised by one at every write
 * @param generation names the live state; a restore makes a new one
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

    /** A restore's phases: LOAD, REPLAY, LIVE. */
    public enum Phase {
        LOAD,
        REPLAY,
        LIVE
    }

    /**
     * A version's statuses: {@code BACKFILLING}, {@code READY}, {@code ACTIVE}, back to {@code READY} when a newer
     * version replaces it; finally {@code RETIRED}, for ever. The views of the first deployment begin as {@code
     * ACTIVE}.
     */
    public enum ViewStatus {
        /**
         * The live fold takes each lane's records after the activation; those up to it are not all folded yet (rule
         * B2).
         */
        BACKFILLING,
        /** Folded and complete, but not yet or no longer served. */
        READY,
        /** Folded, complete and served. */
        ACTIVE,
        /** No longer folded. */
        RETIRED;

        /** Whether the live fold keeps the view up to date (rules L1, L3). */
        public boolean isFolded() {
            return this != RETIRED;
        }

        /** Whether the view contains every record up to its lane's position. */
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

    /** The next row, with these views. */
    public ControlRow withViews(Map<String, ViewStatus> next) {
        return new ControlRow(rev + 1, generation, phase, next, restore);
    }

    /** As {@link #withViews}. */
    public ControlRow withPhase(Phase next) {
        return new ControlRow(rev + 1, generation, next, views, restore);
    }

    /** Whether this version is folded; false if the row does not know it. */
    public boolean folds(String viewVersion) {
        ViewStatus status = views.get(viewVersion);
        return status != null && status.isFolded();
    }
}

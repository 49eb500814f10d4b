package dev.tidemark.core.port;

import java.util.Map;

/**
 * The one row that says what the deployment folds.
 *
 * @param rev raised by one at every write
 * @param generation names the state that is live; a restore makes a new one
 * @param phase the ingest function folds only in {@code LIVE}
 * @param views view version to its status
 */
public record ControlRow(long rev, String generation, Phase phase, Map<String, ViewStatus> views) {

    /** A restore goes LOAD, REPLAY, LIVE. */
    public enum Phase {
        LOAD,
        REPLAY,
        LIVE
    }

    /** Whether the live fold keeps a view up to date. */
    public enum ViewStatus {
        ACTIVE,
        RETIRED
    }

    public ControlRow {
        views = Map.copyOf(views);
        if (rev < 1) {
            throw new IllegalArgumentException("control row at rev " + rev);
        }
    }
}

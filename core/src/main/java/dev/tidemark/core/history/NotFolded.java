package dev.tidemark.core.history;

import dev.tidemark.core.fold.BatchOutcome;

/** A batch of the past could not be folded. What was folded is kept, and the same job may be repeated. */
public final class NotFolded extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    NotFolded(String laneId, BatchOutcome outcome) {
        super("the fold of lane " + laneId + " makes no progress"
                + (outcome.held() == null ? "" : " (" + outcome.held() + ")") + ": "
                + String.join("; ", outcome.troubles()) + ". What is folded stays; run it again");
    }
}

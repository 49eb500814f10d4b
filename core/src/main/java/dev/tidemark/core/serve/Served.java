package dev.tidemark.core.serve;

import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.ControlRow.ViewStatus;
import dev.tidemark.core.view.View;
import org.jspecify.annotations.Nullable;

/** How well a view's version can answer, the best first: which of several versions of one name is taken. */
enum Served {
    ACTIVE,
    READY,
    BACKFILLING,
    /** Not switched on. */
    DORMANT,
    RETIRED;

    static Served of(@Nullable ControlRow control, View view) {
        ViewStatus status = control == null ? null : control.views().get(view.version());
        if (status == null) {
            return DORMANT;
        }
        return switch (status) {
            case ACTIVE -> ACTIVE;
            case READY -> READY;
            case BACKFILLING -> BACKFILLING;
            case RETIRED -> RETIRED;
        };
    }

    /** Whether it holds everything that it should. */
    boolean isComplete() {
        return this == ACTIVE || this == READY;
    }
}

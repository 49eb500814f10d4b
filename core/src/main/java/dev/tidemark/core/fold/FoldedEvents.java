package dev.tidemark.core.fold;

import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.view.View;

/** What goes into a view's tiles in one batch: events, or the pairs that they make. Those of one entity are in lane order. */
interface FoldedEvents {

    View view();

    EventRow row(int place);

    /** Which of the features' filters it passes. */
    long filterBits(int place);

    /** Whether it goes into no tile after all. Call only once that is decided. */
    boolean isDropped(int place);

    /** The record of the batch that it comes from. */
    int record(int place);
}

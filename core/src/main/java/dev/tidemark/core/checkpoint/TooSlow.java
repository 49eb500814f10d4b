package dev.tidemark.core.checkpoint;

import dev.tidemark.core.tile.ItemKey;

/** A checkpoint was under way for so long that a view of pairs has forgotten what a replay from it needs (rule J3). */
public final class TooSlow extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    TooSlow(ItemKey key) {
        super("the checkpoint is given up: since its positions were read, lane " + key.lane() + " of view version "
                + key.viewVersion() + " has forgotten halves of pairs that a replay from there needs. Take another one,"
                + " with more scan segments so that it takes less time, or give the pairs a longer within");
    }
}

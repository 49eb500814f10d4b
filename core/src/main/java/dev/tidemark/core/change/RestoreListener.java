package dev.tidemark.core.change;

import dev.tidemark.core.control.ControlRow;

/** Is told the progress of a restore. Called from several threads. */
public interface RestoreListener {

    /** Does nothing. */
    RestoreListener NONE = new RestoreListener() {};

    default void phase(ControlRow.Phase phase) {}

    /** @param all how many items the checkpoint stores; a few of them may be stored twice */
    default void loaded(long items, long all) {}

    /**
     * @param lanesDone how many lanes are replayed to their end, to the target, or to where they wait for a parent
     * @param reachedMillis when the last record of the batch that was folded last became known; {@link Long#MIN_VALUE} when
     *     a lane is left
     */
    default void replayed(long records, int lanesDone, int lanes, long reachedMillis) {}

    default void redriven(long manifests) {}
}

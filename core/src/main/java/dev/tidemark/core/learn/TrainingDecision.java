package dev.tidemark.core.learn;

import dev.tidemark.core.store.TrainingLog.Entry;

/** What comes of an attempt to do something with a training run. */
public sealed interface TrainingDecision {

    /** What the log says after it. */
    TrainingState state();

    /**
     * It is done, and so says this entry. Who is told of it may be told twice, if an answer is lost; the entry's number says so.
     *
     * @param isNew false if it was done before
     */
    record Done(Entry entry, boolean isNew, TrainingState state) implements TrainingDecision {}

    /**
     * It is not done, and nothing is appended.
     *
     * @param reason why, for people; without a full stop
     */
    record Refused(String reason, TrainingState state) implements TrainingDecision {}
}

package dev.tidemark.core.learn;

import dev.tidemark.core.store.TrainingLog.Candidate;
import dev.tidemark.core.store.TrainingLog.SetMade;
import dev.tidemark.core.store.TrainingLog.Started;

/** What the driver of a training run has to do now. Each may be done again, if it is not known whether it was done. */
public sealed interface TrainingTask {

    /** Make the training set, then say {@link TrainingLoop#setMade}. */
    record MakeSet(Started run) implements TrainingTask {}

    /** Let the training step make a candidate, evaluate it, let the gate judge, then say {@link TrainingLoop#judged}. */
    record Train(SetMade set) implements TrainingTask {}

    /** Ask again at this moment, milliseconds since the epoch. */
    record Wait(long untilMillis) implements TrainingTask {}

    /** Say {@link TrainingLoop#promote}. */
    record Promote(Candidate candidate) implements TrainingTask {}

    /**
     * Compare the candidate with the champion in service, over predictions in {@code [fromMillis, toMillis)}, then say {@link
     * TrainingLoop#compared}.
     */
    record Compare(Candidate candidate, long fromMillis, long toMillis) implements TrainingTask {}

    /**
     * Look at the quality of the new champion, then say {@link TrainingLoop#watched}; if that leaves the run open, again at
     * {@code againMillis}.
     */
    record Watch(Candidate candidate, long againMillis) implements TrainingTask {}

    /** Nothing: the run is over. */
    record Nothing(String reason) implements TrainingTask {}
}

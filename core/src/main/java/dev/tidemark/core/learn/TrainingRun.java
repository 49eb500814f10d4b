package dev.tidemark.core.learn;

import dev.tidemark.core.store.TrainingLog.Entry;
import dev.tidemark.core.store.TrainingLog.Judged;
import dev.tidemark.core.store.TrainingLog.Promoted;
import dev.tidemark.core.store.TrainingLog.SetMade;
import dev.tidemark.core.store.TrainingLog.Started;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A training run as its log has it so far: each entry, null if it is not there.
 *
 * @param end that with which it was over: a judgement not passed, a promotion not watched, a rollback, or its end
 */
public record TrainingRun(
        Started started,
        @Nullable SetMade set,
        @Nullable Judged judged,
        @Nullable Promoted promoted,
        @Nullable Entry end) {

    /** What a run waits for. */
    public enum Step {
        /** Its training set. */
        STARTED,
        /** A candidate, and its judgement. */
        SET_MADE,
        /** The candidate's promotion: it passed the gate, and may be logged beside the champion. */
        JUDGED,
        /** The end of the watch. */
        PROMOTED,
        /** Nothing. */
        OVER;

        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    static TrainingRun of(Started started) {
        return new TrainingRun(started, null, null, null, null);
    }

    /** The run's name. */
    public String name() {
        return started.run();
    }

    public boolean isOpen() {
        return end == null;
    }

    public Step step() {
        if (end != null) {
            return Step.OVER;
        }
        if (promoted != null) {
            return Step.PROMOTED;
        }
        if (judged != null) {
            return Step.JUDGED;
        }
        return set == null ? Step.STARTED : Step.SET_MADE;
    }
}

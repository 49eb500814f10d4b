package dev.tidemark.core.learn;

import dev.tidemark.core.store.TrainingLog.Ended;
import dev.tidemark.core.store.TrainingLog.Entry;
import dev.tidemark.core.store.TrainingLog.Judged;
import dev.tidemark.core.store.TrainingLog.Promoted;
import dev.tidemark.core.store.TrainingLog.RolledBack;
import dev.tidemark.core.store.TrainingLog.SetMade;
import dev.tidemark.core.store.TrainingLog.Started;
import java.util.Locale;
import java.util.stream.Collectors;
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

    /** With more, nobody reads on: the log has all of them. */
    private static final int MAX_FINDINGS = 5;

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

    /** How it ended, for people; empty if it is open. */
    public String ending() {
        if (end instanceof Judged refused) {
            return "version '" + refused.candidate().version() + "' was refused by the gate: "
                    + refused.findings().stream()
                            .filter(finding -> !finding.passed())
                            .limit(MAX_FINDINGS)
                            .map(finding -> finding.name() + ": " + finding.text())
                            .collect(Collectors.joining("; "));
        }
        if (end instanceof Promoted one) {
            return "version '" + one.candidate().version() + "' was promoted: " + one.reason();
        }
        if (end instanceof RolledBack back) {
            return "rolled back: " + back.reason();
        }
        return end instanceof Ended ended ? ended.end().word() + ": " + ended.reason() : "";
    }
}

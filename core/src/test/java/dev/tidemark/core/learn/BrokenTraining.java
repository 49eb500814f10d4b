package dev.tidemark.core.learn;

import dev.tidemark.core.learn.TrainingDecision.Done;
import dev.tidemark.core.store.TrainingLog.Candidate;
import dev.tidemark.core.store.TrainingLog.End;
import dev.tidemark.core.store.TrainingLog.Ended;
import dev.tidemark.core.store.TrainingLog.Entry;
import dev.tidemark.core.store.TrainingLog.Finding;
import dev.tidemark.core.store.TrainingLog.Judged;
import dev.tidemark.core.store.TrainingLog.Promoted;
import dev.tidemark.core.store.TrainingLog.RolledBack;
import dev.tidemark.core.store.TrainingLog.SetMade;
import dev.tidemark.core.store.TrainingLog.Started;
import dev.tidemark.core.view.Training;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Ways to get the loop wrong, each of which its exploration must find. */
enum BrokenTraining {
    /** An entry whose number is taken goes under the next one, and is not decided again. */
    RENUMBERED,
    /** An entry replaces the one that has its number. */
    OVERWRITTEN,
    /** When an answer is lost, it is believed to have been a yes. */
    LOST_IS_DONE,
    /** When an answer is lost, the entry is appended again under the next number. */
    LOST_IS_REFUSED,
    /** A run starts although another one is open. */
    TWO_OPEN,
    /** The same event may start a second run. */
    SAME_EVENT,
    /** A run starts on an older cut than the last one's. */
    OLD_CUT,
    /** Nobody looks at the name: what is said of a run is taken for the last one's. */
    ANY_NAME,
    /** A candidate is promoted whatever the gate says. */
    NO_GATE,
    /** A run is promoted as often as somebody asks. */
    TWICE,
    /** A run is promoted although it is over. */
    AFTER_END,
    /** Who asks to roll back a run rolls back whoever is the champion. */
    ANY_CHAMPION;

    /** The rules without this one. */
    TrainingRules rules(Training training) {
        return new Rules(training, this);
    }

    static Entry renumbered(Entry entry, long number) {
        long time = entry.timeMillis();
        if (entry instanceof Started it) {
            return new Started(
                    number,
                    time,
                    it.run(),
                    it.modelHash(),
                    it.cut(),
                    it.newRows(),
                    it.step(),
                    it.cause(),
                    it.causeMillis(),
                    it.driver(),
                    it.champion());
        }
        if (entry instanceof SetMade it) {
            return new SetMade(number, time, it.run(), it.manifest(), it.sha256(), it.rows(), it.profile());
        }
        if (entry instanceof Judged it) {
            return new Judged(number, time, it.run(), it.candidate(), it.passed(), it.findings());
        }
        if (entry instanceof Promoted it) {
            return new Promoted(number, time, it.run(), it.candidate(), it.previous(), it.watchedMillis(), it.reason());
        }
        if (entry instanceof RolledBack it) {
            return new RolledBack(number, time, it.from(), it.to(), it.reason());
        }
        Ended it = (Ended) entry;
        return new Ended(number, time, it.run(), it.end(), it.reason());
    }

    private static final class Rules extends TrainingRules {

        private final BrokenTraining broken;

        Rules(Training training, BrokenTraining broken) {
            super(training);
            this.broken = broken;
        }

        @Override
        public Optional<TrainingDecision> beforeCut(TrainingState state, Trigger trigger, long nowMillis) {
            if (broken == TWO_OPEN) {
                return super.beforeCut(withoutRun(state), trigger, nowMillis);
            }
            return super.beforeCut(
                    state,
                    broken == SAME_EVENT
                            ? new Trigger(trigger.cause(), state.timeMillis() + 1, trigger.driver())
                            : trigger,
                    nowMillis);
        }

        @Override
        public TrainingDecision start(
                TrainingState state, Trigger trigger, long cut, long newRows, String step, long nowMillis) {
            boolean isBlind =
                    broken == TWO_OPEN || (broken == OLD_CUT && state.open().isEmpty());
            return super.start(isBlind ? withoutRun(state) : state, trigger, cut, newRows, step, nowMillis);
        }

        private static TrainingState withoutRun(TrainingState state) {
            return new TrainingState(
                    state.model(), state.last(), state.timeMillis(), null, state.champion(), state.rollback());
        }

        @Override
        public TrainingDecision setMade(
                TrainingState state,
                String run,
                String manifest,
                String sha256,
                long rows,
                String profile,
                long nowMillis) {
            return super.setMade(state, name(state, run), manifest, sha256, rows, profile, nowMillis);
        }

        @Override
        public TrainingDecision judged(
                TrainingState state,
                String run,
                Candidate candidate,
                boolean passed,
                List<Finding> findings,
                long nowMillis) {
            return super.judged(state, name(state, run), candidate, passed, findings, nowMillis);
        }

        @Override
        public TrainingDecision promote(TrainingState state, String run, String reason, long nowMillis) {
            TrainingRun last = Objects.requireNonNull(state.run());
            return last.name().equals(run) && isPromoted(last)
                    ? new Done(
                            new Promoted(
                                    state.last() + 1,
                                    Math.max(state.timeMillis(), nowMillis),
                                    run,
                                    Objects.requireNonNull(last.judged()).candidate(),
                                    state.champion() == null
                                            ? 0
                                            : state.champion().promotion(),
                                    0,
                                    reason),
                            true,
                            state)
                    : super.promote(state, name(state, run), reason, nowMillis);
        }

        /** Although it should not be. */
        private boolean isPromoted(TrainingRun run) {
            return (broken == TWICE && run.promoted() != null)
                    || (broken == NO_GATE && run.judged() != null && run.end() == run.judged())
                    || (broken == AFTER_END
                            && run.judged() != null
                            && run.promoted() == null
                            && run.end() instanceof Ended);
        }

        @Override
        public TrainingDecision end(TrainingState state, String run, End end, String reason, long nowMillis) {
            return super.end(state, name(state, run), end, reason, nowMillis);
        }

        @Override
        public TrainingDecision rollBack(
                TrainingState state, String from, @Nullable Promoted before, String reason, long nowMillis) {
            return super.rollBack(
                    state,
                    broken == ANY_CHAMPION && state.champion() != null
                            ? state.champion().run()
                            : from,
                    before,
                    reason,
                    nowMillis);
        }

        private String name(TrainingState state, String run) {
            return broken == ANY_NAME ? Objects.requireNonNull(state.run()).name() : run;
        }
    }
}

package dev.tidemark.core.learn;

import dev.tidemark.core.learn.TrainingDecision.Done;
import dev.tidemark.core.learn.TrainingDecision.Refused;
import dev.tidemark.core.monitor.Cause;
import dev.tidemark.core.monitor.PairedDifference;
import dev.tidemark.core.monitor.QualityReport;
import dev.tidemark.core.store.TrainingLog.Candidate;
import dev.tidemark.core.store.TrainingLog.Champion;
import dev.tidemark.core.store.TrainingLog.End;
import dev.tidemark.core.store.TrainingLog.Ended;
import dev.tidemark.core.store.TrainingLog.Entry;
import dev.tidemark.core.store.TrainingLog.Finding;
import dev.tidemark.core.store.TrainingLog.Judged;
import dev.tidemark.core.store.TrainingLog.Promoted;
import dev.tidemark.core.store.TrainingLog.RolledBack;
import dev.tidemark.core.store.TrainingLog.SetMade;
import dev.tidemark.core.store.TrainingLog.Started;
import dev.tidemark.core.stream.Sha256;
import dev.tidemark.core.view.Training;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What may follow in the training log of one model. Decides from the state alone: what is decided may be appended only after
 * the entry that the state ends with.
 *
 * <ul>
 *   <li>At most one run is open, and no cut is trained on twice.
 *   <li>What has happened before a run started starts no other run: so no event starts two, however often it is told.
 *   <li>A run is promoted at most once, only if it passed the gate, and only while it is open.
 *   <li>The champion is what was promoted last, or rolled back to. A rollback ends the open run, which was judged against the
 *       champion that is no more.
 *   <li>What was done before is not done again, and who asks is told that it is done.
 * </ul>
 *
 * <p>Not final, so that its test can break each of them.
 */
public class TrainingRules {

    /** The catalog's schedule starts a run. */
    public static final String SCHEDULE = "schedule";

    /** There are enough new rows; only where neither a schedule nor a cause is to start runs. */
    public static final String ROWS = "rows";

    /** Somebody wants a run. */
    public static final String OPERATOR = "operator";

    /** What runs by a clock is on time if it lacks no more than this part of the interval. */
    private static final long TOLERANCE = 10;

    /** At most so far the clock of who tells of a cause is ahead. */
    private static final long CLOCKS_DIFFER_MILLIS = 300_000;

    private static final int NAME_DIGITS = 16;

    /** How often a promoted candidate is looked at while it is watched, at most. */
    private static final int LOOKS = 48;

    private final Training training;

    public TrainingRules(Training training) {
        this.training = training;
    }

    /**
     * What wants to start a run.
     *
     * @param cause {@link #SCHEDULE}, {@link #ROWS}, {@link #OPERATOR}, or a cause that the monitor found
     * @param causeMillis when that happened, the same whenever it is told again
     * @param driver who will carry the run out; it alone may ask again and is told that the run has started
     */
    public record Trigger(String cause, long causeMillis, String driver) {}

    /** What by itself, without anything having happened, may start a run: schedule or rows; empty if nothing may. */
    public Optional<String> ownCause() {
        if (training.everyMillis() != null) {
            return Optional.of(SCHEDULE);
        }
        return training.when().isEmpty() ? Optional.of(ROWS) : Optional.empty();
    }

    /**
     * What can be said before a cut is made: the driver's run that is open, or why none may start.
     *
     * @return empty if a cut is to be made and {@link #start} decides
     */
    public Optional<TrainingDecision> beforeCut(TrainingState state, Trigger trigger, long nowMillis) {
        TrainingRun last = state.run();
        if (last != null && last.isOpen() && last.started().driver().equals(trigger.driver())) {
            return Optional.of(new Done(last.started(), false, state));
        }
        return Optional.ofNullable(hindrance(last, trigger, nowMillis)).map(reason -> new Refused(reason, state));
    }

    private @Nullable String hindrance(@Nullable TrainingRun last, Trigger trigger, long nowMillis) {
        if (last != null && last.end() == null) {
            return "run " + last.name() + " is not over";
        }
        if (trigger.causeMillis() > nowMillis + CLOCKS_DIFFER_MILLIS) {
            return "the cause lies in the future, at " + Instant.ofEpochMilli(trigger.causeMillis());
        }
        if (last != null && trigger.causeMillis() <= last.started().timeMillis()) {
            return "run " + last.name() + " has started since";
        }
        if (trigger.cause().equals(OPERATOR)) {
            return null;
        }
        if (!training.when().contains(trigger.cause()) && !ownCause().equals(Optional.of(trigger.cause()))) {
            return "the catalog starts no run of model '" + training.model() + "' for the cause " + trigger.cause();
        }
        if (last == null || last.end() == null) {
            return null;
        }
        long dueMillis = Math.max(
                last.started().timeMillis() + intervalMillis(trigger),
                last.end().timeMillis() + training.restMillis());
        return nowMillis < dueMillis
                ? "after run " + last.name() + " the next may start at " + Instant.ofEpochMilli(dueMillis)
                : null;
    }

    private long intervalMillis(Trigger trigger) {
        Long every = training.everyMillis();
        return every == null || !trigger.cause().equals(SCHEDULE) ? 0 : every - every / TOLERANCE;
    }

    /**
     * Whether a run starts.
     *
     * @param cut the number of a cut that was made after the state was read
     * @param newRows how many rows it has that the cut of the last run has not
     * @param step what trains; another one makes another run
     */
    public TrainingDecision start(
            TrainingState state, Trigger trigger, long cut, long newRows, String step, long nowMillis) {
        Optional<TrainingDecision> before = beforeCut(state, trigger, nowMillis);
        if (before.isPresent()) {
            return before.get();
        }
        if (state.run() != null && cut <= state.run().started().cut()) {
            return new Refused("run " + state.run().name() + " has cut " + cut + " already, or a later one", state);
        }
        if (newRows < training.atLeast() && !trigger.cause().equals(OPERATOR)) {
            return new Refused(
                    newRows + " rows are new since the last run, and " + training.atLeast() + " are wanted", state);
        }
        String digest = Sha256.hex(step);
        return done(
                state,
                new Started(
                        state.last() + 1,
                        timeOf(state, Math.max(nowMillis, trigger.causeMillis())),
                        name(training.modelHash(), cut, digest),
                        training.modelHash(),
                        cut,
                        newRows,
                        digest,
                        trigger.cause(),
                        trigger.causeMillis(),
                        trigger.driver(),
                        state.champion()));
    }

    /** The name of a run: the same for whoever trains the same definition on the same cut by the same step. */
    static String name(String modelHash, long cut, String stepDigest) {
        return "r" + Sha256.hex(modelHash + "\n" + cut + "\n" + stepDigest).substring(0, NAME_DIGITS);
    }

    /** The training set is made. */
    public TrainingDecision setMade(
            TrainingState state,
            String run,
            String manifest,
            String sha256,
            long rows,
            String profile,
            long nowMillis) {
        return inRun(state, run, TrainingRun::set, last -> {
            long number = state.last() + 1;
            return done(state, new SetMade(number, timeOf(state, nowMillis), run, manifest, sha256, rows, profile));
        });
    }

    /** The gate has judged. */
    public TrainingDecision judged(
            TrainingState state,
            String run,
            Candidate candidate,
            boolean passed,
            List<Finding> findings,
            long nowMillis) {
        return inRun(state, run, TrainingRun::judged, last -> {
            if (last.set() == null) {
                return new Refused("run " + run + " has no training set yet", state);
            }
            Champion champion = state.champion();
            if (champion != null && champion.candidate().version().equals(candidate.version())) {
                return new Refused(
                        "the champion has the version '" + candidate.version()
                                + "' already: predictions of the two could not be told apart",
                        state);
            }
            long number = state.last() + 1;
            return done(state, new Judged(number, timeOf(state, nowMillis), run, candidate, passed, findings));
        });
    }

    /** The candidate becomes the champion. */
    public TrainingDecision promote(TrainingState state, String run, String reason, long nowMillis) {
        return inRun(state, run, TrainingRun::promoted, last -> {
            if (last.judged() == null) {
                return new Refused("run " + run + " has no candidate yet that passed the gate", state);
            }
            return done(
                    state,
                    new Promoted(
                            state.last() + 1,
                            timeOf(state, nowMillis),
                            run,
                            last.judged().candidate(),
                            state.champion() == null ? 0 : state.champion().promotion(),
                            training.promote().watchMillis(),
                            reason));
        });
    }

    /**
     * The champion gives way to the one before it.
     *
     * @param from the run that made it: who asks twice rolls back once
     * @param before the promotion of the one before it; null if there was none
     */
    public TrainingDecision rollBack(
            TrainingState state, String from, @Nullable Promoted before, String reason, long nowMillis) {
        Champion champion = state.champion();
        if (champion == null || !champion.run().equals(from)) {
            return state.rollback() != null && state.rollback().from().equals(from)
                    ? new Done(state.rollback(), false, state)
                    : new Refused("the champion is not of run " + from, state);
        }
        if ((before == null ? 0 : before.number()) != champion.previous()) {
            throw new IllegalArgumentException("before " + champion + " the champion was not " + before);
        }
        long number = state.last() + 1;
        long timeMillis = timeOf(state, nowMillis);
        Champion to = before == null
                ? null
                : new Champion(
                        before.candidate(), before.run(), before.number(), before.previous(), number, timeMillis);
        return done(state, new RolledBack(number, timeMillis, from, to, reason));
    }

    /**
     * The candidate in shadow is promoted, unless it is worse for certain, or nobody can tell.
     *
     * @param champion its loss less the candidate's; null if too few predictions have both scores and an outcome
     */
    public TrainingDecision compared(
            TrainingState state, String run, @Nullable PairedDifference champion, long nowMillis) {
        Verdict.Finding found = Gate.shadow(training, Optional.ofNullable(champion));
        return found.passed()
                ? promote(state, run, found.text(), nowMillis)
                : end(state, run, End.REFUSED, found.text(), nowMillis);
    }

    /** The new champion gives way, the run is over, or neither. */
    TrainingDecision watched(
            TrainingState state, String run, @Nullable Promoted before, QualityReport report, long nowMillis) {
        return inRun(state, run, TrainingRun::end, last -> {
            if (last.promoted() == null) {
                return new Refused("run " + run + " has promoted nothing yet", state);
            }
            String version = last.promoted().candidate().version();
            Optional<String> fault = report.versions().stream()
                    .filter(one -> one.version().equals(version))
                    .map(TrainingRules::fault)
                    .flatMap(Optional::stream)
                    .findFirst();
            if (fault.isPresent()) {
                return rollBack(state, run, before, fault.get(), nowMillis);
            }
            long untilMillis = watchedMillis(last.promoted());
            return nowMillis < untilMillis
                    ? new Refused("run " + run + " is watched until " + Instant.ofEpochMilli(untilMillis), state)
                    : end(state, run, End.WATCHED, "no check of version '" + version + "' failed", nowMillis);
        });
    }

    /** Why a version is to give way; empty if it need not: what is not known is no fault, nor are missing labels. */
    private static Optional<String> fault(QualityReport.OfVersion version) {
        Cause cause = version.cause();
        return cause == null || cause.kind() == Cause.Kind.LABELS || cause.kind() == Cause.Kind.PIPELINE
                ? Optional.empty()
                : Optional.of(version.checks().stream()
                        .filter(check -> check.status() == QualityReport.Status.FAIL)
                        .map(QualityReport.CheckResult::text)
                        .collect(
                                Collectors.joining("; ", "cause " + cause.kind().word() + ": ", "")));
    }

    /** The run is over. */
    public TrainingDecision end(TrainingState state, String run, End end, String reason, long nowMillis) {
        return inRun(
                state,
                run,
                TrainingRun::end,
                last -> done(state, new Ended(state.last() + 1, timeOf(state, nowMillis), run, end, reason)));
    }

    /**
     * A step of a run.
     *
     * @param before finds what was done before; null if it was not
     * @param decide otherwise, if the run is open
     */
    private static TrainingDecision inRun(
            TrainingState state,
            String run,
            Function<TrainingRun, @Nullable Entry> before,
            Function<TrainingRun, TrainingDecision> decide) {
        TrainingRun last = state.run();
        if (last == null || !last.name().equals(run)) {
            return notLast(state, run);
        }
        Entry found = before.apply(last);
        if (found != null) {
            return new Done(found, false, state);
        }
        return last.isOpen() ? decide.apply(last) : new Refused(over(last), state);
    }

    private static String over(TrainingRun run) {
        return "run " + run.name() + " is over: " + run.ending();
    }

    /** What the driver of a run has to do. */
    public TrainingTask next(TrainingState state, String run, long nowMillis) {
        TrainingRun last = state.run();
        if (last == null || !last.name().equals(run)) {
            return new TrainingTask.Nothing(notLast(state, run).reason());
        }
        if (last.end() != null) {
            return new TrainingTask.Nothing(over(last));
        }
        Promoted promoted = last.promoted();
        if (promoted != null) {
            return watch(promoted, nowMillis);
        }
        Judged judged = last.judged();
        if (judged != null) {
            return shadow(judged, nowMillis);
        }
        return last.set() == null ? new TrainingTask.MakeSet(last.started()) : new TrainingTask.Train(last.set());
    }

    /** Outcomes are waited for too. */
    private TrainingTask shadow(Judged judged, long nowMillis) {
        long fromMillis = judged.timeMillis();
        long toMillis = fromMillis + training.promote().shadowMillis();
        long knownMillis = toMillis + training.rows().horizonMillis();
        if (toMillis == fromMillis) {
            return new TrainingTask.Promote(judged.candidate());
        }
        return nowMillis < knownMillis
                ? new TrainingTask.Wait(knownMillis)
                : new TrainingTask.Compare(judged.candidate(), fromMillis, toMillis);
    }

    private static TrainingTask watch(Promoted promoted, long nowMillis) {
        long restMillis = Math.max(1, promoted.watchedMillis() / LOOKS);
        return new TrainingTask.Watch(promoted.candidate(), Math.min(watchedMillis(promoted), nowMillis + restMillis));
    }

    /** When a promoted candidate has been watched for long enough. */
    private static long watchedMillis(Promoted promoted) {
        return promoted.timeMillis() + promoted.watchedMillis();
    }

    private static Refused notLast(TrainingState state, String run) {
        return new Refused(
                "run " + run + " is not the last one, which is "
                        + (state.run() == null ? "none" : state.run().name()),
                state);
    }

    private static Done done(TrainingState state, Entry entry) {
        return new Done(entry, true, state.next(entry));
    }

    /** Clocks differ; the times in a log never go back. */
    private static long timeOf(TrainingState state, long nowMillis) {
        return Math.max(state.timeMillis(), nowMillis);
    }
}

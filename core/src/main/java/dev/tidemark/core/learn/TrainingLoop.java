package dev.tidemark.core.learn;

import dev.tidemark.core.learn.TrainingDecision.Done;
import dev.tidemark.core.learn.TrainingRules.Trigger;
import dev.tidemark.core.monitor.PairedDifference;
import dev.tidemark.core.monitor.QualityReport;
import dev.tidemark.core.store.TrainingLog;
import dev.tidemark.core.store.TrainingLog.Candidate;
import dev.tidemark.core.store.TrainingLog.End;
import dev.tidemark.core.store.TrainingLog.Finding;
import dev.tidemark.core.store.TrainingLog.Promoted;
import dev.tidemark.core.view.Training;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The steps of a model's training runs, for drivers, which carry runs out, and for operators. Each is decided from the log by
 * {@link TrainingRules} and appended to it, unless somebody else was faster: then it is decided again. So any number of them may
 * work on one log at the same time, and be killed at any point.
 *
 * <p>A future that completes exceptionally says nothing about whether the step was taken: take it again, and it is taken once.
 * Thread-safe.
 */
public final class TrainingLoop {

    private final Training training;
    private final TrainingRules rules;
    private final TrainingLog log;
    private final LongSupplier clock;

    /** Makes the cuts that runs train on. */
    public interface Cuts {

        /**
         * Makes a cut, and counts its rows that are new.
         *
         * @param since the number of the cut that had the rows before; 0 if all are new
         */
        CompletableFuture<Made> make(long since);

        /** A cut with so many new rows. */
        record Made(long cut, long newRows) {}
    }

    /** @param clock milliseconds since the epoch */
    public TrainingLoop(Training training, TrainingLog log, LongSupplier clock) {
        this(training, new TrainingRules(training), log, clock);
    }

    TrainingLoop(Training training, TrainingRules rules, TrainingLog log, LongSupplier clock) {
        this.training = training;
        this.rules = rules;
        this.log = log;
        this.clock = clock;
    }

    /** What the log says now. */
    public CompletableFuture<TrainingState> state() {
        return TrainingState.read(log, training.model());
    }

    /**
     * Starts a run, if one may start; a cut is made only then.
     *
     * @param step what trains, such as a command or the address of a state machine
     */
    public CompletableFuture<TrainingDecision> begin(Trigger trigger, String step, Cuts cuts) {
        return state().thenCompose(state -> {
            Optional<TrainingDecision> before = rules.beforeCut(state, trigger, clock.getAsLong());
            return before.isPresent()
                    ? CompletableFuture.completedFuture(before.get())
                    : cuts.make(state.run() == null ? 0 : state.run().started().cut())
                            .thenCompose(made -> take(now ->
                                    rules.start(now, trigger, made.cut(), made.newRows(), step, clock.getAsLong())));
        });
    }

    /** What the driver of a run has to do now. */
    public CompletableFuture<TrainingTask> next(String run) {
        return state().thenApply(state -> rules.next(state, run, clock.getAsLong()));
    }

    /**
     * The training set of a run is complete.
     *
     * @param manifest where its manifest is
     * @param profile where the profile of its columns is
     */
    public CompletableFuture<TrainingDecision> setMade(
            String run, String manifest, String sha256, long rows, String profile) {
        return take(state -> rules.setMade(state, run, manifest, sha256, rows, profile, clock.getAsLong()));
    }

    /** The gate has judged the candidate of a run. If it was judged before, that is what counts. */
    public CompletableFuture<TrainingDecision> judged(
            String run, Candidate candidate, boolean passed, List<Finding> findings) {
        return take(state -> rules.judged(state, run, candidate, passed, findings, clock.getAsLong()));
    }

    /** Makes the candidate of a run the champion. */
    public CompletableFuture<TrainingDecision> promote(String run, String reason) {
        return take(state -> rules.promote(state, run, reason, clock.getAsLong()));
    }

    /**
     * The champion, if it is that of a run, gives way to the one before it.
     *
     * @param from the run that made it
     */
    public CompletableFuture<TrainingDecision> rollBack(String from, String reason) {
        return decide(state ->
                before(state).thenApply(before -> rules.rollBack(state, from, before, reason, clock.getAsLong())));
    }

    /** The promotion of the champion before the one that is. */
    private CompletableFuture<@Nullable Promoted> before(TrainingState state) {
        return state.champion() == null || state.champion().previous() == 0
                ? CompletableFuture.completedFuture(null)
                : log.read(training.model(), state.champion().previous()).thenApply(Promoted.class::cast);
    }

    /**
     * What the candidate in shadow and the champion have shown in service: the candidate is promoted, unless it is worse for
     * certain, or nobody can tell.
     *
     * @param champion its loss less the candidate's; null if too few predictions have both scores and an outcome
     */
    public CompletableFuture<TrainingDecision> compared(String run, @Nullable PairedDifference champion) {
        return take(state -> rules.compared(state, run, champion, clock.getAsLong()));
    }

    /**
     * What the monitor says of a new champion: it gives way if a check fails and the cause may lie in the model; and when it has
     * been watched for long enough, the run is over.
     */
    public CompletableFuture<TrainingDecision> watched(String run, QualityReport report) {
        return decide(state ->
                before(state).thenApply(before -> rules.watched(state, run, before, report, clock.getAsLong())));
    }

    /** A run is over. */
    public CompletableFuture<TrainingDecision> end(String run, End end, String reason) {
        return take(state -> rules.end(state, run, end, reason, clock.getAsLong()));
    }

    private CompletableFuture<TrainingDecision> take(Function<TrainingState, TrainingDecision> decision) {
        return decide(state -> CompletableFuture.completedFuture(decision.apply(state)));
    }

    /** Only another's entry under the number leads to another decision. */
    private CompletableFuture<TrainingDecision> decide(
            Function<TrainingState, CompletableFuture<TrainingDecision>> decision) {
        return state().thenCompose(decision)
                .thenCompose(decided -> decided instanceof Done done && done.isNew()
                        ? log.append(training.model(), done.entry())
                                .thenCompose(stored ->
                                        stored ? CompletableFuture.completedFuture(decided) : decide(decision))
                        : CompletableFuture.completedFuture(decided));
    }
}

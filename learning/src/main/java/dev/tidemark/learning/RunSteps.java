package dev.tidemark.learning;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.learn.Judge;
import dev.tidemark.core.learn.LabelledRows;
import dev.tidemark.core.learn.TrainingDecision;
import dev.tidemark.core.learn.TrainingDecision.Done;
import dev.tidemark.core.learn.TrainingDecision.Refused;
import dev.tidemark.core.learn.TrainingLoop;
import dev.tidemark.core.learn.TrainingNews;
import dev.tidemark.core.learn.TrainingRules;
import dev.tidemark.core.learn.TrainingRun;
import dev.tidemark.core.learn.TrainingState;
import dev.tidemark.core.learn.TrainingTask;
import dev.tidemark.core.monitor.PairedDifference;
import dev.tidemark.core.past.Evaluator;
import dev.tidemark.core.store.TrainingLog.Champion;
import dev.tidemark.core.store.TrainingLog.End;
import dev.tidemark.core.store.TrainingLog.Entry;
import dev.tidemark.core.store.TrainingLog.Judged;
import dev.tidemark.core.store.TrainingLog.Started;
import dev.tidemark.core.view.Monitor;
import dev.tidemark.core.view.Training;
import dev.tidemark.learning.TrainAnswer.Next;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Carries out a model's training runs: one call takes one step, and says what is next. Every step is decided from the training log
 * and appended to it, and what it leaves elsewhere is the same however often it is done.
 */
final class RunSteps {

    /** Meanwhile an operator may promote or roll back. A state machine must not call too often for its history. */
    private static final long LOOK_MILLIS = 3_600_000;

    private static final long LOOKS = 24;

    private final TrainParts parts;
    private final Training training;
    private final Monitor monitor;
    private final TrainingLoop loop;
    private final RunStarts starts;
    private final RunCuts cuts;
    private final Evaluator evaluator;
    private final CandidateJudge judge;
    private final RunSet sets;

    /**
     * @param catalog that is served
     * @param training of one of its models
     */
    RunSteps(TrainParts parts, Catalog catalog, Training training) {
        this.parts = parts;
        this.training = training;
        this.monitor = catalog.monitor(training.model()).orElseThrow();
        this.loop = new TrainingLoop(training, parts.log(), parts.clock());
        this.starts = new RunStarts(training, monitor, loop);
        LabelledRows rows = new LabelledRows(parts.catalogs(), parts.past(), parts.threads(), parts.pool(), read -> {});
        this.cuts = new RunCuts(
                parts.cutMaker(),
                parts.cuts(),
                rows,
                catalog,
                catalog.model(training.model()).orElseThrow(),
                training);
        this.evaluator = new Evaluator(parts.catalogs(), parts.past(), parts.threads(), parts.pool(), read -> {});
        this.judge = new CandidateJudge(parts, training, monitor, new Judge(evaluator));
        this.sets = new RunSet(parts, catalog, training);
    }

    /** Takes the next step. */
    TrainAnswer take(TrainInput input) {
        String run = input.run() == null && input.failure() != null ? openOf(input) : input.run();
        if (run == null) {
            return input.failure() == null ? begin(input) : notBegun(state(), "failed: " + input.failure());
        }
        if (input.failure() != null) {
            loop.end(run, End.FAILED, "the training step: " + input.failure()).join();
        } else {
            take(run, state(), input.isTrained());
        }
        return answer(run, input.told());
    }

    private TrainAnswer begin(TrainInput input) {
        TrainingDecision begun = starts.begin(
                Objects.requireNonNull(input.trigger()),
                parts.found().newest(training.model(), 0).join(),
                step(),
                cuts);
        if (begun instanceof Done done && done.entry() instanceof Started started) {
            return answer(started.run(), TrainInput.NOT_TOLD);
        }
        return notBegun(begun.state(), begun instanceof Refused refused ? refused.reason() : "");
    }

    private TrainAnswer notBegun(TrainingState state, String reason) {
        return new TrainAnswer(
                training.model(), "", "", state.last(), Next.DONE, 0, reason, Map.of(), List.of(), List.of());
    }

    /** The name of the run that the driver has open: it may have begun, and the driver not have been told. */
    private @Nullable String openOf(TrainInput input) {
        String driver = Objects.requireNonNull(input.trigger()).driver();
        return state().open()
                .map(TrainingRun::started)
                .filter(started -> started.driver().equals(driver))
                .map(Started::run)
                .orElse(null);
    }

    /** The first of a monitor's causes that starts runs of the model. */
    Optional<RunStarts.Cause> cause(long atMillis, Map<String, String> causes) {
        return starts.cause(atMillis, causes);
    }

    private String step() {
        if (parts.step().isEmpty() && training.command().isEmpty()) {
            throw new IllegalStateException(
                    "nothing says how model '" + training.model() + "' is trained: name your step"
                            + " with the parameter TrainStepArn of the stack, or give train: a command in the catalog");
        }
        return parts.step().isEmpty() ? String.join("\n", training.command()) : parts.step();
    }

    private TrainingState state() {
        return loop.state().join();
    }

    private TrainingTask next(TrainingState state, String run) {
        return new TrainingRules(training).next(state, run, parts.clock().getAsLong());
    }

    private void take(String run, TrainingState state, boolean isTrained) {
        TrainingTask task = next(state, run);
        TrainingRun last = state.run();
        if (last == null || task instanceof TrainingTask.Nothing) {
            return;
        }
        try {
            if (last.promoted() == null && !last.started().modelHash().equals(training.modelHash())) {
                throw new RunFailed("the model's definition has changed since the run began: its hash was "
                        + last.started().modelHash() + " and is " + training.modelHash());
            }
            if (task instanceof TrainingTask.MakeSet set) {
                RunSet.Made made = sets.make(set.run());
                loop.setMade(run, made.manifest(), made.sha256(), made.rows(), made.profile())
                        .join();
            } else if (task instanceof TrainingTask.Train && isTrained) {
                judge(last, state.champion());
            } else if (task instanceof TrainingTask.Promote) {
                loop.promote(run, "it passed the gate").join();
            } else if (task instanceof TrainingTask.Compare compare) {
                loop.compared(run, compared(state.champion(), compare)).join();
            } else if (task instanceof TrainingTask.Watch) {
                loop.watched(run, parts.quality().at(parts.clock().getAsLong()).of(monitor))
                        .join();
            }
        } catch (RunFailed e) {
            loop.end(run, End.FAILED, e.reason()).join();
        }
    }

    private void judge(TrainingRun run, @Nullable Champion champion) {
        CandidateJudge.Judgement judgement = judge.judge(run, versions(champion));
        TrainingDecision decision = loop.judged(
                        run.name(), judgement.candidate(), judgement.verdict().passed(), judgement.findings())
                .join();
        if (decision instanceof Refused refused) {
            throw new RunFailed(refused.reason());
        }
    }

    /** The champion's alone, if there is one: what others served says nothing about it. */
    private static Set<String> versions(@Nullable Champion champion) {
        return champion == null ? Set.of() : Set.of(champion.candidate().version());
    }

    private @Nullable PairedDifference compared(@Nullable Champion champion, TrainingTask.Compare compare) {
        return evaluator
                .challenge(monitor, versions(champion), Training.CANDIDATE, compare.fromMillis(), compare.toMillis())
                .join()
                .orElse(null);
    }

    private TrainAnswer answer(String run, long told) {
        TrainingState state = state();
        TrainingTask task = next(state, run);
        TrainingRun last = state.run();
        if (last == null || !last.name().equals(run)) {
            return answer(state, run, "", told, Next.DONE, 0, "run " + run + " is not the last one", Map.of());
        }
        String cause = last.started().cause();
        if (task instanceof TrainingTask.Train) {
            return answer(state, run, cause, told, Next.TRAIN, 0, "the training step is next", train(last));
        }
        if (task instanceof TrainingTask.Wait wait) {
            return waiting(state, last, told, "in shadow", wait.untilMillis());
        }
        if (task instanceof TrainingTask.Watch watch) {
            return waiting(state, last, told, "watched", watch.againMillis());
        }
        return last.end() == null
                ? answer(state, run, cause, told, Next.AGAIN, 0, last.step().word(), Map.of())
                : answer(state, run, cause, told, Next.DONE, 0, last.ending(), Map.of());
    }

    private TrainAnswer waiting(TrainingState state, TrainingRun run, long told, String how, long untilMillis) {
        long leftMillis = Math.max(0, untilMillis - parts.clock().getAsLong());
        long waitMillis = Math.min(leftMillis, Math.max(LOOK_MILLIS, leftMillis / LOOKS));
        Judged judged = run.judged();
        return answer(
                state,
                run.name(),
                run.started().cause(),
                told,
                Next.WAIT,
                waitMillis / 1_000 + 1,
                "version '" + (judged == null ? "" : judged.candidate().version()) + "' is " + how + ", until "
                        + Instant.ofEpochMilli(untilMillis) + " at least",
                Map.of());
    }

    private Map<String, Object> train(TrainingRun run) {
        Map<String, Object> train = new LinkedHashMap<>();
        train.put("model", training.model());
        train.put("run", run.name());
        train.put("cut", run.started().cut());
        train.put("set", parts.files().address(RunFiles.key(training.model(), run.name(), RunFiles.SET)));
        train.put("out", parts.files().address(RunFiles.key(training.model(), run.name(), RunFiles.OUT)));
        train.put("rows", run.set() == null ? 0 : run.set().rows());
        return train;
    }

    private TrainAnswer answer(
            TrainingState state,
            String run,
            String cause,
            long told,
            Next next,
            long seconds,
            String reason,
            Map<String, Object> train) {
        TrainingRun last = state.run();
        long from = told != TrainInput.NOT_TOLD || last == null
                ? told
                : last.started().number() - 1;
        List<Entry> news = new ArrayList<>();
        List<Map<String, Object>> events = new ArrayList<>();
        for (long number = from + 1; last != null && number <= state.last(); number++) {
            Entry entry = parts.log().read(training.model(), number).join();
            news.add(entry);
            TrainingNews.of(new Done(entry, false, state))
                    .ifPresent(event -> events.add(Map.of("type", event.type(), "detail", event.detail())));
        }
        return new TrainAnswer(training.model(), cause, run, state.last(), next, seconds, reason, train, events, news);
    }
}

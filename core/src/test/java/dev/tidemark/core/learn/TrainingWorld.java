package dev.tidemark.core.learn;

import dev.tidemark.core.async.Failures;
import dev.tidemark.core.learn.TrainingDecision.Done;
import dev.tidemark.core.learn.TrainingRules.Trigger;
import dev.tidemark.core.monitor.Cause;
import dev.tidemark.core.monitor.PairedDifference;
import dev.tidemark.core.monitor.QualityReport;
import dev.tidemark.core.store.TrainingLog;
import dev.tidemark.core.store.TrainingLog.Candidate;
import dev.tidemark.core.store.TrainingLog.End;
import dev.tidemark.core.store.TrainingLog.Entry;
import dev.tidemark.core.store.TrainingLog.OfRun;
import dev.tidemark.core.store.TrainingLog.RolledBack;
import dev.tidemark.core.view.Training;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Two drivers and an operator at one training log, each of which takes a step when it is told to. Steps end where somebody else
 * may come between: before a question to the log, and at every append.
 */
final class TrainingWorld {

    private static final String MODEL = "discount";

    /**
     * How much may happen.
     *
     * @param drivers 1 or 2
     * @param faults answers that are lost, and deaths
     * @param wishes of the operator
     * @param isSameEvent whether one event starts both drivers
     */
    record Bounds(Training training, int drivers, int faults, int wishes, boolean isSameEvent) {}

    /** Something that may happen next. */
    record Step(Supplier<String> text, Runnable taken) {}

    private final Bounds bounds;
    private final @Nullable BrokenTraining broken;
    private final TrainingLoop loop;
    private final List<Entry> stored = new ArrayList<>();

    /** Of which nobody has heard: they may still be stored. */
    private final List<Entry> late = new ArrayList<>();

    private final List<Driver> drivers;
    private final Operator operator = new Operator();
    private @Nullable Actor acting;
    private int faults;
    private int wishes;
    private long cuts;
    private long nowMillis;

    /** When what starts both drivers happened; null before. */
    private @Nullable Long eventMillis;

    private @Nullable String violation;

    TrainingWorld(Bounds bounds, @Nullable BrokenTraining broken) {
        this.bounds = bounds;
        this.broken = broken;
        this.faults = bounds.faults();
        this.wishes = bounds.wishes();
        this.loop = new TrainingLoop(
                bounds.training(),
                broken == null ? new TrainingRules(bounds.training()) : broken.rules(bounds.training()),
                new Log(),
                () -> nowMillis);
        this.drivers = List.of(new Driver("A", 2), new Driver("B", 0)).subList(0, bounds.drivers());
    }

    /** All that may happen now, always in the same order. */
    List<Step> steps() {
        List<Step> steps = new ArrayList<>();
        drivers.forEach(driver -> steps.addAll(driver.steps()));
        steps.addAll(operator.steps());
        for (Entry entry : late) {
            steps.add(new Step(() -> "late comes " + entry, () -> {
                late.remove(entry);
                store(entry);
            }));
        }
        return steps;
    }

    /** What has gone wrong; null if nothing has. */
    @Nullable
    String violation() {
        return violation == null ? TrainingInvariants.violation(MODEL, stored) : violation;
    }

    /** Everybody is done, and no run is open. */
    boolean isQuiescent() {
        return drivers.stream().allMatch(Driver::isThrough)
                && operator.isThrough()
                && state().open().isEmpty();
    }

    /** Two worlds with the same text have the same future. */
    String text() {
        return stored + "|" + late + "|" + drivers + "|" + operator + "|" + faults + "|" + wishes + "|" + cuts + "|"
                + nowMillis + "|" + eventMillis;
    }

    private TrainingState state() {
        TrainingState state = TrainingState.empty(MODEL);
        for (Entry entry : stored) {
            state = state.next(entry);
        }
        return state;
    }

    private boolean store(Entry entry) {
        int index = (int) entry.number() - 1;
        if (index == stored.size()) {
            stored.add(entry);
            return true;
        }
        if (broken == BrokenTraining.OVERWRITTEN) {
            stored.set(index, entry);
            return true;
        }
        if (broken == BrokenTraining.RENUMBERED) {
            stored.add(BrokenTraining.renumbered(entry, stored.size() + 1));
            return true;
        }
        return stored.get(index).equals(entry);
    }

    private final class Log implements TrainingLog {

        @Override
        public CompletableFuture<Long> last(String model, long after) {
            return CompletableFuture.completedFuture((long) stored.size());
        }

        @Override
        public CompletableFuture<Entry> read(String model, long number) {
            return CompletableFuture.completedFuture(stored.get((int) number - 1));
        }

        @Override
        public CompletableFuture<Boolean> append(String model, Entry entry) {
            return Objects.requireNonNull(acting).append(entry);
        }
    }

    /** An answer that never came. */
    private static final class Lost extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** Somebody who calls the loop, one call after the other. */
    private abstract class Actor {

        private final String name;
        private boolean isDead;

        /** What is on its way to the log. */
        private @Nullable Entry entry;

        private @Nullable CompletableFuture<Boolean> answer;

        /** The call whose answer was lost, to be made again. */
        private @Nullable Step lost;

        Actor(String name) {
            this.name = name;
        }

        /** What it may do when it waits for nothing, and knows how its last call went. */
        abstract List<Step> wishes();

        /** What it may do instead of calling again, after an answer was lost. */
        abstract List<Step> recoveries();

        abstract void done(TrainingDecision decision);

        /** Whether nobody takes its place when it dies. */
        abstract boolean isMortal();

        String name() {
            return name;
        }

        boolean isDead() {
            return isDead;
        }

        boolean isIdle() {
            return entry == null && lost == null;
        }

        final List<Step> steps() {
            if (isDead) {
                return List.of();
            }
            if (entry != null) {
                return appends(entry);
            }
            if (lost == null) {
                return wishes();
            }
            List<Step> steps = new ArrayList<>(recoveries());
            steps.add(lost);
            return steps;
        }

        final Step step(String text, Runnable taken) {
            return step(() -> text, taken);
        }

        final Step step(Supplier<String> text, Runnable taken) {
            return new Step(() -> name + " " + text.get(), () -> {
                acting = this;
                lost = null;
                taken.run();
                acting = null;
            });
        }

        /** @param run that the call is about */
        @SuppressWarnings("FutureReturnValueIgnored") // It ends in the methods called here.
        final Step calls(String text, @Nullable String run, Supplier<CompletableFuture<TrainingDecision>> method) {
            return step(
                    text,
                    () -> method.get().whenComplete((decision, failure) -> {
                        if (failure == null) {
                            check(text, run, decision);
                            done(decision);
                        } else if (Failures.cause(failure) instanceof Lost) {
                            lost = calls(text, run, method);
                        } else {
                            violation = name + " " + text + ": " + Failures.cause(failure);
                        }
                    }));
        }

        /** What is said to be done is done, and is what was asked for. */
        private void check(String text, @Nullable String run, TrainingDecision decision) {
            if (decision instanceof Done done) {
                Entry said = done.entry();
                String about = said instanceof OfRun of ? of.run() : ((RolledBack) said).from();
                if (said.number() > stored.size()
                        || !stored.get((int) said.number() - 1).equals(said)) {
                    violation = name + " " + text + ", and is told of what the log has not: " + said;
                } else if (run != null && !run.equals(about) && !isEnd(said, run)) {
                    violation = name + " " + text + ", and is told of another run: " + said;
                }
            }
        }

        private boolean isEnd(Entry said, String run) {
            TrainingRun last = state().run();
            return last != null && last.name().equals(run) && said.equals(last.end());
        }

        CompletableFuture<Boolean> append(Entry appended) {
            entry = appended;
            answer = new CompletableFuture<>();
            return answer;
        }

        private List<Step> appends(Entry appended) {
            List<Step> steps = new ArrayList<>();
            steps.add(step(() -> "appends " + appended, () -> landed().complete(store(appended))));
            if (faults > 0) {
                steps.add(fault(() -> "appends, and hears nothing of " + appended, () -> {
                    store(appended);
                    lose(appended);
                }));
                steps.add(fault(() -> "appends in vain, and hears nothing of " + appended, () -> lose(appended)));
                steps.add(fault(() -> "hears nothing yet of " + appended, () -> {
                    late.add(appended);
                    lose(appended);
                }));
            }
            if (faults > 0 && isMortal()) {
                steps.add(fault(() -> "dies after it appends " + appended, () -> {
                    store(appended);
                    die();
                }));
                steps.add(fault(() -> "dies before it appends " + appended, this::die));
            }
            return steps;
        }

        private Step fault(Supplier<String> text, Runnable taken) {
            return step(text, () -> {
                faults--;
                taken.run();
            });
        }

        private void lose(Entry appended) {
            CompletableFuture<Boolean> landed = landed();
            if (broken == BrokenTraining.LOST_IS_REFUSED) {
                stored.add(BrokenTraining.renumbered(appended, stored.size() + 1));
            }
            if (broken == BrokenTraining.LOST_IS_DONE || broken == BrokenTraining.LOST_IS_REFUSED) {
                landed.complete(true);
            } else {
                landed.completeExceptionally(new Lost());
            }
        }

        private void die() {
            entry = null;
            isDead = true;
        }

        private CompletableFuture<Boolean> landed() {
            CompletableFuture<Boolean> landed = Objects.requireNonNull(answer);
            entry = null;
            answer = null;
            return landed;
        }

        @Override
        public String toString() {
            return isDead
                    ? "dead"
                    : entry + "," + (lost == null ? "" : lost.text().get());
        }
    }

    /** Starts a run and carries it out; after a lost answer it may begin anew, as after a crash. */
    private final class Driver extends Actor {

        private final long clockIsAheadMillis;
        private @Nullable Trigger trigger;
        private @Nullable CompletableFuture<TrainingLoop.Cuts.Made> cut;
        private @Nullable String run;
        private @Nullable TrainingTask task;
        private boolean isDone;

        Driver(String name, long clockIsAheadMillis) {
            super(name);
            this.clockIsAheadMillis = clockIsAheadMillis;
        }

        boolean isThrough() {
            return isDone || isDead();
        }

        @Override
        List<Step> wishes() {
            if (isDone) {
                return List.of();
            }
            if (cut != null) {
                CompletableFuture<TrainingLoop.Cuts.Made> wanted = cut;
                return List.of(step("gets a cut", () -> {
                    cut = null;
                    wanted.complete(
                            new TrainingLoop.Cuts.Made(++cuts, bounds.training().atLeast()));
                }));
            }
            if (run == null) {
                return List.of(calls(
                        "begins",
                        null,
                        () -> loop.begin(trigger(), "step", since -> {
                            CompletableFuture<TrainingLoop.Cuts.Made> wanted = new CompletableFuture<>();
                            cut = wanted;
                            return wanted;
                        })));
            }
            String of = run;
            return task == null
                    ? List.of(step("asks what to do", () -> task = loop.next(of).join()))
                    : perform(of, task);
        }

        /** What happened when it began first. */
        private Trigger trigger() {
            Trigger told = trigger;
            if (told == null) {
                nowMillis++;
                eventMillis = bounds.isSameEvent() && eventMillis != null ? eventMillis : (Long) nowMillis;
                told = new Trigger("concept", eventMillis + (bounds.isSameEvent() ? 0 : clockIsAheadMillis), name());
                trigger = told;
            }
            return told;
        }

        private List<Step> perform(String of, TrainingTask next) {
            if (next instanceof TrainingTask.MakeSet) {
                return List.of(calls(
                        "has made the set", of, () -> loop.setMade(of, TrainingInvariants.setOf(of), "0", 1, "p")));
            }
            if (next instanceof TrainingTask.Train) {
                Candidate candidate = new Candidate("v-" + name(), "h", TrainingInvariants.artifactOf(of), null);
                return List.of(
                        calls("judges well", of, () -> loop.judged(of, candidate, true, List.of())),
                        calls("judges badly", of, () -> loop.judged(of, candidate, false, List.of())),
                        calls("fails", of, () -> loop.end(of, End.FAILED, "the training step")));
            }
            if (next instanceof TrainingTask.Wait wait) {
                return List.of(step("waits", () -> {
                    nowMillis = Math.max(nowMillis, wait.untilMillis());
                    task = null;
                }));
            }
            if (next instanceof TrainingTask.Promote) {
                return List.of(calls("promotes", of, () -> loop.promote(of, "it passed the gate")));
            }
            if (next instanceof TrainingTask.Compare) {
                return List.of(
                        calls("compares well", of, () -> loop.compared(of, new PairedDifference(100, 1, 0.1))),
                        calls("compares badly", of, () -> loop.compared(of, new PairedDifference(100, -1, 0.1))));
            }
            if (next instanceof TrainingTask.Watch watch) {
                String version = watch.candidate().version();
                Cause fault = new Cause(Cause.Kind.UNKNOWN, List.of());
                List<Step> steps = new ArrayList<>();
                steps.add(calls("sees nothing wrong", of, () -> loop.watched(of, report(version, null))));
                steps.add(calls("sees a fault", of, () -> loop.watched(of, report(version, fault))));
                if (nowMillis < watch.againMillis()) {
                    steps.add(step("waits on watch", () -> nowMillis = watch.againMillis()));
                }
                return steps;
            }
            return List.of(step("is done", () -> isDone = true));
        }

        private static QualityReport report(String version, @Nullable Cause cause) {
            return new QualityReport(
                    Trainings.monitor(),
                    0,
                    List.of(new QualityReport.OfVersion(version, List.of(), List.of(), null, cause)),
                    null);
        }

        @Override
        boolean isMortal() {
            return true;
        }

        @Override
        List<Step> recoveries() {
            return List.of(step("begins anew", () -> {
                run = null;
                task = null;
            }));
        }

        @Override
        void done(TrainingDecision decision) {
            if (run != null) {
                task = null;
            } else if (decision instanceof Done done) {
                run = ((OfRun) done.entry()).run();
            } else {
                isDone = true;
            }
        }

        @Override
        public String toString() {
            return super.toString() + "," + trigger + "," + (cut != null) + "," + run + "," + task + "," + isDone;
        }
    }

    /** Wants something when it sees how things are, and does it a while later. If nobody is there any more, it stops the run. */
    private final class Operator extends Actor {

        private @Nullable Step wish;

        Operator() {
            super("operator");
        }

        boolean isThrough() {
            return isIdle() && wish == null;
        }

        @Override
        List<Step> wishes() {
            if (wish != null) {
                return List.of(wish);
            }
            List<Step> steps = new ArrayList<>();
            TrainingState state = state();
            TrainingRun last = state.run();
            if (last == null) {
                return steps;
            }
            String run = last.name();
            if (wishes > 0) {
                steps.add(wish(calls("promotes " + run, run, () -> loop.promote(run, "I say so"))));
            }
            if (last.isOpen() && (wishes > 0 || drivers.stream().allMatch(Driver::isThrough))) {
                steps.add(wish(calls("stops " + run, run, () -> loop.end(run, End.STOPPED, "enough"))));
            }
            if (state.champion() != null && wishes > 0) {
                String from = state.champion().run();
                steps.add(wish(calls("rolls back " + from, from, () -> loop.rollBack(from, "I do not like it"))));
            }
            return steps;
        }

        private Step wish(Step wanted) {
            return step(() -> "wants: " + wanted.text().get(), () -> {
                wishes = Math.max(0, wishes - 1);
                wish = wanted;
            });
        }

        @Override
        boolean isMortal() {
            return false;
        }

        @Override
        List<Step> recoveries() {
            return List.of();
        }

        @Override
        void done(TrainingDecision decision) {
            wish = null;
        }

        @Override
        public String toString() {
            return super.toString() + "," + (wish == null ? "" : wish.text().get());
        }
    }
}

package dev.tidemark.core.learn;

import dev.tidemark.core.async.Loop;
import dev.tidemark.core.store.TrainingLog;
import dev.tidemark.core.store.TrainingLog.Champion;
import dev.tidemark.core.store.TrainingLog.Ended;
import dev.tidemark.core.store.TrainingLog.Entry;
import dev.tidemark.core.store.TrainingLog.Judged;
import dev.tidemark.core.store.TrainingLog.OfRun;
import dev.tidemark.core.store.TrainingLog.Promoted;
import dev.tidemark.core.store.TrainingLog.RolledBack;
import dev.tidemark.core.store.TrainingLog.SetMade;
import dev.tidemark.core.store.TrainingLog.Started;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What a model's training log says, up to an entry.
 *
 * @param last the number of that entry; 0 before the first
 * @param timeMillis its time; {@link Long#MIN_VALUE} before the first
 * @param run the last one that was started; null before the first
 * @param champion null if nothing is promoted
 * @param rollback the last one since that run was started; null if there was none
 */
public record TrainingState(
        String model,
        long last,
        long timeMillis,
        @Nullable TrainingRun run,
        @Nullable Champion champion,
        @Nullable RolledBack rollback) {

    /** Nothing has happened. */
    public static TrainingState empty(String model) {
        return before(model, 1);
    }

    private static TrainingState before(String model, long number) {
        return new TrainingState(model, number - 1, Long.MIN_VALUE, null, null, null);
    }

    /** What the whole log of a model says. */
    public static CompletableFuture<TrainingState> read(TrainingLog log, String model) {
        return empty(model).now(log);
    }

    /** What the log says now: this, if nothing came after it. Of other entries those since the last start are read. */
    public CompletableFuture<TrainingState> now(TrainingLog log) {
        return log.last(model, last)
                .thenCompose(newest ->
                        newest == last ? CompletableFuture.completedFuture(this) : readBackwards(log, model, newest));
    }

    private static CompletableFuture<TrainingState> readBackwards(TrainingLog log, String model, long last) {
        Deque<Entry> entries = new ArrayDeque<>();
        return Loop.whileTrue(() -> log.read(model, last - entries.size()).thenApply(entry -> {
                    entries.addFirst(entry);
                    return !(entry instanceof Started);
                }))
                .thenApply(read -> {
                    TrainingState state = before(model, entries.getFirst().number());
                    for (Entry entry : entries) {
                        state = state.next(entry);
                    }
                    return state;
                });
    }

    /** The run that is not over; empty if there is none. */
    public Optional<TrainingRun> open() {
        return Optional.ofNullable(run).filter(TrainingRun::isOpen);
    }

    /**
     * What the log says with one entry more.
     *
     * @throws IllegalStateException if it does not follow from what is there: nobody appends such an entry
     */
    public TrainingState next(Entry entry) {
        if (entry.number() != last + 1 || entry.timeMillis() < timeMillis) {
            throw wrong(entry);
        }
        if (entry instanceof Started started) {
            return with(entry, started(started), started.champion(), null);
        }
        if (run == null) {
            throw wrong(entry);
        }
        if (entry instanceof RolledBack back) {
            if (champion == null || !champion.run().equals(back.from())) {
                throw wrong(entry);
            }
            return with(entry, run.isOpen() ? over(run, entry) : run, back.to(), back);
        }
        if (!run.isOpen() || !(entry instanceof OfRun of) || !of.run().equals(run.name())) {
            throw wrong(entry);
        }
        return with(
                entry, advanced(run, of), entry instanceof Promoted promoted ? champion(promoted) : champion, rollback);
    }

    private TrainingRun started(Started entry) {
        if (open().isPresent() || (run != null && entry.cut() <= run.started().cut())) {
            throw wrong(entry);
        }
        return TrainingRun.of(entry);
    }

    private TrainingRun advanced(TrainingRun run, OfRun entry) {
        if (entry instanceof SetMade set && run.step() == TrainingRun.Step.STARTED) {
            return new TrainingRun(run.started(), set, null, null, null);
        }
        if (entry instanceof Judged judged && run.step() == TrainingRun.Step.SET_MADE) {
            return new TrainingRun(run.started(), run.set(), judged, null, judged.passed() ? null : judged);
        }
        if (entry instanceof Promoted promoted && run.step() == TrainingRun.Step.JUDGED) {
            return new TrainingRun(
                    run.started(), run.set(), run.judged(), promoted, promoted.watchedMillis() > 0 ? null : promoted);
        }
        if (entry instanceof Ended) {
            return over(run, entry);
        }
        throw wrong(entry);
    }

    private static TrainingRun over(TrainingRun run, Entry end) {
        return new TrainingRun(run.started(), run.set(), run.judged(), run.promoted(), end);
    }

    /** As a promotion makes it. */
    static Champion champion(Promoted entry) {
        return new Champion(
                entry.candidate(), entry.run(), entry.number(), entry.previous(), entry.number(), entry.timeMillis());
    }

    private TrainingState with(
            Entry entry, TrainingRun next, @Nullable Champion nextChampion, @Nullable RolledBack back) {
        return new TrainingState(model, entry.number(), entry.timeMillis(), next, nextChampion, back);
    }

    private IllegalStateException wrong(Entry entry) {
        return new IllegalStateException("entry " + entry.number() + " of the training log of model " + model + ", "
                + entry + ", cannot follow: " + this);
    }
}

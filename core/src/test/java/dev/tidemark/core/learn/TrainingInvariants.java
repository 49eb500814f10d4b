package dev.tidemark.core.learn;

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
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What every training log must be, told from its entries alone, without the code that decides them. */
final class TrainingInvariants {

    private final Set<String> names = new HashSet<>();
    private final Set<Long> events = new HashSet<>();
    private final Set<String> promoted = new HashSet<>();

    /** Runs that passed the gate, with the run of the champion of that time. */
    private final Map<String, String> passed = new HashMap<>();

    /** The champion is the last of them; a rollback takes it away. */
    private final Deque<Promoted> champions = new ArrayDeque<>();

    private @Nullable String open;
    private long number;
    private long timeMillis = Long.MIN_VALUE;
    private long cut;

    private TrainingInvariants() {}

    static String setOf(String run) {
        return "set of " + run;
    }

    static String artifactOf(String run) {
        return "artifact of " + run;
    }

    /** What is wrong with a log; null if nothing is. */
    static @Nullable String violation(String model, List<Entry> entries) {
        TrainingInvariants invariants = new TrainingInvariants();
        for (Entry entry : entries) {
            String wrong = invariants.add(entry);
            if (wrong != null) {
                return wrong + ": " + entry;
            }
        }
        return invariants.read(model, entries);
    }

    /** The whole log and its end say the same, and the champion is what was promoted or rolled back to last. */
    private @Nullable String read(String model, List<Entry> entries) {
        TrainingState all = TrainingState.empty(model);
        for (Entry entry : entries) {
            all = all.next(entry);
        }
        TrainingState read = TrainingState.read(new Fixed(entries), model).join();
        if (!read.equals(all)) {
            return "the end of the log says " + read + ", and all of it " + all;
        }
        return championsRun().equals(run(read.champion())) ? null : "the champion is " + read.champion();
    }

    private String championsRun() {
        return champions.isEmpty() ? "" : champions.getLast().run();
    }

    private static String run(@Nullable Champion champion) {
        return champion == null ? "" : champion.run();
    }

    private @Nullable String add(Entry entry) {
        if (entry.number() != ++number || entry.timeMillis() < timeMillis) {
            return "numbers have no gap, and times do not go back";
        }
        timeMillis = entry.timeMillis();
        if (entry instanceof Started started) {
            return started(started);
        }
        if (entry instanceof RolledBack back) {
            return rolledBack(back);
        }
        String run = ((OfRun) entry).run();
        if (!run.equals(open)) {
            return "only an open run goes on";
        }
        if (entry instanceof SetMade set) {
            return set.manifest().equals(setOf(run)) ? null : "a set is of its run";
        }
        if (entry instanceof Judged judged) {
            return judged(judged);
        }
        if (entry instanceof Promoted promotion) {
            return promoted(promotion);
        }
        open = entry instanceof Ended ? null : open;
        return null;
    }

    private @Nullable String started(Started entry) {
        if (open != null) {
            return "at most one run is open";
        }
        open = entry.run();
        if (!names.add(entry.run()) || entry.cut() <= cut) {
            return "no run starts twice, or on an older cut";
        }
        cut = entry.cut();
        if (!events.add(entry.causeMillis())) {
            return "no event starts two runs";
        }
        return championsRun().equals(run(entry.champion())) ? null : "a start says who the champion is";
    }

    private @Nullable String judged(Judged entry) {
        if (entry.passed()) {
            passed.put(entry.run(), championsRun());
        } else {
            open = null;
        }
        return entry.candidate().artifact().equals(artifactOf(entry.run())) ? null : "a candidate is of its run";
    }

    private @Nullable String promoted(Promoted entry) {
        if (!promoted.add(entry.run())) {
            return "no run is promoted twice";
        }
        if (!championsRun().equals(passed.get(entry.run()))) {
            return "only who passed against the champion is promoted";
        }
        if (!entry.candidate().artifact().equals(artifactOf(entry.run()))) {
            return "what is promoted is the candidate of the run";
        }
        if (entry.previous() != (champions.isEmpty() ? 0 : champions.getLast().number())) {
            return "a promotion says which was the one before";
        }
        champions.add(entry);
        if (entry.watchedMillis() == 0) {
            open = null;
        }
        return null;
    }

    private @Nullable String rolledBack(RolledBack entry) {
        if (!entry.from().equals(championsRun())) {
            return "who gives way was the champion";
        }
        champions.removeLast();
        open = null;
        return championsRun().equals(run(entry.to())) ? null : "a rollback is to the champion before";
    }

    private record Fixed(List<Entry> entries) implements TrainingLog {

        @Override
        public CompletableFuture<Long> last(String model, long after) {
            return CompletableFuture.completedFuture((long) entries.size());
        }

        @Override
        public CompletableFuture<Entry> read(String model, long number) {
            return CompletableFuture.completedFuture(entries.get((int) number - 1));
        }

        @Override
        public CompletableFuture<Boolean> append(String model, Entry entry) {
            throw new AssertionError("nothing is appended here");
        }
    }
}

package dev.tidemark.simulation;

import dev.tidemark.simulation.engine.Dial;
import dev.tidemark.simulation.engine.Dials;
import dev.tidemark.simulation.world.Plan;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes a failing run smaller for as long as it still fails, whatever it then fails with: switches dials off one by one,
 * leaves out parts of the records, ever smaller ones, and tries the dials again. A bounded number of runs, so that the
 * same seed always ends in the same trace.
 */
final class Shrinker {

    private static final int MOST_RUNS = 400;

    private final Runs again;
    private Run smallest;
    private int runs;

    /** Runs the same seed in another way. */
    interface Runs {

        /** @param sent null for what the seed has producers send */
        Run run(Dials dials, @Nullable List<Plan.Sent> sent);
    }

    private Shrinker(Run failing, Runs again) {
        this.again = again;
        this.smallest = failing;
    }

    /** @return the smallest run found that fails, with its trace; the same run, traced, if there is none smaller */
    static Run shrink(long seed, Run failing) {
        Run smallest = shrink(failing, (dials, sent) -> Run.of(seed, dials, sent, false));
        return Run.of(seed, smallest.dials(), smallest.sent(), true);
    }

    /** @return the smallest run found that fails */
    static Run shrink(Run failing, Runs again) {
        Shrinker shrinker = new Shrinker(failing, again);
        shrinker.switchDialsOff(false);
        shrinker.leaveRecordsOut();
        shrinker.switchDialsOff(true);
        shrinker.leaveRecordsOut();
        return shrinker.smallest;
    }

    /** @param keepRecords whether producers send what they sent, or what the seed draws without the dial */
    private void switchDialsOff(boolean keepRecords) {
        for (Dial dial : smallest.dials().on()) {
            attempt(smallest.dials().without(dial), keepRecords ? smallest.sent() : null);
        }
    }

    private void leaveRecordsOut() {
        for (int part = smallest.sent().size() / 2; part >= 1; part /= 2) {
            int from = 0;
            while (from < smallest.sent().size()) {
                List<Plan.Sent> fewer = new ArrayList<>(smallest.sent());
                fewer.subList(from, Math.min(from + part, fewer.size())).clear();
                if (fewer.isEmpty() || !attempt(smallest.dials(), fewer)) {
                    from += part;
                }
            }
        }
    }

    private boolean attempt(Dials dials, @Nullable List<Plan.Sent> sent) {
        if (runs++ >= MOST_RUNS) {
            return false;
        }
        Run run = again.run(dials, sent);
        if (run.failure() == null) {
            return false;
        }
        smallest = run;
        return true;
    }
}

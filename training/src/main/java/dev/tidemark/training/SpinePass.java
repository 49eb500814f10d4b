package dev.tidemark.training;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Reads the spine: first to check it, then to divide it. */
final class SpinePass {

    /** How many problems are reported at once. */
    private static final int MAX_PROBLEMS = 20;

    private static final long PROGRESS_ROWS = 1_000;

    private final Path file;
    private final Spine.Options options;
    private final List<WantedView> targets;
    private final Progress progress;

    /** What a spine holds. */
    record Extent(long rows, long firstMillis, long lastMillis) {}

    SpinePass(Path file, Spine.Options options, List<WantedView> targets, Progress progress) {
        this.file = file;
        this.options = options;
        this.targets = targets;
        this.progress = progress;
    }

    /**
     * @param answeredSinceMillis rows of an earlier moment cannot be answered
     * @throws TrainingSetProblem naming every row that cannot be answered, up to twenty
     */
    Extent check(long answeredSinceMillis, long nowMillis) {
        progress.stage(Progress.Stage.SPINE, -1);
        List<String> problems = new ArrayList<>();
        long rows = 0;
        long first = Long.MAX_VALUE;
        long last = Long.MIN_VALUE;
        try (Spine spine = new Spine(file, options, targets)) {
            boolean more = true;
            while (more && problems.size() < MAX_PROBLEMS) {
                try {
                    more = spine.next();
                    if (more) {
                        rows++;
                        checkIsPast(spine, nowMillis);
                        checkWasAnswered(spine, answeredSinceMillis);
                        first = Math.min(first, spine.atMillis());
                        last = Math.max(last, spine.atMillis());
                        tell(rows);
                    }
                } catch (Spine.BadRow e) {
                    problems.add(String.valueOf(e.getMessage()));
                }
            }
        }
        if (!problems.isEmpty()) {
            throw new TrainingSetProblem(String.join("\n", problems));
        }
        if (rows == 0) {
            throw new TrainingSetProblem(file + " has no rows: there is nothing to compute");
        }
        return new Extent(rows, first, last);
    }

    private static void checkIsPast(Spine spine, long nowMillis) throws Spine.BadRow {
        if (spine.atMillis() > nowMillis) {
            throw spine.problem(Instant.ofEpochMilli(spine.atMillis())
                    + " is yet to come: leave such rows out, or see whether --time-format is right");
        }
    }

    private static void checkWasAnswered(Spine spine, long sinceMillis) throws Spine.BadRow {
        if (spine.atMillis() < sinceMillis) {
            throw spine.problem(
                    Instant.ofEpochMilli(spine.atMillis()) + " is before " + Instant.ofEpochMilli(sinceMillis)
                            + ", where the history that was imported ends: nothing was served then. Leave such rows out, or"
                            + " take --history as-if");
        }
    }

    private void tell(long rows) {
        if (rows % PROGRESS_ROWS == 0) {
            progress.advance(PROGRESS_ROWS);
        }
    }

    /** Divides the rows, unless that is done already. */
    void divide(Plan plan, JobFiles files) {
        if (Files.exists(files.rows())) {
            return;
        }
        try (Spine spine = new Spine(file, options, targets);
                PartitionedWriter writer = new PartitionedWriter(files.rows(), plan.buckets())) {
            while (spine.next()) {
                for (WantedView target : targets) {
                    String entity = spine.entity(target.index());
                    RowEntry row = new RowEntry(spine.number(), spine.atMillis(), entity);
                    writer.add(plan.bucket(target, EntitySet.hash(entity)), row::writeTo);
                }
            }
            writer.finish();
        } catch (Spine.BadRow e) {
            throw new TrainingSetProblem(e.getMessage() + "; the file has changed while it was read", e);
        }
    }

    /** The entities of each target. */
    static List<EntitySet> entities(Plan plan, PartitionedReader rows) {
        List<EntitySet> sets = new ArrayList<>();
        plan.targets().forEach(target -> sets.add(new EntitySet()));
        for (int bucket = 0; bucket < plan.buckets(); bucket++) {
            EntitySet set = sets.get(plan.targetOf(bucket).index());
            RowEntry.all(rows, bucket).forEach(row -> set.add(EntitySet.hash(row.entity())));
        }
        return sets;
    }
}

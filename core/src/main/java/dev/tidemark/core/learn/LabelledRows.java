package dev.tidemark.core.learn;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.history.History;
import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.history.Range;
import dev.tidemark.core.learn.Changed.Change;
import dev.tidemark.core.learn.LabelledRow.Split;
import dev.tidemark.core.learn.Lefts.Left;
import dev.tidemark.core.store.CutLog.Cut;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.view.Training;
import dev.tidemark.core.view.View;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds a model's labelled rows in the archive: the predictions that count as lefts, with the labels that the fold's own code
 * pairs them with. What a cut's rows are is a function of the log up to the cut, whatever is folded, redriven or backfilled
 * later, and however many threads look for them. Nothing is written.
 *
 * <p>A row is a prediction of the model that happened before the time of the cut, which is the latest arrival up to it, and whose
 * label is known there. Where labels are by absence, a prediction without a yes is a no, once the horizon has passed. If one
 * was sent into lanes that do not descend from each other, what became known first is the row.
 *
 * <p>In memory are all predictions of the time that is asked for, each as it was sent and a few hundred bytes more.
 */
public final class LabelledRows {

    private final Catalogs catalogs;
    private final HistoryPorts ports;
    private final int lanesAtOnce;
    private final Executor threads;
    private final LongConsumer read;

    /**
     * @param catalogs have the training that is asked about
     * @param lanesAtOnce how many are walked at the same time
     * @param threads runs the work on lanes
     * @param read is told how many records were read, as it goes on; by several threads
     */
    public LabelledRows(Catalogs catalogs, HistoryPorts ports, int lanesAtOnce, Executor threads, LongConsumer read) {
        this.catalogs = catalogs;
        this.ports = ports;
        this.lanesAtOnce = lanesAtOnce;
        this.threads = threads;
        this.read = read;
    }

    /**
     * The rows of a cut, of the last time before it. For judging is what happened since the holdout began. For training is what
     * happened before and was complete by then. What happened before, but was complete only since, is neither.
     *
     * @return completes with {@link dev.tidemark.core.store.DamagedArchive} if the archive of that time is not whole
     */
    public CompletableFuture<LabelledSet> of(Training training, Cut cut) {
        Training.Rows rows = training.rows();
        Catalog.Source source = catalogs.sourceOf(rows.view());
        long toMillis = cut.asOfMillis(source.stream());
        if (toMillis == Long.MIN_VALUE) {
            return CompletableFuture.completedFuture(
                    new LabelledSet(List.of(), toMillis, toMillis, toMillis, Map.of(), LabelledSet.LeftOut.NONE));
        }
        long fromMillis = toMillis - rows.lastMillis();
        long holdoutFromMillis = toMillis - rows.holdoutMillis();
        Lefts.Wanted wanted = (atMillis, arrivalMillis) -> atMillis >= fromMillis && atMillis < toMillis;
        // Nothing arrives before it happens.
        return walk(source, cut, fromMillis, new Lefts(source, rows, wanted, holdoutFromMillis, ports.inputs(), read))
                .thenApply(lefts -> {
                    Map<String, Position> trainedUpTo = new HashMap<>(lefts.knownBefore());
                    cut.lanesOf(source.stream()).stream()
                            .filter(row -> row.maxArrivalMillis() < holdoutFromMillis)
                            .forEach(row -> trainedUpTo.put(row.lane().id(), row.last()));
                    return new Divided(rows, fromMillis, holdoutFromMillis, toMillis).of(lefts, trainedUpTo);
                });
    }

    /**
     * How the rows of a cut differ from those of an earlier one: both whole, however old, and sampled alike, with nothing held
     * out. A row has changed if its label has.
     *
     * @return in {@link LabelledRow#ORDER}; completes with {@link dev.tidemark.core.store.DamagedArchive} if the archive of the
     *     time that matters is not whole
     */
    public CompletableFuture<List<Changed>> since(Training training, Cut from, Cut to) {
        if (!from.model().equals(to.model()) || from.number() > to.number()) {
            throw new IllegalArgumentException("from cut " + from.number() + " of model " + from.model() + " to cut "
                    + to.number() + " of model " + to.model());
        }
        Training.Rows rows = training.rows();
        Catalog.Source source = catalogs.sourceOf(rows.view());
        return changedSince(rows, source.stream(), from, to)
                .thenCompose(since -> rows(rows, source, from, since)
                        .thenCombine(rows(rows, source, to, since), LabelledRows::difference));
    }

    private static List<Changed> difference(Map<Lefts.Key, LabelledRow> from, Map<Lefts.Key, LabelledRow> to) {
        List<Changed> changes = new ArrayList<>();
        to.forEach((key, row) -> {
            LabelledRow before = from.get(key);
            if (before == null) {
                changes.add(new Changed(Change.NEW, row));
            } else if (before.label().compareTo(row.label()) != 0) {
                changes.add(new Changed(Change.REVISED, row));
            }
        });
        from.forEach((key, row) -> {
            if (!to.containsKey(key)) {
                changes.add(new Changed(Change.REMOVED, row));
            }
        });
        changes.sort(Comparator.comparing(Changed::row, LabelledRow.ORDER));
        return changes;
    }

    /** The rows of a cut whose predictions arrived at a moment or later. */
    private CompletableFuture<Map<Lefts.Key, LabelledRow>> rows(
            Training.Rows rows, Catalog.Source source, Cut cut, long sinceMillis) {
        long toMillis = cut.asOfMillis(source.stream());
        Lefts.Wanted wanted = (atMillis, arrivalMillis) -> arrivalMillis >= sinceMillis && atMillis < toMillis;
        return walk(source, cut, sinceMillis, new Lefts(source, rows, wanted, Long.MIN_VALUE, ports.inputs(), read))
                .thenApply(lefts -> {
                    Map<Lefts.Key, LabelledRow> found = new HashMap<>();
                    lefts.forEach((key, left) -> {
                        BigDecimal label = label(rows, left);
                        if (label != null
                                && isMature(rows, key, label, toMillis)
                                && Sample.keeps(key.id(), rows.share(label))) {
                            found.put(key, row(key, left, label, Split.TRAIN, rows.share(label)));
                        }
                    });
                    return found;
                });
    }

    /**
     * From which arrival on predictions can have become other rows. A new record changes no label of a prediction that arrived
     * longer before than a half is kept; nor does a redriven one. Time alone makes a row of what the horizon held back.
     */
    private CompletableFuture<Long> changedSince(Training.Rows rows, String stream, Cut from, Cut to) {
        long wasMillis = from.asOfMillis(stream);
        if (wasMillis == Long.MIN_VALUE) {
            return CompletableFuture.completedFuture(Long.MIN_VALUE);
        }
        long keptMillis = rows.view().rememberedMillis();
        Map<String, LaneRow> before = LaneRow.byId(from.lanesOf(stream));
        long oldestMillis = from.madeMillis() - rows.view().streamRetentionMillis();
        long newMillis = to.lanesOf(stream).stream()
                .filter(row -> isAdvanced(before.get(row.lane().id()), row))
                .mapToLong(row -> arrivedBy(before.get(row.lane().id()), oldestMillis))
                .min()
                .orElse(Long.MAX_VALUE);
        AtomicLong sinceMillis = new AtomicLong(Math.min(
                wasMillis - rows.horizonMillis(), newMillis == Long.MAX_VALUE ? newMillis : newMillis - keptMillis));
        return ports.redrives()
                .each(from.lastRedrive() + 1, to.lastRedrive(), manifest -> {
                    manifest.entries().stream()
                            .filter(entry -> entry.lane().streamName().equals(stream))
                            .forEach(entry -> sinceMillis.accumulateAndGet(
                                    entry.record().arrivalMillis() - keptMillis, Math::min));
                    return CompletableFuture.completedFuture(null);
                })
                .thenApply(done -> sinceMillis.get());
    }

    private static boolean isAdvanced(@Nullable LaneRow before, LaneRow row) {
        return before == null || row.last().isAfter(before.last());
    }

    /** What a lane had not taken at a cut arrived after what it had, and was still in the stream. */
    private static long arrivedBy(@Nullable LaneRow before, long oldestMillis) {
        return before == null ? oldestMillis : Math.max(before.maxArrivalMillis(), oldestMillis);
    }

    /** @param sinceMillis from which arrival on the lefts must be exact */
    private CompletableFuture<Lefts> walk(Catalog.Source source, Cut cut, long sinceMillis, Lefts into) {
        View view = into.view();
        // What decides about a half may have arrived twice as long before as is remembered.
        Range range = sinceMillis == Long.MIN_VALUE
                ? Range.ALL
                : Range.arrived(sinceMillis - 2 * view.rememberedMillis(), Long.MAX_VALUE);
        return History.of(ports, source.stream(), List.of(view), cut)
                .thenCompose(history -> history.walk(range.parallel(lanesAtOnce, threads), into))
                .thenApply(walked -> into);
    }

    private static @Nullable BigDecimal label(Training.Rows rows, Left left) {
        return left.label() == null && rows.isAbsent() ? BigDecimal.ZERO : left.label();
    }

    /** Whether a label may count at a moment. That there is no yes is known only after the horizon. */
    private static boolean isMature(Training.Rows rows, Lefts.Key key, BigDecimal label, long millis) {
        boolean mustWait = rows.isMatured() || (rows.isAbsent() && label.signum() == 0);
        return !mustWait || key.atMillis() + rows.horizonMillis() <= millis;
    }

    private static LabelledRow row(Lefts.Key key, Left left, BigDecimal label, Split split, double share) {
        Lefts.Known known = left.labelKnown();
        return new LabelledRow(
                key.id(),
                key.atMillis(),
                label,
                known.millis(),
                known.laneId(),
                known.position(),
                left.prediction(),
                split,
                share);
    }

    /** Divides the lefts of a set's time. */
    private static final class Divided {

        private final Training.Rows rows;
        private final long fromMillis;
        private final long holdoutFromMillis;
        private final long toMillis;
        private final List<LabelledRow> found = new ArrayList<>();
        private long immature;
        private long unlabelled;
        private long straddling;
        private long sampled;

        Divided(Training.Rows rows, long fromMillis, long holdoutFromMillis, long toMillis) {
            this.rows = rows;
            this.fromMillis = fromMillis;
            this.holdoutFromMillis = holdoutFromMillis;
            this.toMillis = toMillis;
        }

        LabelledSet of(Lefts lefts, Map<String, Position> trainedUpTo) {
            lefts.forEach(this::add);
            found.sort(LabelledRow.ORDER);
            return new LabelledSet(
                    found,
                    fromMillis,
                    holdoutFromMillis,
                    toMillis,
                    trainedUpTo,
                    new LabelledSet.LeftOut(immature, unlabelled, straddling, sampled));
        }

        private void add(Lefts.Key key, Left left) {
            BigDecimal label = label(rows, left);
            if (label == null) {
                unlabelled += key.atMillis() + rows.horizonMillis() <= toMillis ? 1 : 0;
                immature += key.atMillis() + rows.horizonMillis() <= toMillis ? 0 : 1;
            } else if (!isMature(rows, key, label, toMillis)) {
                immature++;
            } else if (key.atMillis() >= holdoutFromMillis) {
                found.add(row(key, left, label, Split.HOLDOUT, 1));
            } else if (left.labelKnown().millis() >= holdoutFromMillis
                    || !isMature(rows, key, label, holdoutFromMillis)) {
                straddling++;
            } else if (Sample.keeps(key.id(), rows.share(label))) {
                found.add(row(key, left, label, Split.TRAIN, rows.share(label)));
            } else {
                sampled++;
            }
        }
    }
}

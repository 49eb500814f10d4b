package dev.tidemark.core.past;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.fold.LaneDecider;
import dev.tidemark.core.history.Checkpoints;
import dev.tidemark.core.history.Checkpoints.Fit;
import dev.tidemark.core.history.Decide;
import dev.tidemark.core.history.History;
import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.history.MemoryItems;
import dev.tidemark.core.history.Range;
import dev.tidemark.core.serve.Answer;
import dev.tidemark.core.serve.FeatureServer;
import dev.tidemark.core.serve.PastAnswer;
import dev.tidemark.core.serve.QueryPlan;
import dev.tidemark.core.serve.ViewProgress;
import dev.tidemark.core.store.CheckpointStore.Manifest;
import dev.tidemark.core.store.ItemStore;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.view.View;
import dev.tidemark.core.window.TileWidth;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Computes answers again from the archive, with exactly the events that their receipts name. May begin with a
 * checkpoint whose items hold only such events; these items are trusted.
 */
public final class ReceiptReplay {

    private final Catalogs catalogs;
    private final HistoryPorts ports;

    /**
     * A receipt's answer, computed from the archive.
     *
     * @param answer with the events that the receipt names: values, intervals and approximations must be the same
     * @param today with every event that is known now
     * @param made what both were computed from
     */
    public record Reproduced(Answer answer, Answer today, PastAnswer.Made made) {}

    public ReceiptReplay(Catalogs catalogs, HistoryPorts ports) {
        this.catalogs = catalogs;
        this.ports = ports;
    }

    /**
     * Computes a receipt's answer.
     *
     * @param view the version that the receipt names
     * @param checkpoints to choose from: the newest that fits is used; if none does, the archive is read from its
     *     beginning
     * @return completes with {@link dev.tidemark.core.store.DamagedArchive} or {@link
     *     dev.tidemark.core.store.DamagedCheckpoint} if what it needs is missing or changed
     * @throws IllegalArgumentException if the view does not have one of the values
     */
    public CompletableFuture<Reproduced> reproduce(View view, Receipt receipt, Checkpoints checkpoints) {
        if (!view.version().equals(receipt.viewVersion())) {
            throw new IllegalArgumentException(
                    "a receipt of view version " + receipt.viewVersion() + ", not of " + view.version());
        }
        QueryPlan plan = QueryPlan.of(view, receipt.names(), receipt.atMillis(), receipt.atMillis());
        Catalog.Source source = catalogs.sourceOf(view);
        return ports.control().readLanes().thenCompose(rows -> {
            Function<Manifest, Fit> fit = manifest -> fit(manifest, view, rows, receipt);
            return checkpoints
                    .newest(fit)
                    .thenCompose(newest -> base(view, receipt, checkpoints, fit, newest))
                    .thenCompose(base -> reproduce(plan, source, receipt, rows, base.orElse(null)));
        });
    }

    /** If a checkpoint's lanes have other activations, a restore has replaced its state. */
    private static Fit fit(Manifest manifest, View view, List<LaneRow> rows, Receipt receipt) {
        Fit fit = Checkpoints.asOf(manifest, view, receipt.atMillis());
        return fit == Fit.FITS && !isSameState(view, manifest, rows) ? Fit.TOO_OLD : fit;
    }

    private static boolean isSameState(View view, Manifest manifest, List<LaneRow> rows) {
        Map<String, LaneRow> now = LaneRow.byId(rows);
        return manifest.positions().lanes().stream().allMatch(then -> {
            LaneRow row = now.get(then.lane().id());
            Position activatedAfter = row == null ? null : row.views().get(view.version());
            return row != null
                    && (activatedAfter == null
                            || activatedAfter.equals(then.views().get(view.version())))
                    && (then.ancestors() == null || then.ancestors().equals(row.ancestors()));
        });
    }

    /**
     * The newest checkpoint whose items of the entity hold only events that the receipt names. One that serves the
     * answer's moment may hold others: some records had arrived by then but were folded later.
     */
    private static CompletableFuture<Optional<CheckpointBase>> base(
            View view,
            Receipt receipt,
            Checkpoints checkpoints,
            Function<Manifest, Fit> fit,
            Optional<Manifest> newest) {
        if (newest.isEmpty()) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        Manifest manifest = newest.get();
        return checkpoints
                .items(manifest, Map.of(view, List.of(receipt.entity())))
                .thenCompose(items -> {
                    CheckpointBase base = new CheckpointBase(manifest, items);
                    return base.items().stream().allMatch(item -> isNamed(receipt, item))
                            ? CompletableFuture.completedFuture(Optional.of(base))
                            : checkpoints
                                    .newestBefore(manifest.id(), fit)
                                    .thenCompose(older -> base(view, receipt, checkpoints, fit, older));
                });
    }

    /** Ids beyond the receipt's positions decide about its events as they did then (rule T3). */
    private static boolean isNamed(Receipt receipt, ItemStore.Found item) {
        Position limit = receipt.limitOf(item.key().sortKey(), item.key().lane());
        return item.key().isMemory() || !item.item().mark().isAfter(limit);
    }

    private CompletableFuture<Reproduced> reproduce(
            QueryPlan plan, Catalog.Source source, Receipt receipt, List<LaneRow> rows, @Nullable CheckpointBase base) {
        MemoryItems items = new MemoryItems(List.of(plan.view()), key -> receipt.limitOf(key.sortKey(), key.lane()));
        MemoryItems all = new MemoryItems(List.of(plan.view()));
        Decide decide = new Decide(
                source,
                List.of(plan.view()),
                LaneDecider.EntityFilter.only(receipt.entity()),
                Long.MAX_VALUE,
                (laneId, view, record, row, entity, bits, knownMillis) -> {
                    if (!receipt.untilAt() || row.eventTimeMillis() <= receipt.atMillis()) {
                        items.add(view, laneId, entity, row, bits);
                        all.add(view, laneId, entity, row, bits);
                    }
                });
        if (base != null) {
            base.items().forEach(item -> load(item, decide, items, all));
        }
        Range range = Range.ALL
                .after(base == null ? null : base.manifest())
                .until(Long.MAX_VALUE, Long.MAX_VALUE, untilArrivalMillis(plan.view(), receipt.atMillis()));
        return History.of(ports, source.stream(), List.of(plan.view()), rows)
                .thenCompose(history -> history.walk(range, decide))
                .thenCompose(walked -> answer(items, plan, receipt)
                        .thenCombine(
                                answer(all, plan, receipt),
                                (answer, today) -> new Reproduced(
                                        answer,
                                        today,
                                        new PastAnswer.Made(base == null ? null : base.id(), walked.records()))));
    }

    private static void load(ItemStore.Found item, Decide decide, MemoryItems items, MemoryItems all) {
        if (item.key().isMemory()) {
            decide.seed(item);
        } else {
            items.load(item.key(), item.item());
            all.load(item.key(), item.item());
        }
    }

    /** An event that counts arrived at most the retention after the end of the last tile that the answer reads. */
    private static long untilArrivalMillis(View view, long atMillis) {
        List<TileWidth> widths = view.ladder().widths();
        return widths.get(widths.size() - 1).isLifetime()
                ? Long.MAX_VALUE
                : view.ladder().headEndMillis(atMillis) + view.retentionMillis();
    }

    private static CompletableFuture<Answer> answer(MemoryItems items, QueryPlan plan, Receipt receipt) {
        return FeatureServer.answer(
                items, plan, new ViewProgress(List.of(), List.of()), receipt.entity(), receipt.atMillis());
    }
}

package dev.tidemark.core.past;

import dev.tidemark.core.async.Flight;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.event.EventRow;
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
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.view.View;
import dev.tidemark.core.window.TileWidth;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
     * @param made what both were computed from, with all other answers of the view's source
     */
    public record Reproduced(Answer answer, Answer today, PastAnswer.Made made) {}

    public ReceiptReplay(Catalogs catalogs, HistoryPorts ports) {
        this.catalogs = catalogs;
        this.ports = ports;
    }

    /**
     * An answer that is wanted again.
     *
     * @param view the version that the receipt names
     */
    public record Wanted(View view, Receipt receipt) {

        public Wanted {
            if (!view.version().equals(receipt.viewVersion())) {
                throw new IllegalArgumentException(
                        "a receipt of view version " + receipt.viewVersion() + ", not of " + view.version());
            }
        }
    }

    /** Computes a receipt's answer, as {@link #reproduce(List, Checkpoints)} does. */
    public CompletableFuture<Reproduced> reproduce(View view, Receipt receipt, Checkpoints checkpoints) {
        return reproduce(List.of(new Wanted(view, receipt)), checkpoints).thenApply(all -> all.get(0));
    }

    /**
     * Computes the answers of some receipts. What their views read of a source is read once for all of them.
     *
     * @param checkpoints to choose from: the newest that fits is used; if none does, the archive is read from its
     *     beginning
     * @return in the order of the receipts; completes with {@link dev.tidemark.core.store.DamagedArchive} or {@link
     *     dev.tidemark.core.store.DamagedCheckpoint} if what it needs is missing or changed
     * @throws IllegalArgumentException if a view does not have one of the values
     */
    public CompletableFuture<List<Reproduced>> reproduce(List<Wanted> wanted, Checkpoints checkpoints) {
        List<Copy> copies = new ArrayList<>();
        Map<Catalog.Source, List<Copy>> bySource = new LinkedHashMap<>();
        for (Wanted one : wanted) {
            Copy copy = new Copy(one);
            copies.add(copy);
            bySource.computeIfAbsent(catalogs.sourceOf(one.view()), source -> new ArrayList<>())
                    .add(copy);
        }
        return ports.control()
                .readLanes()
                .thenCompose(rows -> Flight.inOrder(List.copyOf(bySource.entrySet()), one -> {
                    Function<Manifest, Fit> fit = manifest -> fit(manifest, one.getValue(), rows);
                    return checkpoints
                            .newest(fit)
                            .thenCompose(newest -> base(one.getValue(), checkpoints, fit, newest))
                            .thenCompose(base -> walk(one.getKey(), one.getValue(), rows, base.orElse(null)));
                }))
                .thenCompose(done -> answers(copies));
    }

    /** What a receipt's answer is made of. */
    private static final class Copy {
        private final Wanted wanted;
        private final QueryPlan plan;
        private final MemoryItems items;
        private final MemoryItems all;
        private PastAnswer.Made made = new PastAnswer.Made(null, 0);

        Copy(Wanted wanted) {
            Receipt receipt = wanted.receipt();
            this.wanted = wanted;
            this.plan = QueryPlan.of(wanted.view(), receipt.names(), receipt.atMillis(), receipt.atMillis());
            this.items = new MemoryItems(List.of(wanted.view()), key -> receipt.limitOf(key.sortKey(), key.lane()));
            this.all = new MemoryItems(List.of(wanted.view()));
        }

        void add(String laneId, EventRow row, long bits) {
            Receipt receipt = wanted.receipt();
            if (!receipt.untilAt() || row.eventTimeMillis() <= receipt.atMillis()) {
                items.add(wanted.view(), laneId, receipt.entity(), row, bits);
                all.add(wanted.view(), laneId, receipt.entity(), row, bits);
            }
        }

        void load(ItemStore.Found item) {
            items.load(item.key(), item.item());
            all.load(item.key(), item.item());
        }

        CompletableFuture<Reproduced> answer() {
            return answer(items).thenCombine(answer(all), (answer, today) -> new Reproduced(answer, today, made));
        }

        private CompletableFuture<Answer> answer(MemoryItems from) {
            Receipt receipt = wanted.receipt();
            return FeatureServer.answer(
                    from, plan, new ViewProgress(List.of(), List.of()), receipt.entity(), receipt.atMillis());
        }
    }

    private static CompletableFuture<List<Reproduced>> answers(List<Copy> copies) {
        List<Reproduced> answers = new ArrayList<>();
        return Flight.inOrder(copies, copy -> copy.answer().thenAccept(answers::add))
                .thenApply(done -> answers);
    }

    /** One that is too new for any is too new. */
    private static Fit fit(Manifest manifest, List<Copy> copies, List<LaneRow> rows) {
        Set<Fit> fits = EnumSet.noneOf(Fit.class);
        copies.forEach(copy -> fits.add(fit(manifest, copy.wanted.view(), rows, copy.wanted.receipt())));
        return fits.contains(Fit.TOO_NEW) ? Fit.TOO_NEW : fits.contains(Fit.TOO_OLD) ? Fit.TOO_OLD : Fit.FITS;
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
     * The newest checkpoint whose items of the entities hold only events that the receipts name. One that serves the
     * answers' moments may hold others: some records had arrived by then but were folded later.
     */
    private static CompletableFuture<Optional<CheckpointBase>> base(
            List<Copy> copies, Checkpoints checkpoints, Function<Manifest, Fit> fit, Optional<Manifest> newest) {
        if (newest.isEmpty()) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        Manifest manifest = newest.get();
        return checkpoints.items(manifest, entities(copies)).thenCompose(items -> {
            CheckpointBase base = new CheckpointBase(manifest, items);
            Map<String, Map<String, List<Copy>>> index = index(copies);
            return base.items().stream().allMatch(item -> isNamed(index, item))
                    ? CompletableFuture.completedFuture(Optional.of(base))
                    : checkpoints
                            .newestBefore(manifest.id(), fit)
                            .thenCompose(older -> base(copies, checkpoints, fit, older));
        });
    }

    private static Map<View, Set<String>> entities(List<Copy> copies) {
        Map<View, Set<String>> entities = new LinkedHashMap<>();
        copies.forEach(copy -> entities.computeIfAbsent(copy.wanted.view(), view -> new LinkedHashSet<>())
                .add(copy.wanted.receipt().entity()));
        return entities;
    }

    /** By view version and entity. */
    private static Map<String, Map<String, List<Copy>>> index(List<Copy> copies) {
        Map<String, Map<String, List<Copy>>> index = new HashMap<>();
        copies.forEach(copy -> index.computeIfAbsent(copy.wanted.view().version(), version -> new HashMap<>())
                .computeIfAbsent(copy.wanted.receipt().entity(), entity -> new ArrayList<>())
                .add(copy));
        return index;
    }

    private static List<Copy> of(Map<String, Map<String, List<Copy>>> index, String version, String entity) {
        return index.getOrDefault(version, Map.of()).getOrDefault(entity, List.of());
    }

    /** Ids beyond the receipt's positions decide about its events as they did then (rule T3). */
    private static boolean isNamed(Map<String, Map<String, List<Copy>>> index, ItemStore.Found item) {
        ItemKey key = item.key();
        return key.isMemory()
                || of(index, key.viewVersion(), key.entity()).stream()
                        .map(copy -> copy.wanted.receipt().limitOf(key.sortKey(), key.lane()))
                        .noneMatch(limit -> item.item().mark().isAfter(limit));
    }

    private CompletableFuture<Void> walk(
            Catalog.Source source, List<Copy> copies, List<LaneRow> rows, @Nullable CheckpointBase base) {
        Map<String, Map<String, List<Copy>>> index = index(copies);
        List<View> views = List.copyOf(entities(copies).keySet());
        Decide decide = new Decide(
                source,
                views,
                wanted(copies, index),
                Long.MAX_VALUE,
                ports.inputs(),
                (laneId, view, record, row, entity, bits, known) ->
                        of(index, view.version(), entity).forEach(copy -> copy.add(laneId, row, bits)));
        if (base != null) {
            for (ItemStore.Found item : base.items()) {
                if (item.key().isMemory()) {
                    decide.seed(item);
                } else {
                    of(index, item.key().viewVersion(), item.key().entity()).forEach(copy -> copy.load(item));
                }
            }
        }
        long untilArrivalMillis = copies.stream()
                .mapToLong(copy -> untilArrivalMillis(
                        copy.wanted.view(), copy.wanted.receipt().atMillis()))
                .max()
                .orElseThrow();
        Range range = Range.ALL
                .after(base == null ? null : base.manifest())
                .until(Long.MAX_VALUE, Long.MAX_VALUE, untilArrivalMillis);
        return History.of(ports, source.stream(), views, rows)
                .thenCompose(history -> history.walk(range, decide))
                .thenAccept(walked -> {
                    PastAnswer.Made made = new PastAnswer.Made(base == null ? null : base.id(), walked.records());
                    copies.forEach(copy -> copy.made = made);
                });
    }

    private static LaneDecider.EntityFilter wanted(List<Copy> copies, Map<String, Map<String, List<Copy>>> index) {
        return copies.size() == 1
                ? LaneDecider.EntityFilter.only(copies.get(0).wanted.receipt().entity())
                : (view, entity) -> !of(index, view.version(), entity).isEmpty();
    }

    /** An event that counts arrived at most the retention after the end of the last tile that the answer reads. */
    private static long untilArrivalMillis(View view, long atMillis) {
        List<TileWidth> widths = view.ladder().widths();
        return widths.get(widths.size() - 1).isLifetime()
                ? Long.MAX_VALUE
                : view.ladder().headEndMillis(atMillis) + view.retentionMillis();
    }
}

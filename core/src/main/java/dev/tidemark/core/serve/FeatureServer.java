package dev.tidemark.core.serve;

import static java.util.Comparator.comparing;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.store.ItemStore;
import dev.tidemark.core.view.View;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Answers questions from the live state. Thread-safe. */
public final class FeatureServer {

    private static final long MILLIS_PER_SECOND = 1_000;

    private final Catalogs catalogs;
    private final ItemStore items;
    private final ProgressCache progress;
    private final WaitingCache waiting;

    /** For one catalog, without asking the stream. */
    public FeatureServer(Catalog catalog, ItemStore items, ProgressCache progress) {
        this(Catalogs.of(catalog), items, progress);
    }

    /** For a catalog that is being changed. */
    public FeatureServer(Catalogs catalogs, ItemStore items, ProgressCache progress) {
        this(catalogs, items, progress, WaitingCache.none());
    }

    /** @param catalogs the views of both can be queried */
    public FeatureServer(Catalogs catalogs, ItemStore items, ProgressCache progress, WaitingCache waiting) {
        this.catalogs = catalogs;
        this.items = items;
        this.progress = progress;
        this.waiting = waiting;
    }

    /**
     * The version that answers for a view's name: the active one, else one that is ready or backfilling, else the
     * current catalog's.
     *
     * @return empty if no catalog has a view of this name
     */
    public CompletableFuture<Optional<View>> viewNamed(String name, long nowMillis) {
        return progress.get(nowMillis)
                .thenApply(rows ->
                        catalogs.named(name).stream().min(comparing(view -> Served.of(rows.control(), view))));
    }

    /** A view's progress, at most as old as the progress cache allows, without asking what waits. */
    public CompletableFuture<ViewProgress> progressOf(View view, long nowMillis) {
        return progress.get(nowMillis).thenApply(rows -> ViewProgress.of(rows, view, catalogs.sourceOf(view).stream()));
    }

    /** A view's progress according to these rows, and what waits. */
    public CompletableFuture<ViewProgress> progressOf(View view, Progress rows, long nowMillis) {
        return asked(ViewProgress.of(rows, view, catalogs.sourceOf(view).stream()), nowMillis);
    }

    private CompletableFuture<ViewProgress> asked(ViewProgress folded, long nowMillis) {
        return waiting.behind(folded.lanes(), nowMillis).thenApply(folded::withWaiting);
    }

    /**
     * Answers the plan for some entities: a few read requests each, all in parallel, then pure computation. The lane
     * rows are read before the items, so the items contain everything up to the rows' positions; all answers share the
     * rows.
     *
     * @param entities canonical texts, see {@link dev.tidemark.core.tile.EntityKeys}; an unknown entity has empty
     *     windows
     * @param nowMillis expired items are ignored, whether or not they are deleted already
     * @return one answer per entity, in order; completes exceptionally with {@link StoreUnavailable} if a store cannot
     *     be read
     */
    public CompletableFuture<List<Answer>> answer(QueryPlan plan, List<String> entities, long nowMillis) {
        return progressOf(plan.view(), nowMillis).thenCompose(folded -> {
            CompletableFuture<ViewProgress> asked = asked(folded, nowMillis);
            return inOrder(entities.stream()
                    .map(entity ->
                            read(items, plan, folded, entity, nowMillis).thenCombine(asked, AnswerComputation::answer))
                    .toList());
        });
    }

    /**
     * Answers the plan for one entity from any items, with the progress that belongs to them.
     *
     * @param nowMillis as above
     */
    public static CompletableFuture<Answer> answer(
            ItemStore items, QueryPlan plan, ViewProgress progress, String entity, long nowMillis) {
        return read(items, plan, progress, entity, nowMillis).thenApply(computation -> computation.answer(progress));
    }

    /** @param progress read before the items */
    private static CompletableFuture<AnswerComputation> read(
            ItemStore items, QueryPlan plan, ViewProgress progress, String entity, long nowMillis) {
        AnswerComputation computation =
                new AnswerComputation(plan, progress, entity, Math.floorDiv(nowMillis, MILLIS_PER_SECOND));
        return readAll(items, plan, entity)
                .thenCompose(found -> {
                    computation.take(found);
                    // U4.
                    return computation.isTorn()
                            ? readAll(items, plan, entity).thenAccept(computation::takeBelowHeads)
                            : CompletableFuture.completedFuture(null);
                })
                .thenApply(read -> computation);
    }

    private static CompletableFuture<List<List<ItemStore.Found>>> readAll(
            ItemStore items, QueryPlan plan, String entity) {
        return StoreUnavailable.wrap(inOrder(plan.reads().stream()
                .map(ranges -> items.query(plan.view().version(), entity, ranges))
                .toList()));
    }

    private static <T> CompletableFuture<List<T>> inOrder(List<CompletableFuture<T>> futures) {
        return CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new))
                .thenApply(done -> futures.stream().map(CompletableFuture::join).toList());
    }
}

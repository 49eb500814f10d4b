package dev.tidemark.core.serve;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.port.ItemStore;
import dev.tidemark.core.view.View;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Answers questions from the live state. Thread-safe. */
public final class FeatureServer {

    private static final long MILLIS_PER_SECOND = 1_000;

    private final Catalog catalog;
    private final ItemStore items;
    private final ProgressCache progress;

    public FeatureServer(Catalog catalog, ItemStore items, ProgressCache progress) {
        this.catalog = catalog;
        this.items = items;
        this.progress = progress;
    }

    /** How far a view is folded, at most as old as the progress cache allows. */
    public CompletableFuture<ViewProgress> progressOf(View view, long nowMillis) {
        return progress.get(nowMillis).thenApply(rows -> progressOf(view, rows));
    }

    /** How far a view is folded, according to these rows. */
    public ViewProgress progressOf(View view, Progress rows) {
        return ViewProgress.of(rows, view, streamOf(view));
    }

    /**
     * Answers the plan for some entities: a few read requests each, all in parallel, then pure computation. The lane rows
     * are read before the items, so everything up to their positions is contained in what the items say; all answers
     * share them.
     *
     * @param entities canonical texts, see {@link dev.tidemark.core.tile.EntityKeys}; an entity never heard of has empty
     *     windows
     * @param nowMillis items that have expired by now are not looked at, whether or not they are deleted already
     * @return one answer per entity, in order; completes exceptionally with {@link StoreUnavailable} if a store cannot be
     *     read
     */
    public CompletableFuture<List<Answer>> answer(QueryPlan plan, List<String> entities, long nowMillis) {
        return progressOf(plan.view(), nowMillis)
                .thenCompose(progress -> inOrder(entities.stream()
                        .map(entity -> answer(items, plan, progress, entity, nowMillis))
                        .toList()));
    }

    /**
     * Answers the plan for one entity from any items, with the progress that belongs to them.
     *
     * @param nowMillis as above
     */
    public static CompletableFuture<Answer> answer(
            ItemStore items, QueryPlan plan, ViewProgress progress, String entity, long nowMillis) {
        long nowSeconds = Math.floorDiv(nowMillis, MILLIS_PER_SECOND);
        return StoreUnavailable.wrap(readAll(items, plan, entity))
                .thenApply(found -> new AnswerComputation(plan, progress, entity).answer(found, nowSeconds));
    }

    private static CompletableFuture<List<List<ItemStore.Found>>> readAll(
            ItemStore items, QueryPlan plan, String entity) {
        List<CompletableFuture<List<ItemStore.Found>>> reads = new ArrayList<>();
        for (BlockRange range : plan.reads()) {
            reads.add(items.query(
                    plan.view().version(), entity, range.width().code(), range.firstBlock(), range.lastBlock()));
        }
        return inOrder(reads);
    }

    private static <T> CompletableFuture<List<T>> inOrder(List<CompletableFuture<T>> futures) {
        return CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new))
                .thenApply(done -> futures.stream().map(CompletableFuture::join).toList());
    }

    private String streamOf(View view) {
        return catalog.sources().stream()
                .filter(source -> source.name().equals(view.source()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no source '" + view.source() + "' in the catalog"))
                .stream();
    }
}

package dev.tidemark.core.serve;

import dev.tidemark.core.aggregate.AggregateFunctions;
import dev.tidemark.core.aggregate.Computation;
import dev.tidemark.core.aggregate.Computation.Approximation;
import dev.tidemark.core.aggregate.FieldInput;
import dev.tidemark.core.store.ItemStore;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.tile.CorruptItem;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.ItemState;
import dev.tidemark.core.tile.StoredItem;
import dev.tidemark.core.tile.TileLayout;
import dev.tidemark.core.window.Cover;
import dev.tidemark.core.window.TileRange;
import dev.tidemark.core.window.TileWidth;
import dev.tidemark.core.window.Window;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Computes one answer from the items that the plan's reads found. Used once. */
final class AnswerComputation {

    /** DynamoDB's own overhead per item, with the short attribute names. */
    private static final long ITEM_OVERHEAD_BYTES = 100;

    /** A count of all events of the view, which views keep where a feature needs it. */
    private static final Computation COUNT =
            AggregateFunctions.find("count").orElseThrow().bind(FieldInput.NONE, Map.of());

    private static final TileLayout.Entry EVERY_EVENT =
            new TileLayout.Entry(COUNT.states().get(0), TileLayout.NO_FILTER);

    private final QueryPlan plan;
    private final ViewProgress progress;
    private final String entity;
    private final TileValues tiles;
    private final List<Answer.ItemMark> ahead = new ArrayList<>();
    private final Map<String, Position> positions = new HashMap<>();

    AnswerComputation(QueryPlan plan, ViewProgress progress, String entity) {
        this.plan = plan;
        this.progress = progress;
        this.entity = entity;
        this.tiles = new TileValues(plan.view().layout());
        progress.lanes().forEach(row -> positions.put(row.lane().id(), row.last()));
    }

    Answer answer(List<List<ItemStore.Found>> found, long nowSeconds) {
        List<Answer.Read> reads = new ArrayList<>();
        for (int i = 0; i < found.size(); i++) {
            reads.add(take(plan.reads().get(i), found.get(i), nowSeconds));
        }
        ahead.sort(Comparator.comparing(Answer.ItemMark::sortKey));
        TileValues.Moment moment = tiles.at(plan.atMillis(), plan.covers());
        Map<String, Approximation> approximations = new LinkedHashMap<>();
        Map<String, @Nullable Object> computed =
                moment.compute(plan.names(), plan.features(), plan.derived(), approximations);
        return new Answer(
                plan, progress, entity, computed, approximations, ahead, reads, tileCounts(), eventCounts(moment));
    }

    private Answer.Read take(BlockRange range, List<ItemStore.Found> found, long nowSeconds) {
        List<Answer.ItemMark> marks = new ArrayList<>();
        long bytes = 0;
        for (ItemStore.Found one : found) {
            bytes += storedBytes(one);
            if (!isExpired(one.item(), nowSeconds)) {
                Answer.ItemMark mark =
                        new Answer.ItemMark(one.key().sortKey(), one.item().mark());
                marks.add(mark);
                if (isAhead(one.key(), one.item())) {
                    ahead.add(mark);
                }
                addTiles(range.width(), one.key(), one.item());
            }
        }
        marks.sort(Comparator.comparing(Answer.ItemMark::sortKey));
        return new Answer.Read(range, marks, bytes);
    }

    private void addTiles(TileWidth width, ItemKey key, StoredItem item) {
        ItemState state = decode(width, key, item);
        for (int i = 0; i < state.tileCount(); i++) {
            tiles.add(width, state.tileIndex(i), state.tile(i));
        }
    }

    private ItemState decode(TileWidth width, ItemKey key, StoredItem item) {
        try {
            return ItemState.decode(plan.view().layout(), width, key.block(), key.shardId(), item.body());
        } catch (CorruptItem e) {
            throw new IllegalStateException(
                    "item " + key.sortKey() + " of view version " + key.viewVersion() + " at mark "
                            + item.mark().text() + ": " + e.getMessage(),
                    e);
        }
    }

    private boolean isAhead(ItemKey key, StoredItem item) {
        if (key.isBackfill() && progress.isComplete()) {
            return false;
        }
        Position position = positions.get(key.lane());
        return position == null || item.mark().isAfter(position);
    }

    private Map<Window, Long> eventCounts(TileValues.Moment moment) {
        Map<Window, Long> counts = new HashMap<>();
        int index = plan.view().layout().entries().indexOf(EVERY_EVENT);
        if (index >= 0) {
            for (Window window : plan.covers().keySet()) {
                Object count = COUNT.value(moment.states(window, List.of(index)));
                if (count instanceof Long events) {
                    counts.put(window, events);
                }
            }
        }
        return counts;
    }

    private Map<TileRange, Integer> tileCounts() {
        Map<TileRange, Integer> counts = new HashMap<>();
        for (Cover cover : plan.covers().values()) {
            cover.ranges().forEach(range -> counts.put(range, tiles.in(range).size()));
        }
        return counts;
    }

    private static boolean isExpired(StoredItem item, long nowSeconds) {
        return item.expiresAtSeconds() != 0 && item.expiresAtSeconds() < nowSeconds;
    }

    private static long storedBytes(ItemStore.Found found) {
        return ITEM_OVERHEAD_BYTES
                + found.key().partitionKey().length()
                + found.key().sortKey().length()
                + found.item().mark().text().length()
                + found.item().body().length;
    }
}

package dev.tidemark.core.serve;

import dev.tidemark.core.aggregate.Computation.Approximation;
import dev.tidemark.core.store.ItemStore;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.tile.BlockRange;
import dev.tidemark.core.tile.CorruptItem;
import dev.tidemark.core.tile.HeadRule;
import dev.tidemark.core.tile.HeadState;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.ItemState;
import dev.tidemark.core.tile.MergedTiles;
import dev.tidemark.core.tile.StoredItem;
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
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Computes one answer from the items that the plan's reads found. Used once. */
final class AnswerComputation {

    /** DynamoDB's own overhead per item, with the short attribute names. */
    private static final long ITEM_OVERHEAD_BYTES = 100;

    private final QueryPlan plan;
    private final ViewProgress progress;
    private final String entity;
    private final long nowSeconds;
    private final TileValues tiles;
    private final List<Answer.ItemMark> ahead = new ArrayList<>();
    private final Map<String, Position> positions = new HashMap<>();

    /** By request of the plan. */
    private List<List<ItemStore.Found>> found = List.of();

    /** By lane. */
    private final Map<String, Head> heads = new HashMap<>();

    private record Head(ItemStore.Found found, HeadState state) {}

    /** Of the items below heads: which hops are in them, see {@link ItemState#open}. */
    private final Map<ItemKey, Long> opens = new HashMap<>();

    /**
     * @param progress read before any item
     * @param nowSeconds what has expired by then is ignored
     */
    AnswerComputation(QueryPlan plan, ViewProgress progress, String entity, long nowSeconds) {
        this.plan = plan;
        this.progress = progress;
        this.entity = entity;
        this.nowSeconds = nowSeconds;
        this.tiles = new TileValues(plan.view().layout(), plan.atMillis(), plan.covers(), plan.features());
        progress.lanes().forEach(row -> positions.put(row.lane().id(), row.last()));
    }

    /** Takes what the plan's requests found. */
    void take(List<List<ItemStore.Found>> read) {
        found = read;
        HeadRule rule = plan.view().head();
        for (List<ItemStore.Found> items : read) {
            for (ItemStore.Found one : items) {
                if (rule != null && one.key().isHead() && !isExpired(one.item())) {
                    heads.put(one.key().lane(), new Head(one, head(rule, one.key(), one.item())));
                }
            }
        }
    }

    /**
     * U4: whether a head sent something below after the lane rows were read. Then items below may have been read before,
     * and must be read again.
     */
    boolean isTorn() {
        return heads.entrySet().stream()
                .anyMatch(head -> !isFinal(head.getKey())
                        && head.getValue()
                                .state()
                                .below()
                                .isAfter(positions.getOrDefault(head.getKey(), Position.ORIGIN)));
    }

    /** Takes what the plan's requests found when asked again. The heads stay as they were read first. */
    void takeBelowHeads(List<List<ItemStore.Found>> again) {
        List<List<ItemStore.Found>> both = new ArrayList<>();
        for (int i = 0; i < again.size(); i++) {
            both.add(Stream.concat(
                            found.get(i).stream().filter(one -> one.key().isHead()),
                            again.get(i).stream().filter(one -> !one.key().isHead()))
                    .toList());
        }
        found = both;
    }

    /** @param answered the progress for the answer, which may know more about what waits */
    Answer answer(ViewProgress answered) {
        List<Answer.Read> reads = new ArrayList<>();
        for (int i = 0; i < found.size(); i++) {
            reads.add(take(plan.reads().get(i), found.get(i)));
        }
        heads.values().forEach(this::addTiles);
        ahead.sort(Comparator.comparing(Answer.ItemMark::sortKey));
        Map<String, Approximation> approximations = new LinkedHashMap<>();
        Map<String, @Nullable Object> computed =
                tiles.compute(plan.names(), plan.features(), plan.derived(), approximations);
        return new Answer(plan, answered, entity, computed, approximations, ahead, reads, tileCounts(), eventCounts());
    }

    private Answer.Read take(List<BlockRange> ranges, List<ItemStore.Found> items) {
        List<Answer.ItemMark> marks = new ArrayList<>();
        long partitionKeyBytes =
                ItemKey.partitionKey(plan.view().version(), entity).length();
        long bytes = 0;
        for (ItemStore.Found one : items) {
            Answer.ItemMark mark =
                    new Answer.ItemMark(one.key().sortKey(), one.item().mark());
            bytes += partitionKeyBytes + storedBytes(mark, one.item());
            if (!isExpired(one.item())) {
                marks.add(mark);
                if (isAhead(one.key(), one.item())) {
                    ahead.add(mark);
                }
                if (!one.key().isHead()) {
                    addTiles(one.key(), one.item());
                }
            }
        }
        marks.sort(Comparator.comparing(Answer.ItemMark::sortKey));
        return new Answer.Read(ranges, marks, bytes);
    }

    private void addTiles(ItemKey key, StoredItem item) {
        for (TileWidth width : plan.view().ladder().widths()) {
            if (width.code().equals(key.width())) {
                addTiles(width, key, item);
            }
        }
    }

    private void addTiles(TileWidth width, ItemKey key, StoredItem item) {
        try {
            ItemState state = ItemState.decode(plan.view().layout(), width, key.block(), key.shardId(), item.body());
            opens.put(key, state.open());
            tiles.add(width, state::mergeInto);
        } catch (CorruptItem e) {
            throw corrupt(key, item, e);
        }
    }

    /** U4: a tile is what its item has, and those of the head's hops that are not before the item's {@code open}. */
    private void addTiles(Head head) {
        ItemKey key = head.found().key();
        try {
            for (TileWidth width : plan.view().ladder().widths()) {
                tiles.add(width, targets -> head.state().mergeInto(new HopTargets(width, key.lane(), targets)));
            }
        } catch (CorruptItem e) {
            throw corrupt(key, head.found().item(), e);
        }
    }

    /** Where the hop tiles of a head belong at one width. */
    private final class HopTargets implements MergedTiles.Targets {

        private final TileWidth hop = plan.view().ladder().hop();
        private final TileWidth width;
        private final String lane;
        private final MergedTiles.Targets targets;

        // The block of the last tile.
        private long firstTile;
        private long endTile;
        private long open = HeadState.NOT_OPEN;

        HopTargets(TileWidth width, String lane, MergedTiles.Targets targets) {
            this.width = width;
            this.lane = lane;
            this.targets = targets;
        }

        @Override
        public @Nullable MergedTiles of(long hopTile) {
            long tile = width.tileOf(hop.tileStartMillis(hopTile));
            if (tile < firstTile || tile >= endTile) {
                enter(width.blockOf(tile));
            }
            return hopTile >= open ? targets.of(tile) : null;
        }

        private void enter(long block) {
            firstTile = width.firstTileOf(block);
            endTile = firstTile + width.tilesPerBlock();
            ItemKey below = new ItemKey(plan.view().version(), entity, width.code(), block, lane);
            open = opens.getOrDefault(below, HeadState.NOT_OPEN);
        }
    }

    private HeadState head(HeadRule rule, ItemKey key, StoredItem item) {
        try {
            return HeadState.decode(plan.view().layout(), rule, key.shardId(), item.body());
        } catch (CorruptItem e) {
            throw corrupt(key, item, e);
        }
    }

    private static IllegalStateException corrupt(ItemKey key, StoredItem item, CorruptItem problem) {
        return new IllegalStateException(
                "item " + key.sortKey() + " of view version " + key.viewVersion() + " at mark "
                        + item.mark().text() + ": " + problem.getMessage(),
                problem);
    }

    /** Whether nothing writes into the lane's items any more: those of a complete backfill. */
    private boolean isFinal(String lane) {
        return Lane.isBackfill(lane) && progress.isComplete();
    }

    private boolean isAhead(ItemKey key, StoredItem item) {
        if (isFinal(key.lane())) {
            return false;
        }
        Position position = positions.get(key.lane());
        return position == null || item.mark().isAfter(position);
    }

    private Map<Window, Long> eventCounts() {
        Map<Window, Long> counts = new HashMap<>();
        for (Window window : plan.covers().keySet()) {
            if (tiles.eventCount(window) instanceof Long events) {
                counts.put(window, events);
            }
        }
        return counts;
    }

    private Map<TileRange, Integer> tileCounts() {
        Map<TileRange, Integer> counts = new HashMap<>();
        for (Cover cover : plan.covers().values()) {
            cover.ranges().forEach(range -> counts.put(range, tiles.tileCount(range)));
        }
        return counts;
    }

    private boolean isExpired(StoredItem item) {
        return item.expiresAtSeconds() != 0 && item.expiresAtSeconds() < nowSeconds;
    }

    private static long storedBytes(Answer.ItemMark mark, StoredItem item) {
        return ITEM_OVERHEAD_BYTES
                + mark.sortKey().length()
                + mark.mark().text().length()
                + item.body().length;
    }
}

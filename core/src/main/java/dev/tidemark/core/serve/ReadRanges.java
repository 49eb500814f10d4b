package dev.tidemark.core.serve;

import dev.tidemark.core.tile.BlockRange;
import dev.tidemark.core.window.Cover;
import dev.tidemark.core.window.Ladder;
import dev.tidemark.core.window.TileRange;
import dev.tidemark.core.window.TileWidth;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Turns the tiles that several windows need into few read requests.
 *
 * <p>A window reads fine tiles only at its two ends and coarse ones between, so at one width there may be a wide gap of
 * items that no window needs. Reading across a gap costs read units, another request costs a round trip in parallel:
 * small gaps are read across, wide ones split the request, and the number of requests is bounded whatever the windows.
 *
 * <p>In a state with heads, one request reads all that lies beside the head: the newest hops, lifetime and days before
 * it, the newest hours after it.
 */
final class ReadRanges {

    /** Per entity and question. A view has at most four widths, so one request per width always fits. */
    static final int MAX_REQUESTS = 6;

    /** About what fits into one read unit, the least cost of another request. */
    private static final int SMALL_GAP_TILES = 240;

    private static final int SMALL_GAP_BLOCKS = 4;

    private final Ladder ladder;
    private final boolean hasHeads;
    private final long nowMillis;
    private final Collection<Cover> covers;
    private final List<Blocks> blocks = new ArrayList<>();

    /** Blocks of one width. */
    private record Blocks(TileWidth width, long first, long last) {

        /** How many blocks are between; negative if the two overlap. */
        long gapTo(Blocks later) {
            return later.first - last - 1;
        }

        Blocks joined(Blocks later) {
            return new Blocks(width, first, Math.max(last, later.last));
        }

        BlockRange range() {
            return new BlockRange(width.code(), first, last);
        }
    }

    private ReadRanges(Ladder ladder, boolean hasHeads, Collection<Cover> covers, long nowMillis) {
        this.ladder = ladder;
        this.hasHeads = hasHeads;
        this.covers = covers;
        this.nowMillis = nowMillis;
    }

    /**
     * @param hasHeads whether the state has heads
     * @param nowMillis items are at most this new
     * @return the requests, each of ranges whose keys lie side by side
     */
    static List<List<BlockRange>> of(Ladder ladder, boolean hasHeads, Collection<Cover> covers, long nowMillis) {
        return new ReadRanges(ladder, hasHeads, covers, nowMillis).requests();
    }

    private List<List<BlockRange>> requests() {
        ladder.widths().forEach(width -> blocks.addAll(of(width)));
        while (blocks.size() > MAX_REQUESTS - (hasHeads ? 1 : 0)) {
            joinSmallestGap();
        }
        List<List<BlockRange>> requests = new ArrayList<>();
        if (hasHeads && !covers.isEmpty()) {
            requests.add(besideHead());
        }
        blocks.forEach(left -> requests.add(List.of(left.range())));
        return requests;
    }

    /** The ranges of one width, joined across small gaps. */
    private List<Blocks> of(TileWidth width) {
        List<Blocks> sorted = new ArrayList<>();
        for (Cover cover : covers) {
            for (TileRange tiles : cover.ranges()) {
                // No event is before the epoch: the fold refuses such event times as far too late.
                if (tiles.width().equals(width) && tiles.lastBlock() >= 0) {
                    sorted.add(new Blocks(width, Math.max(0, tiles.firstBlock()), tiles.lastBlock()));
                }
            }
        }
        sorted.sort(Comparator.comparingLong(Blocks::first));
        List<Blocks> joined = new ArrayList<>();
        for (Blocks next : sorted) {
            int last = joined.size() - 1;
            if (last >= 0 && isSmall(joined.get(last).gapTo(next), width)) {
                joined.set(last, joined.get(last).joined(next));
            } else {
                joined.add(next);
            }
        }
        return joined;
    }

    private static boolean isSmall(long gapBlocks, TileWidth width) {
        return gapBlocks <= Math.min(SMALL_GAP_BLOCKS, SMALL_GAP_TILES / width.tilesPerBlock());
    }

    private void joinSmallestGap() {
        int smallest = -1;
        for (int i = 0; i + 1 < blocks.size(); i++) {
            boolean sameWidth = blocks.get(i).width().equals(blocks.get(i + 1).width());
            if (sameWidth && (smallest < 0 || gapAfter(i) < gapAfter(smallest))) {
                smallest = i;
            }
        }
        if (smallest < 0) {
            throw new IllegalStateException("a ladder of more than " + MAX_REQUESTS + " widths: " + blocks);
        }
        blocks.set(smallest, blocks.get(smallest).joined(blocks.remove(smallest + 1)));
    }

    private long gapAfter(int index) {
        return blocks.get(index).gapTo(blocks.get(index + 1));
    }

    /** Takes what lies beside the head out of {@link #blocks}. */
    private List<BlockRange> besideHead() {
        List<BlockRange> ranges = new ArrayList<>();
        List<TileWidth> coarse = ladder.widths().subList(1, ladder.widths().size());
        List<TileWidth> before = coarse.stream()
                .filter(width -> !TileWidth.isNewestFirst(width.code()))
                .sorted(Comparator.comparing(TileWidth::code))
                .toList();
        boolean allBefore = before.stream()
                .allMatch(width -> blocks.stream().anyMatch(one -> one.width().equals(width)));
        Blocks hops = allBefore ? newest(ladder.hop()) : null;
        if (hops != null) {
            ranges.add(hops.range());
        }
        for (TileWidth width : before) {
            // Without the ranges in between, only the last width lies beside the head.
            if (allBefore || width.equals(before.get(before.size() - 1))) {
                blocks.stream().filter(one -> one.width().equals(width)).forEach(one -> ranges.add(one.range()));
                blocks.removeIf(one -> one.width().equals(width));
            }
        }
        ranges.add(BlockRange.HEADS);
        for (TileWidth width : coarse) {
            Blocks newest = TileWidth.isNewestFirst(width.code()) ? newest(width) : null;
            if (newest != null) {
                ranges.add(newest.range());
            }
        }
        return ranges;
    }

    /** Takes the newest blocks of a width, if there are no more than a few of the width after them. */
    private @Nullable Blocks newest(TileWidth width) {
        Blocks found = null;
        for (Blocks one : blocks) {
            if (one.width().equals(width) && isSmall(width.blockOf(width.tileOf(nowMillis)) - one.last(), width)) {
                found = one;
            }
        }
        blocks.remove(found);
        return found;
    }
}

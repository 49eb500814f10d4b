package dev.tidemark.core.serve;

import dev.tidemark.core.window.Cover;
import dev.tidemark.core.window.TileRange;
import dev.tidemark.core.window.TileWidth;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Turns the tiles that several windows need into few read requests.
 *
 * <p>A window reads fine tiles only at its two ends and coarse ones between, so at one width there may be a wide gap of
 * items that no window needs. Reading across a gap costs read units, another request costs a round trip in parallel:
 * small gaps are read across, wide ones split the request, and the number of requests is bounded whatever the windows.
 */
final class ReadRanges {

    /** Per entity and question. A view has at most four widths, so one request per width always fits. */
    static final int MAX_REQUESTS = 6;

    /** About what fits into one read unit, the least cost of another request. */
    private static final long SMALL_GAP_BLOCKS = 4;

    private ReadRanges() {}

    static List<BlockRange> of(Collection<Cover> covers) {
        List<BlockRange> ranges = new ArrayList<>();
        byWidth(covers).values().forEach(blocks -> ranges.addAll(joinedUpTo(SMALL_GAP_BLOCKS, blocks)));
        while (ranges.size() > MAX_REQUESTS) {
            joinSmallestGap(ranges);
        }
        return ranges;
    }

    private static Map<TileWidth, List<BlockRange>> byWidth(Collection<Cover> covers) {
        Map<TileWidth, List<BlockRange>> byWidth = new LinkedHashMap<>();
        for (Cover cover : covers) {
            for (TileRange tiles : cover.ranges()) {
                // No event is before the epoch: the fold refuses such event times as far too late.
                long last = tiles.lastBlock();
                if (last >= 0) {
                    byWidth.computeIfAbsent(tiles.width(), width -> new ArrayList<>())
                            .add(new BlockRange(tiles.width(), Math.max(0, tiles.firstBlock()), last));
                }
            }
        }
        return byWidth;
    }

    private static List<BlockRange> joinedUpTo(long gapBlocks, List<BlockRange> ofOneWidth) {
        List<BlockRange> sorted = new ArrayList<>(ofOneWidth);
        sorted.sort(Comparator.comparingLong(BlockRange::firstBlock));
        List<BlockRange> joined = new ArrayList<>();
        for (BlockRange next : sorted) {
            int last = joined.size() - 1;
            if (last >= 0 && gap(joined.get(last), next) <= gapBlocks) {
                joined.set(last, join(joined.get(last), next));
            } else {
                joined.add(next);
            }
        }
        return joined;
    }

    private static void joinSmallestGap(List<BlockRange> ranges) {
        int smallest = -1;
        for (int i = 0; i + 1 < ranges.size(); i++) {
            boolean sameWidth = ranges.get(i).width().equals(ranges.get(i + 1).width());
            if (sameWidth && (smallest < 0 || gapAfter(ranges, i) < gapAfter(ranges, smallest))) {
                smallest = i;
            }
        }
        if (smallest < 0) {
            throw new IllegalStateException("a ladder of more than " + MAX_REQUESTS + " widths: " + ranges);
        }
        ranges.set(smallest, join(ranges.get(smallest), ranges.remove(smallest + 1)));
    }

    private static long gapAfter(List<BlockRange> ranges, int index) {
        return gap(ranges.get(index), ranges.get(index + 1));
    }

    /** How many blocks are between; negative if the two overlap. */
    private static long gap(BlockRange earlier, BlockRange later) {
        return later.firstBlock() - earlier.lastBlock() - 1;
    }

    private static BlockRange join(BlockRange earlier, BlockRange later) {
        return new BlockRange(earlier.width(), earlier.firstBlock(), Math.max(earlier.lastBlock(), later.lastBlock()));
    }
}

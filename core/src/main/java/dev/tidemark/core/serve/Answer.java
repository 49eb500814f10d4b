package dev.tidemark.core.serve;

import dev.tidemark.core.aggregate.Computation.Approximation;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.tile.BlockRange;
import dev.tidemark.core.window.TileRange;
import dev.tidemark.core.window.Window;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The values of one entity, and what they were computed from.
 *
 * @param plan the question
 * @param progress the view's progress before the items were read; everything up to there is contained
 * @param entity the entity's canonical text
 * @param values by name, the plan's names in order; see {@link dev.tidemark.core.aggregate.Computation#value}
 * @param approximations of the values that may be inexact, by name
 * @param ahead the items that also contain events after their lane's position in {@code progress}, or whose lane has no
 *     position there because it is a redrive's or an unfinished backfill's, with their marks, in key order; together
 *     with the positions they say exactly which events are contained. A finished backfill's items are not listed: they
 *     hold the records up to the lanes' activations
 * @param reads the plan's reads with what each found
 * @param tiles how many tiles of each of the covers' ranges were not empty
 * @param events how many events each window counted; empty if the view keeps no count of all its events
 */
public record Answer(
        QueryPlan plan,
        ViewProgress progress,
        String entity,
        Map<String, @Nullable Object> values,
        Map<String, Approximation> approximations,
        List<ItemMark> ahead,
        List<Read> reads,
        Map<TileRange, Integer> tiles,
        Map<Window, Long> events) {

    /**
     * An item and its mark.
     *
     * @param sortKey width, block and lane; see {@link dev.tidemark.core.tile.ItemKey#sortKey}
     */
    public record ItemMark(String sortKey, Position mark) {}

    /**
     * One read request and what it found.
     *
     * @param ranges see {@link QueryPlan#reads}
     * @param items every item, in key order
     * @param bytes stored size of the items, estimated from their keys and bodies
     */
    public record Read(List<BlockRange> ranges, List<ItemMark> items, long bytes) {

        private static final long UNIT_BYTES = 4_096;

        public Read {
            ranges = List.copyOf(ranges);
            items = List.copyOf(items);
        }

        /** Strongly consistent DynamoDB read units; at least one. */
        public long units() {
            return Math.max(1, (bytes + UNIT_BYTES - 1) / UNIT_BYTES);
        }
    }

    public Answer {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
        approximations = Collections.unmodifiableMap(new LinkedHashMap<>(approximations));
        ahead = List.copyOf(ahead);
        reads = List.copyOf(reads);
        tiles = Map.copyOf(tiles);
        events = Map.copyOf(events);
    }
}

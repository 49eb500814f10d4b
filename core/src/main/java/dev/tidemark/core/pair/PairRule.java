package dev.tidemark.core.pair;

import dev.tidemark.core.expression.EventFilter;
import dev.tidemark.core.tile.ItemSize;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which events of a source are a view's pairs, and what of them the view reads. A pair is read as an event of its own, with
 * the fields {@code left.…}, {@code right.…} and {@code delay}, which have slots of their own.
 *
 * @param name as in the catalog
 * @param left an event that is wanted as both is a left
 * @param terms which halves belong together
 * @param slots how many slots a pair has
 * @param delaySlot where the seconds from the left's event time to the right's stand; negative if nobody reads them
 */
public record PairRule(String name, Side left, Side right, Halves.Terms terms, int slots, int delaySlot) {

    /**
     * One side of a pair.
     *
     * @param where which of the source's events are wanted; null for all
     * @param key the fields of the source that both sides have in common, in order
     * @param kept the fields that the view reads
     * @param entity those of them that are parts of the entity, as slots of the pair
     * @param ownsWhere whether the view's {@code where} reads this side alone
     * @param ownFilters the features' filters that read this side alone, as bits
     */
    public record Side(
            @Nullable EventFilter where,
            List<Named> key,
            List<Kept> kept,
            List<Named> entity,
            boolean ownsWhere,
            long ownFilters) {

        public Side {
            key = List.copyOf(key);
            kept = List.copyOf(kept);
            entity = List.copyOf(entity);
        }

        /** Whether a slot of the pair is of this side. */
        public boolean has(int slot) {
            return kept.stream().anyMatch(field -> field.to() == slot);
        }
    }

    /** A slot with the path that it is for, for messages. */
    public record Named(String name, int slot) {}

    /**
     * A field that is remembered.
     *
     * @param path in the catalog, such as {@code left.score}
     * @param from its slot in the source's events
     * @param to its slot in the pair
     * @param maxBytes a longer text makes the half bad
     */
    public record Kept(String path, int from, int to, int maxBytes) {}

    /** The largest halves item. */
    public ItemSize largestItem() {
        int fields = Math.max(HalfFields.maxBytes(left.kept()), HalfFields.maxBytes(right.kept()));
        return ItemSize.ofHalves(Halves.maxHeadBytes(terms), terms.maxHalves(), Halves.maxHalfBytes(terms, fields));
    }

    public Side side(boolean isLeft) {
        return isLeft ? left : right;
    }
}

package dev.tidemark.core.fold;

import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.pair.Halves;
import dev.tidemark.core.pair.Halves.Half;
import dev.tidemark.core.pair.Halves.Told;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.StoredItem;
import dev.tidemark.core.view.Expiry;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Puts the halves of one key in one batch into the key's halves item, which decides what pairs they make (rule J1). A decision
 * may come from a stale item, so it counts only once the item is confirmed; then {@link #confirm} publishes it, and the tiles
 * may be written.
 */
final class HalvesChange implements ItemChange {

    private final KeyWork work;
    private final ViewWork view;
    private final PairWork pairs;
    private final List<Halves> ancestors;
    private final Halves.Terms terms;
    private final long nowMillis;

    /** By place; null if the delivery is too old to be decided. */
    private final @Nullable Told[] told;

    /** The first half that this batch cannot decide yet. */
    private int undecided;

    /**
     * @param ancestors what the lane's ancestors remember of the key, if the item begins with it (rule J2)
     * @param nowMillis the wall clock, for {@link #isExpired} only
     */
    HalvesChange(
            KeyWork work, ViewWork view, PairWork pairs, Halves.Terms terms, List<Halves> ancestors, long nowMillis) {
        this.work = work;
        this.view = view;
        this.pairs = pairs;
        this.ancestors = ancestors;
        this.terms = terms;
        this.nowMillis = nowMillis;
        this.told = new Told[work.rows.size()];
    }

    @Override
    public ItemKey key() {
        return work.item;
    }

    @Override
    public @Nullable StoredItem next(@Nullable StoredItem base) {
        Halves halves = base == null ? Halves.adopt(ancestors, terms) : Halves.decode(base.body());
        Position mark = base == null ? Position.ORIGIN : base.mark();
        Position folded = null;
        undecided = work.rows.size();
        for (int i = 0; i < work.rows.size(); i++) {
            EventRow row = view.rows().row(work.rows.get(i));
            Half half = pairs.half(work.rows.get(i));
            if (isExpired(row)) {
                told[i] = null;
            } else if (!row.position().isAfter(mark)) {
                told[i] = halves.told(half.owner());
            } else {
                Told what = halves.fold(half, terms);
                if (what == null) {
                    undecided = i;
                    break;
                }
                told[i] = what;
                folded = row.position();
            }
        }
        return folded == null
                ? null
                : new StoredItem(folded, halves.encode(terms), expiresAtSeconds(halves.maxArrivalMillis()));
    }

    /**
     * Publishes the decisions, after the item was confirmed.
     *
     * @return the first record that could not be decided, because a half would be forgotten that a record needs which is not
     *     done yet; empty if all were
     */
    OptionalInt confirm(FoldCounts counts) {
        for (int i = 0; i < undecided; i++) {
            Told what = told[i];
            if (what == null) {
                view.markExpired(work.rows.get(i));
                counts.expired.increment();
            } else {
                pairs.tell(work.rows.get(i), what);
            }
        }
        return undecided == work.rows.size() ? OptionalInt.empty() : OptionalInt.of(work.rows.get(undecided));
    }

    /** As T3's ids: the stream does not deliver records that old, so this delivery was overtaken long ago. */
    private boolean isExpired(EventRow row) {
        return expiresAtSeconds(row.arrivalMillis()) * 1000 < nowMillis + EXPIRY_MARGIN_MILLIS;
    }

    /** Lanes that are not live fold records of any age, but always the whole lane from the first one on. */
    private long expiresAtSeconds(long arrivalMillis) {
        long usefulMillis = key().isLive() ? arrivalMillis : Math.max(arrivalMillis, nowMillis);
        return Expiry.ofMemorySeconds(view.view(), usefulMillis);
    }
}

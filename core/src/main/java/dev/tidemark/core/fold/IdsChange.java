package dev.tidemark.core.fold;

import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.SeenIds;
import dev.tidemark.core.tile.StoredItem;
import dev.tidemark.core.view.Expiry;
import dev.tidemark.core.view.View;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Puts the ids of one entity's events in one batch into the entity's ids item, which decides which of them are
 * duplicates (rule T3). A decision may come from a stale item, so it counts only once the item is confirmed; then
 * {@link #confirm} publishes it, and the tiles may be written.
 */
final class IdsChange implements ItemChange {

    private enum Fate {
        COUNTED,
        DUPLICATE,
        EXPIRED
    }

    private final EntityWork work;
    private final ViewWork view;
    private final BatchRows rows;
    private final List<SeenIds> ancestors;
    private final SeenIds.Rule rule;
    private final long nowMillis;
    private final Fate[] fates;

    /** The first event that this batch cannot decide yet. */
    private int undecided;

    /**
     * @param ancestors what the lane's ancestors remember of the entity
     * @param nowMillis the wall clock, for {@link #isExpired} only
     */
    IdsChange(EntityWork work, ViewWork view, List<SeenIds> ancestors, long nowMillis) {
        this.work = work;
        this.view = view;
        this.rows = view.rows();
        this.ancestors = ancestors;
        this.rule = duplicates(view).rule();
        this.nowMillis = nowMillis;
        this.fates = new Fate[work.idRows.size()];
    }

    @Override
    public ItemKey key() {
        return work.idsKey();
    }

    @Override
    public @Nullable StoredItem next(@Nullable StoredItem base) {
        SeenIds ids = base == null ? new SeenIds() : SeenIds.decode(base.body());
        Position mark = base == null ? Position.ORIGIN : base.mark();
        Position folded = null;
        undecided = work.idRows.size();
        for (int i = 0; i < work.idRows.size(); i++) {
            int index = work.idRows.get(i);
            EventRow row = rows.row(index);
            if (isExpired(row)) {
                fates[i] = Fate.EXPIRED;
            } else if (!row.position().isAfter(mark)) {
                fates[i] = owns(ids, index, row) ? Fate.COUNTED : Fate.DUPLICATE;
            } else {
                SeenIds.Decision decision = fold(ids, index, row);
                if (decision == SeenIds.Decision.UNDECIDED) {
                    undecided = i;
                    break;
                }
                fates[i] = decision == SeenIds.Decision.COUNTED ? Fate.COUNTED : Fate.DUPLICATE;
                folded = row.position();
            }
        }
        return folded == null ? null : new StoredItem(folded, ids.encode(), expiresAtSeconds(ids.maxArrivalMillis()));
    }

    /**
     * Publishes the decisions, after the item was confirmed.
     *
     * @return the first row that could not be decided, because an id would be forgotten whose event is not done yet;
     *     empty if all were
     */
    OptionalInt confirm(FoldCounts counts) {
        for (int i = 0; i < undecided; i++) {
            if (fates[i] == Fate.DUPLICATE) {
                view.markDuplicate(work.idRows.get(i));
            } else if (fates[i] == Fate.EXPIRED) {
                view.markExpired(work.idRows.get(i));
                counts.expired.increment();
            }
        }
        if (undecided == work.idRows.size()) {
            return OptionalInt.empty();
        }
        work.limit(work.idRows.get(undecided));
        return OptionalInt.of(work.limit());
    }

    /**
     * The item held the decision when the event was first folded. If the id is gone, the event was a duplicate or is
     * done: no id is forgotten before.
     */
    private boolean owns(SeenIds ids, int index, EventRow row) {
        return ids.owns(view.idHigh(index), view.idLow(index), SeenIds.owner(row.position()), row.arrivalMillis());
    }

    private SeenIds.Decision fold(SeenIds ids, int index, EventRow row) {
        long high = view.idHigh(index);
        long low = view.idLow(index);
        boolean known = false;
        for (SeenIds ancestor : ancestors) {
            known |= ancestor.contains(high, low, row.arrivalMillis(), rule.horizonMillis());
        }
        return ids.fold(high, low, SeenIds.owner(row.position()), row.arrivalMillis(), rule, known);
    }

    /**
     * F10 for ids: the stream does not deliver records that old, so this delivery was overtaken long ago. The item that
     * decided about it may be deleted, and a new one would count a duplicate.
     */
    private boolean isExpired(EventRow row) {
        return expiresAtSeconds(row.arrivalMillis()) * 1000 < nowMillis + EXPIRY_MARGIN_MILLIS;
    }

    /**
     * A redrive or an import folds records of any age, but always its whole lane from the first one on: nothing expires
     * there, and if the item was deleted, a new one decides the same.
     */
    private long expiresAtSeconds(long arrivalMillis) {
        long usefulMillis = key().isOfStream() ? arrivalMillis : Math.max(arrivalMillis, nowMillis);
        return Expiry.ofMemorySeconds(view.view(), usefulMillis);
    }

    static View.Duplicates duplicates(ViewWork view) {
        return Objects.requireNonNull(view.view().duplicates());
    }
}

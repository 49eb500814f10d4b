package dev.tidemark.core.fold;

import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.expression.EventFilter;
import dev.tidemark.core.pair.HalfFields;
import dev.tidemark.core.pair.Halves;
import dev.tidemark.core.pair.PairRule;
import dev.tidemark.core.tile.EntityKeys;
import dev.tidemark.core.tile.TileLayout;
import dev.tidemark.core.view.View;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes events of a view's pairs. */
final class PairedEvents {

    /** A duration in milliseconds is one in seconds with so many decimals. */
    private static final int MILLIS_SCALE = 3;

    private final View view;
    private final PairRule rule;
    private final int[] keySlots;
    private final List<String> keyNames;
    private final boolean everyStateIsFiltered;

    /**
     * A pair as an event of its entity.
     *
     * @param row as if the record that made it were the pair
     */
    record Paired(String entity, EventRow row, long filterBits) {}

    PairedEvents(View view, PairRule rule) {
        this.view = view;
        this.rule = rule;
        this.keySlots = view.entity().stream().mapToInt(View.KeyField::slot).toArray();
        this.keyNames = view.entity().stream().map(View.KeyField::name).toList();
        this.everyStateIsFiltered =
                view.layout().entries().stream().allMatch(entry -> entry.filter() != TileLayout.NO_FILTER);
    }

    /**
     * @param record the half at which the pair counts, or counts no more
     * @return null if there is no pair, the view does not want it, or it changes nothing
     */
    @Nullable
    Paired of(Halves.@Nullable Pair pair, boolean isTakenBack, EventRow record) {
        if (pair == null) {
            return null;
        }
        EventRow row = new EventRow(rule.slots());
        HalfFields.decode(pair.left(), rule.left().kept(), row);
        HalfFields.decode(pair.right(), rule.right().kept(), row);
        if (rule.delaySlot() >= 0) {
            row.setNumber(rule.delaySlot(), pair.rightMillis() - pair.leftMillis(), MILLIS_SCALE);
        }
        row.setRecord(record.position(), record.shardId(), record.arrivalMillis());
        row.setEventTimeMillis(pair.leftMillis());
        row.setTakenBack(isTakenBack);
        if (view.where() != null && !holds(view.where(), row)) {
            return null;
        }
        long filterBits = 0;
        for (int i = 0; i < view.filters().size(); i++) {
            filterBits |= holds(view.filters().get(i), row) ? 1L << i : 0;
        }
        return filterBits == 0 && everyStateIsFiltered
                ? null
                : new Paired(EntityKeys.of(row, keySlots, keyNames), row, filterBits);
    }

    /** Of both sides together, what cannot be decided does not hold: each half was good. */
    private static boolean holds(EventFilter condition, EventRow pair) {
        try {
            return condition.test(pair);
        } catch (InvalidEvent undecided) {
            return false;
        }
    }
}

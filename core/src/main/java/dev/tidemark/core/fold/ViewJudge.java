package dev.tidemark.core.fold;

import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.tile.EntityKeys;
import dev.tidemark.core.tile.TileLayout;
import dev.tidemark.core.view.View;
import java.util.List;

/**
 * What one view makes of a record by itself: everything but whether it is a duplicate. The fold and every replay ask
 * here. Holds the answer about the record judged last; not thread-safe.
 */
final class ViewJudge {

    private final View view;
    private final int[] keySlots;
    private final List<String> keyNames;

    /** Then an event that passes none of the features' filters changes no item, and costs no write. */
    private final boolean everyStateIsFiltered;

    private String entity = "";
    private long filterBits;

    ViewJudge(View view) {
        this.view = view;
        this.keySlots = view.entity().stream().mapToInt(View.KeyField::slot).toArray();
        this.keyNames = view.entity().stream().map(View.KeyField::name).toList();
        this.everyStateIsFiltered =
                view.layout().entries().stream().allMatch(entry -> entry.filter() != TileLayout.NO_FILTER);
    }

    /**
     * Decides whether the view takes the record, and if so, for which entity.
     *
     * @throws InvalidEvent if the view wants the event but cannot fold it
     */
    Admission.Verdict judge(BatchRows rows, int index) {
        InvalidEvent unreadable = rows.invalid(index);
        if (unreadable != null) {
            throw unreadable;
        }
        EventRow row = rows.row(index);
        Admission.Verdict verdict = Admission.judge(view, row, rows.statedTimeMillis(index));
        if (verdict == Admission.Verdict.IN) {
            entity = entityOf(row);
        }
        return verdict;
    }

    /**
     * Which entity an event is about, whatever the view makes of it.
     *
     * @throws InvalidEvent if it names none
     */
    String entityOf(EventRow row) {
        return EntityKeys.of(row, keySlots, keyNames);
    }

    /**
     * The rest, for an event that the view takes.
     *
     * @throws InvalidEvent if the view cannot fold it
     */
    void check(EventRow row) {
        filterBits = Admission.filterBits(view, row);
        Admission.checkInputs(view, row, filterBits);
        Admission.checkEventId(view, row);
    }

    /** After {@link #judge} said that the view takes the event. */
    String entity() {
        return entity;
    }

    /** After {@link #check}. */
    long filterBits() {
        return filterBits;
    }

    /** After {@link #check}: the event passes no filter of a feature, so that there is nothing to write. */
    boolean changesNothing() {
        return filterBits == 0 && everyStateIsFiltered;
    }
}

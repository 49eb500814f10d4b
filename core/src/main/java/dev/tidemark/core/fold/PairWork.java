package dev.tidemark.core.fold;

import dev.tidemark.core.control.PairCounts;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.pair.Halves;
import dev.tidemark.core.pair.Halves.Half;
import dev.tidemark.core.pair.Halves.Told;
import dev.tidemark.core.pair.PairRule;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.view.View;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The work of a view of pairs on one batch (rule J1): first the halves of each key; and once these are confirmed, the pairs
 * that they make and break, up to the first record that is not decided.
 */
final class PairWork implements FoldedEvents {

    private final View view;
    private final String laneId;
    private final PairedEvents pairs;
    private final Map<String, KeyWork> byKey = new LinkedHashMap<>();

    /** By record; null if it is no half. */
    private final @Nullable Half[] halves;

    private final @Nullable Told[] told;
    private final Map<String, EntityWork> byEntity = new HashMap<>();
    private final List<PairedEvents.Paired> events = new ArrayList<>();
    private final List<ItemWork> items = new ArrayList<>();

    /** By event, the record that it comes from. */
    private final RowList records = new RowList();

    private int limit;

    PairWork(View view, PairRule rule, String laneId, int records) {
        this.view = view;
        this.laneId = laneId;
        this.pairs = new PairedEvents(view, rule);
        this.halves = new Half[records];
        this.told = new Told[records];
        this.limit = records;
    }

    void add(int record, EventRow row, HalfAdmission judge) {
        halves[record] = judge.half(row, Halves.owner(laneId, row.position()));
        byKey.computeIfAbsent(judge.entity(), key -> new KeyWork(ItemKey.pair(view.version(), key, laneId)))
                .rows
                .add(record);
    }

    Collection<KeyWork> keys() {
        return byKey.values();
    }

    Half half(int record) {
        return Objects.requireNonNull(halves[record]);
    }

    /** Called once the halves of the record's key are confirmed. Threads may tell different records at once. */
    void tell(int record, Told what) {
        told[record] = what;
    }

    boolean isDuplicate(int record) {
        Told what = told[record];
        return what != null && what.fate() == Halves.Fate.DUPLICATE;
    }

    /**
     * What the halves met; call only once these records are decided.
     *
     * @param from first record, inclusive
     * @param until exclusive
     */
    PairCounts counts(int from, int until) {
        Map<Halves.Fate, Long> fates = new EnumMap<>(Halves.Fate.class);
        long taken = 0;
        for (int record = from; record < until; record++) {
            Told what = told[record];
            if (what != null) {
                fates.merge(what.fate(), 1L, Long::sum);
                taken += what.taken();
            }
        }
        return new PairCounts(
                fates.getOrDefault(Halves.Fate.LEFT, 0L),
                fates.getOrDefault(Halves.Fate.PAIRED, 0L),
                fates.getOrDefault(Halves.Fate.SUPERSEDED, 0L),
                fates.getOrDefault(Halves.Fate.OUTCOME_LATE, 0L),
                fates.getOrDefault(Halves.Fate.WAITING, 0L),
                fates.getOrDefault(Halves.Fate.OVERFLOW, 0L),
                taken);
    }

    /** Nothing at or after a record whose half is not decided may go into any tile of the view. */
    synchronized void limit(int record) {
        limit = Math.min(limit, record);
    }

    /** Makes the pairs' work. Call once, when all halves are confirmed or have failed. */
    synchronized void pair(BatchRows rows) {
        for (int record = 0; record < limit; record++) {
            Told what = told[record];
            if (what != null) {
                add(record, what.takenBack(), /* isTakenBack= */ true, rows.row(record));
                add(record, what.added(), /* isTakenBack= */ false, rows.row(record));
            }
        }
    }

    private void add(int record, Halves.@Nullable Pair pair, boolean isTakenBack, EventRow at) {
        PairedEvents.Paired event = pairs.of(pair, isTakenBack, at);
        if (event == null) {
            return;
        }
        int place = events.size();
        events.add(event);
        records.add(record);
        EntityWork entity =
                byEntity.computeIfAbsent(event.entity(), unknown -> new EntityWork(view, event.entity(), laneId));
        if (view.head() == null) {
            entity.addToItems(place, event.row(), items);
        } else {
            entity.headRows.add(place);
        }
    }

    /** The items of widths that the pairs go into; none if the view has heads. */
    List<ItemWork> items() {
        return items;
    }

    /** The entities whose heads the pairs go into; none if the view has no heads. */
    Collection<EntityWork> entitiesWithHeads() {
        return view.head() == null ? List.of() : byEntity.values();
    }

    @Override
    public View view() {
        return view;
    }

    @Override
    public EventRow row(int place) {
        return events.get(place).row();
    }

    @Override
    public long filterBits(int place) {
        return events.get(place).filterBits();
    }

    @Override
    public boolean isDropped(int place) {
        return false;
    }

    @Override
    public int record(int place) {
        return records.get(place);
    }
}

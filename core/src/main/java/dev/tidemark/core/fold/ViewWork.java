package dev.tidemark.core.fold;

import com.dynatrace.hash4j.hashing.HashValue128;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.tile.EntityKeys;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.SeenIds;
import dev.tidemark.core.tile.TileLayout;
import dev.tidemark.core.view.View;
import dev.tidemark.core.window.TileWidth;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What one view makes of one batch: which events go into which items, which records are bad for it, and counts. */
final class ViewWork {

    /** A record that this view cannot fold. */
    record Bad(int row, InvalidEvent reason) {}

    private final View view;
    private final String laneId;
    private final int[] keySlots;
    private final List<String> keyNames;
    private final List<TileWidth> widths;

    /** Then an event that passes none of the features' filters changes no item, and costs no write. */
    private final boolean everyStateIsFiltered;

    private final long[] filterBits;
    private final Map<String, EntityWork> byEntity = new HashMap<>();
    private final List<ItemWork> items = new ArrayList<>();
    private final List<EntityWork> entitiesWithIds = new ArrayList<>();

    /** The hashes of event ids by row; empty if the view does not drop duplicates. */
    private final long[] idHighs;

    private final long[] idLows;

    /** Rows that go into no tile, as confirmed by the ids of their entity. */
    private final BitSet dropped = new BitSet();

    private final List<Bad> bad = new ArrayList<>();
    private int tooLate;
    private int late;
    private int folded;

    ViewWork(View view, String laneId, int records) {
        this.view = view;
        this.laneId = laneId;
        this.keySlots = view.entity().stream().mapToInt(View.KeyField::slot).toArray();
        this.keyNames = view.entity().stream().map(View.KeyField::name).toList();
        this.widths = view.ladder().widths();
        this.filterBits = new long[records];
        this.idHighs = new long[view.duplicates() == null ? 0 : records];
        this.idLows = new long[idHighs.length];
        this.everyStateIsFiltered =
                view.layout().entries().stream().allMatch(entry -> entry.filter() != TileLayout.NO_FILTER);
    }

    /** Sorts the records above {@code act} into items. */
    void sort(BatchRows rows, List<RawRecord> records, Position act) {
        for (int i = 0; i < records.size(); i++) {
            if (records.get(i).position().isAfter(act)) {
                sortOne(rows, i);
            }
        }
    }

    private void sortOne(BatchRows rows, int index) {
        InvalidEvent unreadable = rows.invalid(index);
        if (unreadable != null) {
            bad.add(new Bad(index, unreadable));
            return;
        }
        EventRow row = rows.row(index);
        try {
            Admission.Verdict verdict = Admission.judge(view, row, rows.statedTimeMillis(index));
            if (verdict == Admission.Verdict.IN) {
                admit(index, row);
            } else if (verdict == Admission.Verdict.TOO_LATE) {
                tooLate++;
            }
        } catch (InvalidEvent e) {
            bad.add(new Bad(index, e));
        }
    }

    private void admit(int index, EventRow row) {
        String entity = EntityKeys.of(row, keySlots, keyNames);
        long bits = Admission.filterBits(view, row);
        Admission.checkInputs(view, row, bits);
        Admission.checkEventId(view, row);
        filterBits[index] = bits;
        folded++;
        if (bits == 0 && everyStateIsFiltered) {
            return;
        }
        TileWidth hop = view.ladder().hop();
        if (hop.tileOf(row.eventTimeMillis()) < hop.tileOf(row.arrivalMillis())) {
            late++;
        }
        EntityWork ofEntity = byEntity.computeIfAbsent(entity, key -> new EntityWork(widths.size()));
        for (int i = 0; i < widths.size(); i++) {
            itemOf(ofEntity, entity, i, row.eventTimeMillis()).add(index);
        }
        if (view.duplicates() != null) {
            addId(ofEntity, index, row, view.duplicates());
        }
    }

    private void addId(EntityWork ofEntity, int index, EventRow row, View.Duplicates duplicates) {
        HashValue128 id = SeenIds.hash(row, duplicates.slot());
        if (id != null) {
            idHighs[index] = id.getMostSignificantBits();
            idLows[index] = id.getLeastSignificantBits();
            if (!ofEntity.hasIds()) {
                entitiesWithIds.add(ofEntity);
            }
            ofEntity.addWithId(index);
        }
    }

    /** An entity has few items in one batch, mostly one per width, so a list is searched faster than a map. */
    private ItemWork itemOf(EntityWork ofEntity, String entity, int rung, long eventTimeMillis) {
        TileWidth width = widths.get(rung);
        long block = width.blockOf(width.tileOf(eventTimeMillis));
        List<ItemWork> known = ofEntity.items();
        for (int i = known.size() - 1; i >= 0; i--) {
            ItemWork item = known.get(i);
            if (item.rung == rung && item.key.block() == block) {
                return item;
            }
        }
        ItemWork item =
                new ItemWork(ofEntity, view, rung, new ItemKey(view.version(), entity, width.code(), block, laneId));
        known.add(item);
        items.add(item);
        return item;
    }

    View view() {
        return view;
    }

    List<ItemWork> items() {
        return items;
    }

    /** The entities whose tiles have to wait for their ids; none if the view does not drop duplicates. */
    List<EntityWork> entitiesWithIds() {
        return entitiesWithIds;
    }

    List<Bad> bad() {
        return bad;
    }

    long filterBits(int row) {
        return filterBits[row];
    }

    long idHigh(int row) {
        return idHighs[row];
    }

    long idLow(int row) {
        return idLows[row];
    }

    /** Told once the ids of the row's entity are confirmed: a producer duplicate, which goes into no tile. */
    synchronized void markDuplicate(int row) {
        dropped.set(row);
    }

    /** Told once the ids of the row's entity are confirmed: a delivery too old to be judged, which goes into no tile. */
    synchronized void markExpired(int row) {
        dropped.set(row);
    }

    /** Only asked once all ids are settled, so nobody writes meanwhile. */
    boolean isDropped(int row) {
        return dropped.get(row);
    }

    void countInto(FoldCounts counts) {
        counts.folded.add(folded);
        counts.late.add(late);
        counts.tooLate.add(tooLate);
    }
}

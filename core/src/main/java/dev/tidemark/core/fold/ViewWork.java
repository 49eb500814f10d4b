package dev.tidemark.core.fold;

import com.dynatrace.hash4j.hashing.HashValue128;
import dev.tidemark.core.control.PairCounts;
import dev.tidemark.core.control.ViewCounts;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.tile.SeenIds;
import dev.tidemark.core.view.View;
import dev.tidemark.core.window.TileWidth;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** One view's work on one batch: the fate of each record, and which events go into which items. */
final class ViewWork implements FoldedEvents {

    /** A record that this view cannot fold. */
    record Bad(int row, InvalidEvent reason) {}

    private static final long VERY_LATE_MILLIS = 3_600_000L;

    // The fate of a record. A record up to the view's activation has none, which is 0: the backfill decides it.
    private static final byte FILTERED = 1;
    private static final byte TOO_LATE = 2;
    private static final byte FOLDED = 3;
    private static final byte FOLDED_LATE = 4;
    private static final byte DUPLICATE = 5;
    private static final byte QUARANTINED = 6;
    private static final byte EXPIRED = 7;
    private static final byte BEFORE_SEAM = 8;
    private static final byte AFTER_SEAM = 9;

    private final View view;
    private final String laneId;
    private final Admission judge;

    private final long[] filterBits;
    private final byte[] fates;
    private final Map<String, EntityWork> byEntity;
    private final List<ItemWork> items = new ArrayList<>();
    private final List<EntityWork> entitiesWithIds = new ArrayList<>();
    private final List<EntityWork> entitiesWithHeads = new ArrayList<>();

    /** So late that the event probably goes below its entity's head. */
    private final RowList veryLate = new RowList();

    /** The hashes of event ids by row; empty if the view does not drop duplicates. */
    private final long[] idHighs;

    private final long[] idLows;

    /** Null if the view reads events. */
    private final @Nullable PairWork pairs;

    private final List<Bad> bad = new ArrayList<>();

    /** The records as the view's source reads them; null before they are sorted. */
    private @Nullable BatchRows rows;

    ViewWork(View view, String laneId, int records) {
        this.view = view;
        this.laneId = laneId;
        this.judge = Admission.of(view);
        this.byEntity = new HashMap<>(records);
        this.filterBits = new long[records];
        this.fates = new byte[records];
        this.idHighs = new long[view.duplicates() == null ? 0 : records];
        this.idLows = new long[idHighs.length];
        this.pairs = view.pairs() == null ? null : new PairWork(view, view.pairs(), laneId, records);
    }

    /** Sorts the records above {@code activatedAfter} into items. */
    void sort(BatchRows read, List<RawRecord> records, Position activatedAfter) {
        rows = read;
        for (int i = 0; i < records.size(); i++) {
            if (records.get(i).position().isAfter(activatedAfter)) {
                sortOne(read, i);
            }
        }
    }

    private void sortOne(BatchRows read, int index) {
        try {
            switch (judge.judge(read, index)) {
                case IN -> admit(index, read.row(index));
                case OUT -> fates[index] = FILTERED;
                case TOO_LATE -> fates[index] = TOO_LATE;
                case BEFORE_SEAM -> fates[index] = BEFORE_SEAM;
                case AFTER_SEAM -> fates[index] = AFTER_SEAM;
            }
        } catch (InvalidEvent e) {
            quarantine(index, e);
        }
    }

    private void quarantine(int index, InvalidEvent reason) {
        bad.add(new Bad(index, reason));
        fates[index] = QUARANTINED;
    }

    private void admit(int index, EventRow row) {
        judge.check(row);
        String entity = judge.entity();
        filterBits[index] = judge.filterBits();
        TileWidth hop = view.ladder().hop();
        boolean late = hop.tileOf(row.eventTimeMillis()) < hop.tileOf(row.arrivalMillis());
        fates[index] = late ? FOLDED_LATE : FOLDED;
        if (pairs != null) {
            pairs.add(index, row, (HalfAdmission) judge);
            return;
        }
        if (judge.changesNothing()) {
            return;
        }
        EntityWork ofEntity = byEntity.get(entity);
        if (ofEntity == null) {
            ofEntity = new EntityWork(view, entity, laneId);
            byEntity.put(entity, ofEntity);
        }
        if (view.head() == null) {
            ofEntity.addToItems(index, row, items);
        } else {
            addToHead(ofEntity, index, row);
        }
        if (view.duplicates() != null) {
            addId(ofEntity, index, row, view.duplicates());
        }
    }

    private void addToHead(EntityWork ofEntity, int index, EventRow row) {
        if (ofEntity.headRows.isEmpty()) {
            entitiesWithHeads.add(ofEntity);
        }
        ofEntity.headRows.add(index);
        if (row.arrivalMillis() - row.eventTimeMillis() > VERY_LATE_MILLIS) {
            veryLate.add(index);
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
            ofEntity.idRows.add(index);
        }
    }

    /**
     * How many items the events go into, as rows: one for each item, at which it is first needed. What heads will spill is
     * not known before they are read, and left out; of pairs, each half counts as if it made one of an entity of its own.
     */
    IntStream itemRows() {
        int widths = view.ladder().widths().size();
        if (pairs != null) {
            int most = view.head() == null ? widths : 1;
            return pairs.keys().stream()
                    .flatMapToInt(key -> IntStream.range(0, key.rows.size())
                            .flatMap(i ->
                                    IntStream.range(0, i == 0 ? 1 + most : most).map(item -> key.rows.get(i))));
        }
        return IntStream.concat(
                IntStream.concat(
                        items.stream().mapToInt(ItemWork::firstRow),
                        entitiesWithHeads.stream().mapToInt(EntityWork::firstRow)),
                IntStream.concat(
                        entitiesWithIds.stream().mapToInt(EntityWork::firstRow),
                        IntStream.range(0, veryLate.size() * widths).map(i -> veryLate.get(i / widths))));
    }

    @Override
    public View view() {
        return view;
    }

    @Override
    public EventRow row(int place) {
        return rows().row(place);
    }

    @Override
    public int record(int place) {
        return place;
    }

    /** Null if the view reads events. */
    @Nullable
    PairWork pairs() {
        return pairs;
    }

    /** The records that were sorted, as the view's source reads them. */
    BatchRows rows() {
        return Objects.requireNonNull(rows, "nothing was sorted yet");
    }

    /** The items of widths that the events go into; none if the view has heads. */
    List<ItemWork> items() {
        return items;
    }

    /** The entities whose heads the events go into; none if the view has no heads. */
    List<EntityWork> entitiesWithHeads() {
        return entitiesWithHeads;
    }

    /** The entities whose tiles wait for their ids; none if the view does not drop duplicates. */
    List<EntityWork> entitiesWithIds() {
        return entitiesWithIds;
    }

    List<Bad> bad() {
        return bad;
    }

    @Override
    public long filterBits(int row) {
        return filterBits[row];
    }

    long idHigh(int row) {
        return idHighs[row];
    }

    long idLow(int row) {
        return idLows[row];
    }

    /**
     * Called once the ids of the row's entity are confirmed: a producer duplicate, which goes into no tile. Threads may
     * mark different rows at once.
     */
    void markDuplicate(int row) {
        fates[row] = DUPLICATE;
    }

    /**
     * Called once the ids of the row's entity are confirmed: a delivery too old to be decided, which goes into no tile.
     */
    void markExpired(int row) {
        fates[row] = EXPIRED;
    }

    /** Call only once all ids are confirmed. */
    @Override
    public boolean isDropped(int row) {
        return fates[row] == DUPLICATE || fates[row] == EXPIRED;
    }

    /**
     * Adds up fates; call only once the whole batch is decided.
     *
     * @param from first row, inclusive
     * @param until exclusive
     */
    ViewCounts counts(int from, int until) {
        int[] tally = new int[AFTER_SEAM + 1];
        for (int row = from; row < until; row++) {
            tally[isDuplicateLeft(row) ? DUPLICATE : fates[row]]++;
        }
        Map<InvalidEvent.Reason, Long> quarantined = new EnumMap<>(InvalidEvent.Reason.class);
        for (Bad one : bad) {
            if (one.row() >= from && one.row() < until) {
                quarantined.merge(one.reason().reason(), 1L, Long::sum);
            }
        }
        return new ViewCounts(
                tally[FOLDED] + tally[FOLDED_LATE],
                tally[FILTERED],
                tally[TOO_LATE] + tally[EXPIRED],
                tally[FOLDED_LATE],
                tally[DUPLICATE],
                quarantined,
                pairs == null ? PairCounts.NONE : pairs.counts(from, until),
                tally[BEFORE_SEAM],
                tally[AFTER_SEAM]);
    }

    private boolean isDuplicateLeft(int row) {
        return pairs != null && pairs.isDuplicate(row);
    }
}

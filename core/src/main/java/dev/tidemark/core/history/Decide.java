package dev.tidemark.core.history;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.fold.Inputs;
import dev.tidemark.core.fold.LaneDecider;
import dev.tidemark.core.fold.LaneMemory;
import dev.tidemark.core.store.ItemStore;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.view.View;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * Decides about every record what the fold decided, by the fold's own code and without any store, and tells a visitor.
 * Its views belong to one source of one catalog; other views of the walk are ignored.
 */
public final class Decide implements Sink {

    private final Catalog.Source source;
    private final Map<String, View> views = new LinkedHashMap<>();
    private final LaneDecider.EntityFilter wanted;
    private final long untilKnownMillis;
    private final Inputs inputs;
    private final Visitor visitor;

    /** The ids of every lane, by lane id. */
    private final Map<String, LaneMemory> ids = new ConcurrentSkipListMap<>();

    /**
     * Is told each record's fate; see {@link LaneDecider.Visitor}. Called for several lanes at once if the walk takes
     * several.
     */
    @FunctionalInterface
    public interface Visitor {

        /**
         * @param laneId whose items the event goes into
         * @param record as folded into these items
         * @param row valid during the call only
         * @param knownMillis when the event became known
         */
        void folded(
                String laneId,
                View view,
                RawRecord record,
                EventRow row,
                String entity,
                long filterBits,
                long knownMillis);

        /** The record changes no item. */
        default void other(String laneId, View view, RawRecord record, LaneDecider.Fate fate, long knownMillis) {}

        /** The record is a left that counts, see {@link LaneDecider.Visitor#left}. */
        default void left(String laneId, View view, RawRecord record, EventRow half, String key, long knownMillis) {}
    }

    /**
     * @param untilKnownMillis the visitor is not told what became known later
     * @param inputs what reading the records needs
     */
    public Decide(
            Catalog.Source source,
            Collection<View> views,
            LaneDecider.EntityFilter wanted,
            long untilKnownMillis,
            Inputs inputs,
            Visitor visitor) {
        this.source = source;
        views.forEach(view -> this.views.put(view.version(), view));
        this.wanted = wanted;
        this.untilKnownMillis = untilKnownMillis;
        this.inputs = inputs;
        this.visitor = visitor;
    }

    /** The ids that a lane remembers; may be seeded before the walk. */
    public LaneMemory idsOf(String laneId) {
        return ids.computeIfAbsent(laneId, LaneMemory::new);
    }

    /** Takes over the ids item of a checkpoint. */
    public void seed(ItemStore.Found item) {
        idsOf(item.key().lane()).seed(item.key(), item.item());
    }

    /** Every lane's ids, by lane id. */
    public Map<String, LaneMemory> ids() {
        return ids;
    }

    @Override
    public LaneSink open(String laneId, List<LanePart> parts) {
        return open(parts, visitor);
    }

    /** Likewise, with a visitor for this lane alone. */
    public LaneSink open(List<LanePart> parts, Visitor ofLane) {
        List<@Nullable LaneDecider> replays = new ArrayList<>();
        parts.forEach(part -> replays.add(replay(part)));
        return (part, lane, records, knownMillis) -> {
            LaneDecider replay = replays.get(part);
            if (replay == null) {
                return CompletableFuture.completedFuture(true);
            }
            Told told = new Told(replay.laneId(), records, knownMillis, ofLane);
            return inputs.prepare(source, records).thenApply(ready -> {
                replay.replay(records, ready, told);
                return true;
            });
        };
    }

    private @Nullable LaneDecider replay(LanePart part) {
        List<View> mine = part.views().stream()
                .map(view -> views.get(view.version()))
                .filter(Objects::nonNull)
                .toList();
        if (mine.isEmpty()) {
            return null;
        }
        LaneDecider replay = new LaneDecider(source, mine, idsOf(part.laneId()), wanted);
        mine.forEach(view -> {
            replay.startAfter(
                    view,
                    part.after().getOrDefault(view.version(), Position.ORIGIN),
                    part.countsAfter().getOrDefault(view.version(), Position.ORIGIN));
        });
        replay.ancestors(part.ancestors().stream().map(this::idsOf).toList());
        return replay;
    }

    private final class Told implements LaneDecider.Visitor {
        private final String laneId;
        private final List<RawRecord> records;
        private final long[] knownMillis;
        private final Visitor told;

        Told(String laneId, List<RawRecord> records, long[] knownMillis, Visitor told) {
            this.laneId = laneId;
            this.records = records;
            this.knownMillis = knownMillis;
            this.told = told;
        }

        @Override
        public void folded(View view, int record, EventRow row, String entity, long filterBits) {
            if (knownMillis[record] <= untilKnownMillis) {
                told.folded(laneId, view, records.get(record), row, entity, filterBits, knownMillis[record]);
            }
        }

        @Override
        public void other(View view, int record, LaneDecider.Fate fate) {
            if (knownMillis[record] <= untilKnownMillis) {
                told.other(laneId, view, records.get(record), fate, knownMillis[record]);
            }
        }

        @Override
        public void left(View view, int record, EventRow half, String key) {
            if (knownMillis[record] <= untilKnownMillis) {
                told.left(laneId, view, records.get(record), half, key, knownMillis[record]);
            }
        }
    }
}

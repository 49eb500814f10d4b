package dev.tidemark.training;

import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.event.JsonEventReader;
import dev.tidemark.core.fold.EntityIds;
import dev.tidemark.core.fold.LaneReplay;
import dev.tidemark.core.port.LaneRow;
import dev.tidemark.core.replay.RepairedRecords;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.view.View;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * One lane replayed for the views of one catalog. What lies at or before a view's act goes into the lane of its backfill,
 * as it does in the state: with the payloads of redrives for earlier versions (rule B1), and with ids of its own (T3).
 */
final class CatalogReplay {

    private final List<Target> targets;
    private final LaneReplay live;
    private final EntityIds backfillIds;
    private final List<Backfilled> backfilled = new ArrayList<>();

    /** No live fold takes a record up to here. */
    private final Position firstAct;

    /** The ids that a lane and the lane of its backfill remember. */
    record Ids(EntityIds live, EntityIds backfill) {}

    /** What decides what a backfill's lane holds of a lane. */
    private record Part(Position act, RepairedRecords.OfLane repaired) {}

    private record Backfilled(Part part, LaneReplay replay) {}

    /** Is told what counts. */
    interface Sink {

        /** @param knownMillis from when on the record was known */
        void folded(Target target, RawRecord record, EventRow row, String entity, long filterBits, long knownMillis);
    }

    /**
     * @param targets of one catalog and the lane's stream, not empty
     * @param row of the lane; null if it has none
     * @param repaired by view version, of all the targets
     */
    CatalogReplay(
            String laneId,
            List<Target> targets,
            @Nullable LaneRow row,
            Map<String, RepairedRecords> repaired,
            BiPredicate<Target, String> wanted) {
        this.targets = targets;
        this.backfillIds = new EntityIds(Lane.BACKFILL_PREFIX + laneId);
        this.live = replay(targets, new EntityIds(laneId), wanted);
        Map<Part, List<Target>> parts = new LinkedHashMap<>();
        Position first = null;
        for (Target target : targets) {
            RepairedRecords ofView =
                    Objects.requireNonNull(repaired.get(target.view().version()));
            Position act = ofView.act(laneId, row);
            first = first == null || act.compareTo(first) < 0 ? act : first;
            live.startAfter(target.view(), act);
            if (act.isAfter(Position.ORIGIN)) {
                parts.computeIfAbsent(new Part(act, ofView.of(laneId)), part -> new ArrayList<>())
                        .add(target);
            }
        }
        this.firstAct = Objects.requireNonNull(first);
        parts.forEach((part, of) -> backfilled.add(new Backfilled(part, replay(of, backfillIds, wanted))));
    }

    private static LaneReplay replay(List<Target> of, EntityIds ids, BiPredicate<Target, String> wanted) {
        List<View> views = of.stream().map(Target::view).toList();
        return new LaneReplay(
                of.get(0).source(),
                views,
                JsonEventReader::new,
                ids,
                (view, entity) -> wanted.test(targetOf(of, view), entity));
    }

    /** Complete once the lane is replayed. */
    Ids ids() {
        return new Ids(live.ids(), backfillIds);
    }

    /** @param ancestors of the lane; must be replayed before */
    void ancestors(List<Ids> ancestors) {
        live.ancestors(ancestors.stream().map(Ids::live).toList());
        List<EntityIds> before = ancestors.stream().map(Ids::backfill).toList();
        backfilled.forEach(one -> one.replay().ancestors(before));
    }

    /**
     * Replays some records of the lane.
     *
     * @param records as archived, after those given before
     * @param knownMillis from when on each was known
     */
    void replay(List<RawRecord> records, long[] knownMillis, Sink sink) {
        for (Backfilled one : backfilled) {
            Part part = one.part();
            List<RawRecord> some = records.subList(0, countUpTo(part.act(), records)).stream()
                    .map(part.repaired()::inPlaceOf)
                    .toList();
            replay(
                    one.replay(),
                    some,
                    sink,
                    i -> part.repaired().knownMillis(some.get(i).position(), knownMillis[i]));
        }
        int from = countUpTo(firstAct, records);
        replay(live, records.subList(from, records.size()), sink, i -> knownMillis[from + i]);
    }

    private static int countUpTo(Position act, List<RawRecord> records) {
        int count = 0;
        while (count < records.size() && !records.get(count).position().isAfter(act)) {
            count++;
        }
        return count;
    }

    private interface Known {
        long millis(int record);
    }

    private void replay(LaneReplay lane, List<RawRecord> some, Sink sink, Known known) {
        lane.replay(some, new LaneReplay.Visitor() {
            @Override
            public void folded(View view, int record, EventRow row, String entity, long filterBits) {
                sink.folded(targetOf(targets, view), some.get(record), row, entity, filterBits, known.millis(record));
            }
        });
    }

    /** In one catalog a name is one view's. */
    private static Target targetOf(List<Target> targets, View view) {
        for (Target target : targets) {
            if (target.view().name().equals(view.name())) {
                return target;
            }
        }
        throw new IllegalArgumentException("view '" + view.name() + "' is not replayed here");
    }
}

package dev.tidemark.core.fold;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.event.FieldPath;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.event.JsonEventReader;
import dev.tidemark.core.pair.Halves;
import dev.tidemark.core.pair.Halves.Half;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.tile.EntityKeys;
import dev.tidemark.core.view.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Decides about the records of one lane, in order, what the fold decides about them, by the fold's own code and without
 * any store. Nothing is too old to be folded here, because nobody deletes what a replay builds (rules F10, T3). Not
 * thread-safe; lanes depend on each other only by the ids of a lane's {@linkplain #ancestors ancestors}.
 */
public final class LaneDecider {

    /** How many records are parsed before they are decided: few enough to stay in a processor's cache. */
    private static final int CHUNK_RECORDS = 64;

    private final String laneId;
    private final String shardId;
    private final BatchRows rows;
    private final List<OfView> views = new ArrayList<>();
    private final EntityFilter wanted;

    /** A wanted record contains each of the wanted entity's key values. */
    private final List<Predicate<byte[]>> glances;

    private final LaneMemory ids;
    private List<LaneMemory> ancestors = List.of();

    /** Records to decide, and their indexes among those given. */
    private final List<RawRecord> chunk = new ArrayList<>(CHUNK_RECORDS);

    private final int[] indexes = new int[CHUNK_RECORDS];

    /** Which entities a replay is about. */
    @FunctionalInterface
    public interface EntityFilter {

        EntityFilter ALL = (view, entity) -> true;

        /**
         * One entity alone, so that a replay skips most other records unparsed.
         *
         * @param wanted canonical text, see {@link EntityKeys}
         */
        static EntityFilter only(String wanted) {
            return new Only(wanted);
        }

        /** @param entity canonical text, see {@link EntityKeys} */
        boolean wants(View view, String entity);
    }

    private record Only(String entity) implements EntityFilter {

        @Override
        public boolean wants(View view, String other) {
            return other.equals(entity);
        }
    }

    /** The fate of a record that changes none of a view's items. */
    public enum Fate {
        /** The view's filter does not want it. */
        FILTERED,
        /** The view takes it, but it passes no feature's filter. */
        WITHOUT_EFFECT,
        /** It is older than the view's retention; the archive keeps it. */
        TOO_LATE,
        /** It came on the stream, but happened before the source's seam (rule I2). */
        BEFORE_SEAM,
        /** It was imported, but happened at the seam or later, or the view reads pairs. */
        AFTER_SEAM,
        /** Its event id has counted already. */
        DUPLICATE,
        /** The view wants it, but cannot fold it. */
        QUARANTINED
    }

    /**
     * Is told every record's fate in every view: in lane order, for one record in the order of the views. A record is
     * skipped in a view that begins after it, and if its entity is not wanted; with {@link EntityFilter#only} also if
     * it does not contain that entity's key. In a view of pairs, a record may fold two events: a pair that is taken back, and
     * one that takes its place.
     */
    public interface Visitor {

        /**
         * The event, or the pair that the record makes or takes back, goes into one tile of every width of the view.
         *
         * @param record its index in the records given
         * @param row valid during the call only; its event time is the one that counts
         * @param filterBits which of the features' filters it passes, see {@link dev.tidemark.core.tile.Tile#add}
         */
        void folded(View view, int record, EventRow row, String entity, long filterBits);

        /** The record changes nothing. */
        default void other(View view, int record, Fate fate) {}

        /**
         * The record is a left that counts from now on (rule J1), whether or not there is a right for it yet. Told before what
         * the view folds at this record.
         *
         * @param half the event as it came; valid during the call only
         * @param key of the pair, as canonical text
         */
        default void left(View view, int record, EventRow half, String key) {}
    }

    /** J4: what comes of a record is remembered only. */
    private static final Visitor WARMING_UP = (view, record, row, entity, filterBits) -> {};

    private static final class OfView {
        private final View view;
        private final Admission judge;

        /** Null if the view reads events. */
        private final @Nullable PairedEvents pairs;

        private Position activatedAfter = Position.ORIGIN;
        private Position countsAfter = Position.ORIGIN;

        OfView(View view) {
            this.view = view;
            this.judge = Admission.of(view);
            this.pairs = view.pairs() == null ? null : new PairedEvents(view, view.pairs());
        }
    }

    /**
     * @param source the source that all the views read
     * @param laneId of the live fold, a redrive or a backfill; see {@link Lane#id}
     */
    public LaneDecider(Catalog.Source source, List<View> views, String laneId, EntityFilter wanted) {
        this(source, views, new LaneMemory(laneId), wanted);
    }

    /** Of the key values that stand in an event as they are. */
    private static List<Predicate<byte[]>> glances(List<String> keyValues, List<View> views) {
        return IntStream.range(0, keyValues.size())
                .filter(key -> views.stream().allMatch(view -> isAsItStands(view, key)))
                .mapToObj(key -> JsonEventReader.glance(keyValues.get(key)))
                .toList();
    }

    private static boolean isAsItStands(View view, int key) {
        return key < view.entity().size()
                && FieldPath.parse(view.entity().get(key).name()).as() == FieldPath.As.VALUE;
    }

    /** @param ids of the lane that is replayed, as they were after the records before */
    public LaneDecider(Catalog.Source source, List<View> views, LaneMemory ids, EntityFilter wanted) {
        this.laneId = ids.laneId();
        this.shardId = Lane.shardIdOf(laneId);
        this.rows = new BatchRows(source);
        this.wanted = wanted;
        // Of a view of pairs, any record may be half of the entity's; and only JSON shows its values.
        boolean shows = source.format().decoder() == null && views.stream().allMatch(view -> view.pairs() == null);
        this.glances =
                wanted instanceof Only only && shows ? glances(EntityKeys.values(only.entity()), views) : List.of();
        this.ids = ids;
        for (View view : views) {
            if (!view.source().equals(source.name())) {
                throw new IllegalArgumentException(
                        "view '" + view.name() + "' reads source '" + view.source() + "', not '" + source.name() + "'");
            }
            this.views.add(new OfView(view));
        }
    }

    /**
     * The view takes only records after a position, exclusive (the view's activation in the lane). Without it a view
     * takes all.
     *
     * @param countsAfter up to this position, nobody is told what the view makes of a record; not before the other position
     */
    public void startAfter(View view, Position activatedAfter, Position countsAfter) {
        views.stream().filter(one -> one.view.version().equals(view.version())).forEach(one -> {
            one.activatedAfter = activatedAfter;
            one.countsAfter = countsAfter;
        });
    }

    /** The ids of the lane's ancestors, which must already be replayed to their end (rule T3). */
    public void ancestors(List<LaneMemory> remembered) {
        ancestors = List.copyOf(remembered);
    }

    /** The ids that the lane remembers; may be seeded before the first record. */
    public LaneMemory ids() {
        return ids;
    }

    public String laneId() {
        return laneId;
    }

    /** For sources whose records are read without anything else. */
    public void replay(List<RawRecord> records, Visitor visitor) {
        replay(records, Inputs.Ready.NOTHING, visitor);
    }

    /**
     * @param records of the lane, after those given before, in increasing position; duplicates removed
     * @param ready what {@link Inputs#prepare} brought for them
     */
    public void replay(List<RawRecord> records, Inputs.Ready ready, Visitor visitor) {
        chunk.clear();
        for (int i = 0; i < records.size(); i++) {
            RawRecord record = records.get(i);
            if (mayBeWanted(record)) {
                indexes[chunk.size()] = i;
                chunk.add(record);
            }
            if (chunk.size() == CHUNK_RECORDS) {
                replayChunk(ready, visitor);
            }
        }
        replayChunk(ready, visitor);
    }

    private boolean mayBeWanted(RawRecord record) {
        for (int i = 0; i < glances.size(); i++) {
            if (!glances.get(i).test(record.data())) {
                return false;
            }
        }
        return true;
    }

    private void replayChunk(Inputs.Ready ready, Visitor visitor) {
        rows.read(chunk, shardId, ready);
        for (int i = 0; i < chunk.size(); i++) {
            for (int v = 0; v < views.size(); v++) {
                OfView view = views.get(v);
                Position position = chunk.get(i).position();
                if (position.isAfter(view.activatedAfter)) {
                    replayOne(view, i, indexes[i], position.isAfter(view.countsAfter) ? visitor : WARMING_UP);
                }
            }
        }
        chunk.clear();
    }

    private void replayOne(OfView one, int index, int record, Visitor visitor) {
        try {
            switch (one.judge.judge(rows, index)) {
                case IN -> admit(one, rows.row(index), record, visitor);
                case OUT -> visitor.other(one.view, record, Fate.FILTERED);
                case TOO_LATE -> visitor.other(one.view, record, Fate.TOO_LATE);
                case BEFORE_SEAM -> visitor.other(one.view, record, Fate.BEFORE_SEAM);
                case AFTER_SEAM -> visitor.other(one.view, record, Fate.AFTER_SEAM);
            }
        } catch (InvalidEvent e) {
            visitor.other(one.view, record, Fate.QUARANTINED);
        }
    }

    private void admit(OfView one, EventRow row, int record, Visitor visitor) {
        if (one.pairs != null) {
            admitHalf(one, one.pairs, row, record, visitor);
            return;
        }
        String entity = one.judge.entity();
        if (!wanted.wants(one.view, entity)) {
            return;
        }
        one.judge.check(row);
        if (one.judge.changesNothing()) {
            visitor.other(one.view, record, Fate.WITHOUT_EFFECT);
        } else if (one.view.duplicates() != null && !ids.counts(one.view, entity, row, ancestors)) {
            visitor.other(one.view, record, Fate.DUPLICATE);
        } else {
            visitor.folded(one.view, record, row, entity, one.judge.filterBits());
        }
    }

    private void admitHalf(OfView one, PairedEvents pairs, EventRow row, int record, Visitor visitor) {
        one.judge.check(row);
        Half half = ((HalfAdmission) one.judge).half(row, Halves.owner(laneId, row.position()));
        Halves.Terms terms = Objects.requireNonNull(one.view.pairs()).terms();
        Halves.Told told = ids.tell(one.view, terms, one.judge.entity(), half, row.position(), ancestors);
        if (told.fate() == Halves.Fate.LEFT) {
            visitor.left(one.view, record, row, one.judge.entity());
        }
        boolean changes = pair(one, pairs.of(told.takenBack(), /* isTakenBack= */ true, row), record, visitor);
        changes |= pair(one, pairs.of(told.added(), /* isTakenBack= */ false, row), record, visitor);
        if (!changes) {
            visitor.other(
                    one.view, record, told.fate() == Halves.Fate.DUPLICATE ? Fate.DUPLICATE : Fate.WITHOUT_EFFECT);
        }
    }

    private boolean pair(OfView one, PairedEvents.@Nullable Paired pair, int record, Visitor visitor) {
        if (pair != null && wanted.wants(one.view, pair.entity())) {
            visitor.folded(one.view, record, pair.row(), pair.entity(), pair.filterBits());
        }
        return pair != null;
    }
}

package dev.tidemark.core.fold;

import static dev.tidemark.core.fold.FoldWorld.LANE;
import static dev.tidemark.core.fold.FoldWorld.NOW_MILLIS;
import static dev.tidemark.core.fold.FoldWorld.position;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.control.ViewCounts;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.history.MemoryItems;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.StoredItem;
import dev.tidemark.core.tile.TileLayout;
import dev.tidemark.core.view.View;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A replay leads to the items of the fold: bytes, marks, expiry, and the fate of every record. Replay a failing seed
 * with {@code -Dtidemark.seed=N}.
 */
class LaneDeciderTest {

    private static final View PLAIN = FoldWorld.view("1111111111111111");
    private static final View LATER = FoldWorld.dropping("2222222222222222", 3);
    private static final View DROPPING = FoldWorld.dropping("3333333333333333", 3);
    private static final View HEADED = FoldWorld.headed(FoldWorld.dropping("5555555555555555", 3), 2);
    private static final View FILTERED = filtered(FoldWorld.dropping("4444444444444444", 100));
    private static final List<View> VIEWS = List.of(PLAIN, LATER, DROPPING, FILTERED, HEADED);
    private static final Lane CHILD = FoldWorld.lane("shardId-000000000001");
    private static final String[] ENTITIES = {"ann", "bob", "cid", FoldWorld.UNWANTED};
    private static final long DAY_MILLIS = 86_400_000;

    /** Counts only what bob does. */
    private static View filtered(View view) {
        return new View(
                view.name(),
                view.version(),
                view.source(),
                view.eventTime(),
                view.entity(),
                view.where(),
                List.of(row -> row.string(0).equals("bob")),
                view.inputs(),
                new TileLayout(List.of(new TileLayout.Entry(new PositionsType(), 0))),
                view.ladder(),
                view.head(),
                view.retentionMillis(),
                view.skewMillis(),
                view.within(),
                view.duplicates(),
                view.pairs(),
                view.streamRetentionMillis(),
                view.features(),
                view.derived());
    }

    private static LongStream seeds() {
        Long one = Long.getLong("tidemark.seed");
        return one != null ? LongStream.of(one) : LongStream.range(0, Long.getLong("tidemark.seeds", 60));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void buildsWhatTheFoldStored(long seed) {
        Recorded recorded = new Recorded(seed);

        Replayed replayed = recorded.replay(LaneDecider.EntityFilter.ALL, 1 + new Random(seed).nextInt(200));

        assertSame(replayed, recorded.world.items.items, seed);
        for (Lane lane : List.of(LANE, CHILD)) {
            for (View view : VIEWS) {
                assertThat(replayed.counts(lane, view))
                        .as("fates of " + view.version() + " in " + lane.id() + ", seed " + seed)
                        .isEqualTo(counts(recorded.row(lane).countsOf(view.version())));
            }
        }
    }

    @Test
    void theRecordsHaveAllFatesInThem() {
        Replayed replayed = new Recorded(1).replay(LaneDecider.EntityFilter.ALL, 7);

        // Those of the seam need an import; SeamTest has them.
        Set<LaneDecider.Fate> ofSeam = EnumSet.of(LaneDecider.Fate.BEFORE_SEAM, LaneDecider.Fate.AFTER_SEAM);
        for (LaneDecider.Fate fate : EnumSet.complementOf(EnumSet.copyOf(ofSeam))) {
            assertThat(replayed.fates.values()).as(fate.name()).anyMatch(fates -> fates.getOrDefault(fate, 0) > 0);
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void anEntityAloneIsReplayedAsAmongOthers(long seed) {
        Recorded recorded = new Recorded(seed);

        Replayed replayed = recorded.replay(LaneDecider.EntityFilter.only("ann"), 150);

        Map<ItemKey, StoredItem> anns = new HashMap<>(recorded.world.items.items);
        anns.keySet().removeIf(key -> !key.entity().equals("ann"));
        assertSame(replayed, anns, seed);
    }

    /** More than one chunk, so that a record's index is not its place in the chunk. */
    @Test
    void recordsWithoutTheKeyOfTheOneEntityAreNotEvenRead() {
        List<RawRecord> records = new ArrayList<>();
        for (int n = 0; n < 500; n++) {
            records.add(n % 7 == 3 ? FoldWorld.record(n, 0, "bad") : FoldWorld.click(n, n % 3 == 0 ? "ann" : "bob"));
        }
        LaneDecider replay = new LaneDecider(
                FoldWorld.catalog(PLAIN).sources().get(0),
                List.of(PLAIN),
                LANE.id(),
                LaneDecider.EntityFilter.only("ann"));
        List<Integer> folded = new ArrayList<>();

        replay.replay(records, new LaneDecider.Visitor() {
            @Override
            public void folded(View view, int record, EventRow row, String entity, long filterBits) {
                assertThat(row.position()).isEqualTo(records.get(record).position());
                folded.add(record);
            }

            @Override
            public void other(View view, int record, LaneDecider.Fate fate) {
                throw new AssertionError("record " + record + " was read: " + fate);
            }
        });

        assertThat(folded)
                .isEqualTo(IntStream.range(0, 500)
                        .filter(n -> n % 3 == 0 && n % 7 != 3)
                        .boxed()
                        .toList());
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void goesOnFromItemsAsTheyWereAtAnyMoment(long seed) {
        Recorded recorded = new Recorded(seed);

        Replayed replayed = recorded.replayFromSnapshot(40);

        assertSame(replayed, recorded.world.items.items, seed);
    }

    @Test
    void refusesAViewOfAnotherSource() {
        View other = new View(
                "v",
                "5",
                "purchases",
                null,
                PLAIN.entity(),
                null,
                List.of(),
                List.of(),
                PLAIN.layout(),
                PLAIN.ladder(),
                PLAIN.head(),
                1,
                1,
                null,
                null,
                null,
                1,
                List.of(),
                List.of());

        assertThatThrownBy(() -> new LaneDecider(
                        FoldWorld.catalog(PLAIN).sources().get(0),
                        List.of(other),
                        LANE.id(),
                        LaneDecider.EntityFilter.ALL))
                .hasMessage("view 'v' reads source 'purchases', not 'clicks'");
    }

    /** Only what differs is worth reading. */
    private static void assertSame(Replayed replayed, Map<ItemKey, StoredItem> items, long seed) {
        Map<String, String> more = new TreeMap<>(replayed.items);
        Map<String, String> less = text(items);
        assertThat(less).isNotEmpty();
        more.entrySet().removeAll(text(items).entrySet());
        less.entrySet().removeAll(replayed.items.entrySet());
        assertThat(more).as("seed " + seed).isEqualTo(less);
    }

    /** folded, filtered, too late, duplicates, quarantined. */
    private static List<Long> counts(ViewCounts counts) {
        return List.of(
                counts.folded(), counts.filtered(), counts.tooLate(), counts.duplicates(), counts.quarantinedTotal());
    }

    private static Map<String, String> text(Map<ItemKey, StoredItem> items) {
        Map<String, String> text = new TreeMap<>();
        items.forEach((key, item) -> text.put(
                key.partitionKey() + " " + key.sortKey(),
                item.mark().text() + " " + item.expiresAtSeconds() + " "
                        + HexFormat.of().formatHex(item.body())));
        return text;
    }

    private static final class Replayed {
        private final Map<String, Map<LaneDecider.Fate, Integer>> fates = new HashMap<>();
        private final Map<String, Integer> folded = new HashMap<>();
        private Map<String, String> items = Map.of();

        List<Long> counts(Lane lane, View view) {
            String key = lane.id() + view.version();
            Map<LaneDecider.Fate, Integer> other = fates.getOrDefault(key, Map.of());
            return List.of(
                    0L + folded.getOrDefault(key, 0) + other.getOrDefault(LaneDecider.Fate.WITHOUT_EFFECT, 0),
                    0L + other.getOrDefault(LaneDecider.Fate.FILTERED, 0),
                    0L + other.getOrDefault(LaneDecider.Fate.TOO_LATE, 0),
                    0L + other.getOrDefault(LaneDecider.Fate.DUPLICATE, 0),
                    0L + other.getOrDefault(LaneDecider.Fate.QUARANTINED, 0));
        }
    }

    /** Two lanes, parent and child, folded in batches of any size, some of them more than once; one view comes later. */
    private static final class Recorded {
        private final Random random;
        private final FoldWorld world = new FoldWorld();
        private final Map<Lane, List<RawRecord>> records = new HashMap<>();
        private final List<String> ids = new ArrayList<>();

        /** Items, and how far their lanes were done, at some moment in the middle of each lane. */
        private final Map<Lane, Map<ItemKey, StoredItem>> snapshots = new HashMap<>();

        private final Map<Lane, Position> snapshotDone = new HashMap<>();

        Recorded(long seed) {
            random = new Random(seed);
            world.lineage.parents.put(CHILD.id(), List.of(LANE));
            world.control.control = control(1, PLAIN, DROPPING, FILTERED);
            int arrival = 0;
            for (Lane lane : List.of(LANE, CHILD)) {
                for (int n = 0; n < 120; n++) {
                    add(lane, n, arrival++);
                }
            }
            Position end = records(LANE).get(records(LANE).size() - 1).position();
            world.lineage.drained = (lane, last) -> lane.equals(LANE) && last.equals(end);
            BatchFold fold = world.fold(VIEWS.toArray(View[]::new));
            deliver(fold, LANE);
            deliver(fold, CHILD);
        }

        List<RawRecord> records(Lane lane) {
            return records.computeIfAbsent(lane, absent -> new ArrayList<>());
        }

        LaneRow row(Lane lane) {
            return Objects.requireNonNull(world.control.lanes.get(lane.id()));
        }

        private static ControlRow control(long rev, View... views) {
            Map<String, ControlRow.ViewStatus> status = new HashMap<>();
            for (View view : views) {
                status.put(view.version(), ControlRow.ViewStatus.ACTIVE);
            }
            return new ControlRow(rev, "g1", ControlRow.Phase.LIVE, status);
        }

        private void add(Lane lane, int n, int order) {
            int subrecords = random.nextInt(6) == 0 ? 3 : 1;
            for (int sub = 0; sub < subrecords; sub++) {
                long regress = random.nextInt(5) == 0 ? 1_000L * random.nextInt(90) : 0;
                long arrival = NOW_MILLIS + 20_000L * order - regress;
                records(lane).add(new RawRecord(position(n, sub), arrival, "key", FoldWorld.event(data(arrival))));
            }
        }

        private String data(long arrival) {
            String entity = ENTITIES[random.nextInt(ENTITIES.length)];
            return switch (random.nextInt(20)) {
                case 0 -> "bad";
                case 1 -> entity + "@" + (arrival - DAY_MILLIS - 1 - random.nextInt(1_000));
                case 2 -> entity + "@" + (arrival + 60_001);
                case 3 -> entity + "@" + (arrival + random.nextInt(60_000));
                case 4, 5, 6 -> entity + "@" + (arrival - random.nextInt((int) DAY_MILLIS));
                default -> entity + "@" + (arrival - random.nextInt(3_000)) + "#" + id();
            };
        }

        private String id() {
            if (!ids.isEmpty() && random.nextInt(5) < 2) {
                return ids.get(Math.max(0, ids.size() - 1 - random.nextInt(12)));
            }
            ids.add("id" + ids.size());
            return ids.get(ids.size() - 1);
        }

        private void deliver(BatchFold fold, Lane lane) {
            List<RawRecord> all = records(lane);
            int done = 0;
            int activation = random.nextInt(all.size());
            int snapshot = random.nextInt(all.size());
            while (done < all.size()) {
                if (lane.equals(LANE) && done >= activation) {
                    world.control.control = control(2, VIEWS.toArray(View[]::new));
                }
                if (done >= snapshot && !snapshots.containsKey(lane)) {
                    snapshotDone.put(
                            lane,
                            done == 0 ? Position.ORIGIN : all.get(done - 1).position());
                    snapshot += random.nextInt(20);
                }
                int from = record(all, random.nextInt(3) == 0 ? random.nextInt(done + 1) : done);
                int to = record(all, Math.min(all.size(), from + 1 + random.nextInt(30)));
                if (from < to) {
                    BatchOutcome outcome = world.deliver(fold, lane, all.subList(from, to));
                    assertThat(outcome.violations()).isEmpty();
                    while (done < all.size()
                            && !all.get(done).position().isAfter(row(lane).last())) {
                        done++;
                    }
                }
                if (snapshotDone.containsKey(lane) && done >= snapshot) {
                    snapshots.computeIfAbsent(lane, absent -> new HashMap<>(world.items.items));
                }
            }
            snapshots.computeIfAbsent(lane, absent -> new HashMap<>(world.items.items));
        }

        private static int record(List<RawRecord> all, int index) {
            int at = index;
            while (at > 0 && at < all.size() && all.get(at).position().subsequence() != 0) {
                at++;
            }
            return at;
        }

        Replayed replay(LaneDecider.EntityFilter wanted, int chunk) {
            return replay(wanted, chunk, false);
        }

        Replayed replayFromSnapshot(int chunk) {
            return replay(LaneDecider.EntityFilter.ALL, chunk, true);
        }

        private Replayed replay(LaneDecider.EntityFilter wanted, int chunk, boolean fromSnapshot) {
            Replayed replayed = new Replayed();
            MemoryItems items = new MemoryItems(VIEWS);
            Map<ItemKey, StoredItem> all = new HashMap<>();
            List<LaneMemory> ancestors = new ArrayList<>();
            for (Lane lane : List.of(LANE, CHILD)) {
                LaneDecider replay = new LaneDecider(
                        FoldWorld.catalog(VIEWS.toArray(View[]::new)).sources().get(0), VIEWS, lane.id(), wanted);
                VIEWS.forEach(view -> {
                    Position activatedAfter = row(lane)
                            .views()
                            .getOrDefault(view.version(), row(lane).last());
                    replay.startAfter(view, activatedAfter, activatedAfter);
                });
                replay.ancestors(ancestors);
                List<RawRecord> records = records(lane);
                if (fromSnapshot) {
                    records = load(lane, replay, items, records);
                }
                Visitor visitor = new Visitor(replayed, items, lane);
                for (int from = 0; from < records.size(); from += chunk) {
                    replay.replay(records.subList(from, Math.min(records.size(), from + chunk)), visitor);
                }
                VIEWS.forEach(view -> replay.ids().forEach(view, all::put));
                ancestors.add(replay.ids());
            }
            items.forEach(all::put);
            replayed.items = text(all);
            return replayed;
        }

        /** @return the records that are not certain to be in the items */
        private List<RawRecord> load(Lane lane, LaneDecider replay, MemoryItems items, List<RawRecord> records) {
            Objects.requireNonNull(snapshots.get(lane)).forEach((key, item) -> {
                if (key.lane().equals(lane.id())) {
                    if (key.isIds()) {
                        replay.ids().seed(key, item);
                    } else {
                        items.load(key, item);
                    }
                }
            });
            Position done = snapshotDone.getOrDefault(lane, Position.ORIGIN);
            return records.stream()
                    .filter(record -> record.position().isAfter(done))
                    .toList();
        }
    }

    private record Visitor(Replayed replayed, MemoryItems items, Lane lane) implements LaneDecider.Visitor {

        @Override
        public void folded(View view, int record, EventRow row, String entity, long filterBits) {
            replayed.folded.merge(lane.id() + view.version(), 1, Integer::sum);
            items.add(view, lane.id(), entity, row, filterBits);
        }

        @Override
        public void other(View view, int record, LaneDecider.Fate fate) {
            replayed.fates
                    .computeIfAbsent(lane.id() + view.version(), absent -> new EnumMap<>(LaneDecider.Fate.class))
                    .merge(fate, 1, Integer::sum);
        }
    }
}

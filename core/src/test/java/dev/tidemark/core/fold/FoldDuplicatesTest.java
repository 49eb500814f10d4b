package dev.tidemark.core.fold;

import static dev.tidemark.core.fold.FoldWorld.HORIZON_MILLIS;
import static dev.tidemark.core.fold.FoldWorld.LANE;
import static dev.tidemark.core.fold.FoldWorld.NOW_MILLIS;
import static dev.tidemark.core.fold.FoldWorld.ONE;
import static dev.tidemark.core.fold.FoldWorld.lane;
import static dev.tidemark.core.fold.FoldWorld.position;
import static dev.tidemark.core.fold.FoldWorld.sequence;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.store.Fault;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.StoredItem;
import dev.tidemark.core.view.View;
import dev.tidemark.core.window.TileWidth;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Rule T3 of docs/protocol.md: an event that a producer sent again counts once. */
class FoldDuplicatesTest {

    private static final View VIEW = FoldWorld.dropping("3333333333333333", 100);
    private static final View TWO_IDS = FoldWorld.dropping("4444444444444444", 2);
    private static final long HOUR_MILLIS = 3_600_000;
    private static final long DAY_MILLIS = 24 * HOUR_MILLIS;
    private static final ItemKey ANNS_IDS = ItemKey.ids(VIEW.version(), "ann", LANE.id());

    private final FoldWorld world = new FoldWorld();
    private final BatchFold fold = world.fold(VIEW);

    /** Happened now; arrived {@code n} milliseconds later. */
    private static RawRecord event(int n, String id) {
        return event(n, 0, NOW_MILLIS, NOW_MILLIS + n, id);
    }

    /** The same event as another batch of the producer stamped it: it goes into other blocks. */
    private static RawRecord hourEarlier(int n, String id) {
        return event(n, 0, NOW_MILLIS - HOUR_MILLIS, NOW_MILLIS + n, id);
    }

    private static RawRecord arriving(int n, long arrivalMillis, String id) {
        return event(n, 0, arrivalMillis, arrivalMillis, id);
    }

    private static RawRecord event(int n, long subsequence, long timeMillis, long arrivalMillis, String id) {
        String data = "ann@" + timeMillis + (id.isEmpty() ? "" : "#" + id);
        return new RawRecord(position(n, subsequence), arrivalMillis, "key", FoldWorld.event(data));
    }

    private static List<String> positions(int... numbers) {
        return Arrays.stream(numbers).mapToObj(n -> position(n, 0).text()).toList();
    }

    /** What every width of a view holds: they must agree. */
    private void assertFolded(View view, List<String> expected) {
        for (TileWidth width : view.ladder().widths()) {
            assertThat(world.foldedInto(view, width)).as(width.code()).isEqualTo(expected);
        }
    }

    private StoredItem ids() {
        return Objects.requireNonNull(world.items.items.get(ANNS_IDS));
    }

    private void failTiles() {
        world.items.faults = key -> key.isIds() ? Fault.NONE : Fault.REFUSED;
    }

    private void failIds() {
        world.items.faults = key -> key.isIds() ? Fault.REFUSED : Fault.NONE;
    }

    private void heal() {
        world.items.faults = key -> Fault.NONE;
    }

    @Nested
    class Decisions {

        @Test
        @DisplayName("T3: a copy counts in no width, whatever block its event time falls into")
        void copyInAnotherBlock() {
            BatchOutcome outcome = world.deliver(fold, event(1, "x"), hourEarlier(2, "x"), event(3, "y"));
            world.deliver(fold, hourEarlier(4, "y"), event(5, "z"));

            assertFolded(VIEW, positions(1, 3, 5));
            assertThat(outcome.total().duplicates()).isEqualTo(1);
            assertThat(world.laneRow().count()).isEqualTo(5);
        }

        @Test
        @DisplayName("T3: the horizon is measured from the event that counted")
        void horizon() {
            world.deliver(fold, arriving(1, NOW_MILLIS, "x"));
            world.deliver(fold, arriving(2, NOW_MILLIS + HORIZON_MILLIS, "x"));
            world.deliver(fold, arriving(3, NOW_MILLIS + HORIZON_MILLIS + 1, "x"));

            assertFolded(VIEW, positions(1, 3));
        }

        @Test
        @DisplayName("T3: events without an id are no duplicates, and cost no write of ids")
        void eventsWithoutId() {
            world.deliver(fold, event(1, ""), event(2, ""));

            assertFolded(VIEW, positions(1, 2));
            assertThat(world.items.puts).noneMatch(ItemKey::isIds);
        }

        @Test
        @DisplayName("T3: a batch of copies changes no tile")
        void onlyCopies() {
            world.deliver(fold, event(1, "x"));
            world.items.puts.clear();
            world.deliver(fold, event(2, "x"), hourEarlier(3, "x"));

            assertThat(world.items.puts).containsExactly(ANNS_IDS);
            assertFolded(VIEW, positions(1));
        }

        @Test
        @DisplayName("T3: ids of before a view's activation are not known to it")
        void activation() {
            View later = FoldWorld.dropping("5555555555555555", 100);
            BatchFold both = world.fold(VIEW, later);
            world.control.control = active(1, VIEW);
            world.deliver(both, event(1, "x"));
            world.control.control = active(2, VIEW, later);
            world.deliver(both, event(2, "x"), event(3, "x"));

            assertFolded(VIEW, positions(1));
            assertFolded(later, positions(2));
        }

        private static ControlRow active(long rev, View... views) {
            Map<String, ControlRow.ViewStatus> status = new HashMap<>();
            for (View view : views) {
                status.put(view.version(), ControlRow.ViewStatus.ACTIVE);
            }
            return new ControlRow(rev, "g1", ControlRow.Phase.LIVE, status);
        }
    }

    @Nested
    class FenceOrder {

        @Test
        @DisplayName("T3: no tile is written before the ids are confirmed")
        void idsFirst() {
            failIds();
            BatchOutcome outcome = world.deliver(fold, event(1, ""), event(2, "x"), event(3, "y"));

            assertThat(world.items.puts).isNotEmpty().allMatch(ItemKey::isIds);
            assertThat(outcome.firstFailed()).isEqualTo(sequence(1));

            heal();
            assertThat(world.deliver(fold, event(1, ""), event(2, "x")).isDone())
                    .isTrue();
            assertFolded(VIEW, positions(1, 2));
        }

        @Test
        @DisplayName("T3: the item's ids decide, also if it bears the mark that a stale reader meant to write")
        void ownMarkOfAStaleBase() {
            BatchFold stale = world.fold(VIEW);
            world.deliver(stale, event(1, "w"));
            world.deliver(fold, event(2, "x"));
            // Decided as a copy and stored, but the lane row was not reached.
            for (int i = 0; i < 10; i++) {
                world.control.laneFaults.add(Fault.REFUSED);
            }
            assertThat(world.deliver(fold, hourEarlier(3, "x")).isDone()).isFalse();
            world.control.laneFaults.clear();

            // Its cache knows nothing of 2, so it takes 3 for the first, and finds a mark that is its own.
            assertThat(world.deliver(stale, hourEarlier(3, "x")).isDone()).isTrue();

            assertFolded(VIEW, positions(1, 2));
        }

        @Test
        @DisplayName("T3: a put of ids that lands minutes later finds its fence gone")
        void lateIds() {
            world.items.faults = key -> key.isIds() ? Fault.LATE : Fault.NONE;
            assertThat(world.deliver(fold, event(1, "x"), event(2, "y")).isDone())
                    .isFalse();
            heal();
            world.deliver(world.fold(VIEW), event(1, "x"), event(2, "y"), event(3, "x"));
            world.items.landLate();

            assertThat(ids().mark()).isEqualTo(position(3, 0));
            assertFolded(VIEW, positions(1, 2));
        }
    }

    @Nested
    class Redelivery {

        @Test
        @DisplayName("T3: an event whose ids are stored and whose tiles are not counts when it comes again")
        void crashBetweenThePuts() {
            failTiles();
            world.deliver(fold, event(1, "x"), hourEarlier(2, "x"), event(3, "y"));
            assertThat(ids().mark()).isEqualTo(position(3, 0));
            heal();

            BatchFold other = world.fold(VIEW);
            world.deliver(other, event(1, "x"));
            world.deliver(other, hourEarlier(2, "x"));
            world.deliver(other, event(3, "y"), event(4, "y"));

            assertFolded(VIEW, positions(1, 3));
        }

        @Test
        @DisplayName("T3: a zombie that read everything long ago adds nothing")
        void zombie() {
            BatchFold zombie = world.fold(VIEW);
            world.deliver(zombie, event(1, "x"));
            LaneRow stale = world.laneRow();
            world.deliver(fold, event(2, "y"), hourEarlier(3, "x"), event(4, "y"), event(5, "z"));

            world.control.staleLanes.put(LANE.id(), stale);
            world.deliver(zombie, event(2, "y"), hourEarlier(3, "x"), event(4, "y"));

            assertFolded(VIEW, positions(1, 2, 5));
        }
    }

    @Nested
    class Settling {

        private final BatchFold fold = world.fold(TWO_IDS);

        @Test
        @DisplayName("T3: no id is forgotten before its event is done")
        void waitsForTheOwner() {
            failTiles();
            BatchOutcome outcome =
                    world.deliver(fold, event(1, "a"), event(2, "b"), event(3, "c"), event(4, "d"), event(5, "a"));
            assertThat(outcome.firstFailed()).isEqualTo(sequence(1));
            ItemKey key = ItemKey.ids(TWO_IDS.version(), "ann", LANE.id());
            assertThat(Objects.requireNonNull(world.items.items.get(key)).mark())
                    .as("c would push out a, of which no tile has been written")
                    .isEqualTo(position(2, 0));

            heal();
            assertThat(world.deliver(world.fold(TWO_IDS), event(1, "a")).isDone())
                    .isTrue();
            assertThat(world.deliver(fold, event(2, "b"), event(3, "c"), event(4, "d"), event(5, "a"))
                            .isDone())
                    .isTrue();
            assertFolded(TWO_IDS, positions(1, 2, 3, 4, 5));
        }

        @Test
        @DisplayName("T3: what waits is folded by further rounds of the same invocation, archived once")
        void furtherRounds() {
            List<RawRecord> records = IntStream.range(0, 25)
                    .mapToObj(n -> event(n, n == 24 ? "23" : Integer.toString(n)))
                    .toList();
            BatchOutcome outcome = world.deliver(fold, LANE, records);

            assertThat(outcome.isDone()).isTrue();
            assertThat(outcome.total().folded()).isEqualTo(24);
            assertThat(outcome.total().duplicates()).isEqualTo(1);
            assertThat(world.archive.segments).hasSize(1);
            assertThat(world.laneRow().count()).isEqualTo(25);
            assertFolded(TWO_IDS, positions(IntStream.range(0, 24).toArray()));
        }

        @Test
        @DisplayName("T3: an aggregated record with more ids than are remembered does not wait for itself")
        void aggregatedRecord() {
            List<RawRecord> record = IntStream.range(0, 7)
                    .mapToObj(sub -> event(1, sub, NOW_MILLIS, NOW_MILLIS, "id" + sub))
                    .toList();
            assertThat(world.deliver(fold, LANE, record).isDone()).isTrue();
            assertFolded(
                    TWO_IDS,
                    IntStream.range(0, 7)
                            .mapToObj(sub -> position(1, sub).text())
                            .toList());
        }

        @Test
        @DisplayName("T3: a batch that needs more rounds than one invocation takes makes progress")
        void manyRounds() {
            BatchFold one = world.fold(FoldWorld.dropping("6666666666666666", 1));
            List<RawRecord> records = IntStream.range(0, 200)
                    .mapToObj(n -> event(n, Integer.toString(n)))
                    .toList();
            int deliveries = 0;
            BatchOutcome outcome;
            do {
                outcome = world.deliver(one, LANE, records);
                deliveries++;
            } while (!outcome.isDone() && deliveries < 10);

            assertThat(deliveries).isBetween(2, 4);
            assertThat(world.laneRow().count()).isEqualTo(200);
        }

        @Test
        @DisplayName("T3: a late arrival is not forgotten by the very event that brought it")
        void regressingArrival() {
            world.deliver(fold, event(1, "a"), event(2, "b"));
            failTiles();
            RawRecord old = arriving(3, NOW_MILLIS - HOUR_MILLIS, "old");
            world.deliver(fold, old);
            heal();
            assertThat(world.deliver(world.fold(TWO_IDS), old, event(4, "c")).isDone())
                    .isTrue();
            assertFolded(TWO_IDS, positions(1, 2, 3, 4));
        }

        @Test
        @DisplayName("T3: one hot entity with ten times as many ids in a batch as are remembered")
        void hotEntity() {
            View view = FoldWorld.dropping("7777777777777777", 1_000);
            List<RawRecord> records = IntStream.range(0, 10_000)
                    .mapToObj(n -> event(n, Integer.toString(n)))
                    .toList();
            assertThat(world.deliver(world.fold(view), LANE, records).isDone()).isTrue();
            assertThat(world.foldedInto(view, view.ladder().hop())).hasSize(10_000);
        }
    }

    @Nested
    class Expiry {

        @Test
        @DisplayName("T3: ids outlive every copy that the stream can still deliver")
        void expiresAfterTheStream() {
            world.deliver(fold, event(1, "x"), event(2, "x"));

            long untilMillis = NOW_MILLIS + 2 + HORIZON_MILLIS + 60_000 + DAY_MILLIS + DAY_MILLIS;
            assertThat(ids().expiresAtSeconds()).isEqualTo(untilMillis / 1000 + 1);
        }

        @Test
        @DisplayName("T3: a delivery older than its ids counts nothing anew")
        void deliveryOlderThanItsIds() {
            world.deliver(fold, event(1, "x"));
            LaneRow stale = world.laneRow();
            world.deliver(fold, hourEarlier(2, "x"));
            world.items.items.remove(ANNS_IDS);
            world.nowMillis += 2 * DAY_MILLIS + HORIZON_MILLIS;
            world.control.staleLanes.put(LANE.id(), stale);

            BatchOutcome outcome = world.deliver(world.fold(VIEW), hourEarlier(2, "x"));

            assertThat(outcome.counts().expired.sum()).isEqualTo(1);
            assertThat(world.items.items).doesNotContainKey(ANNS_IDS);
            assertFolded(VIEW, positions(1));
        }
    }

    @Nested
    class Ancestors {

        private final Lane child = lane("shardId-000000000001");
        private final Lane grandchild = lane("shardId-000000000002");
        private final List<String> asked = new ArrayList<>();

        Ancestors() {
            world.lineage.parents.put(child.id(), List.of(LANE));
            world.lineage.parents.put(grandchild.id(), List.of(child));
            world.lineage.drained = (lane, last) -> {
                asked.add(lane.id() + " after " + last.text());
                return true;
            };
        }

        private BatchOutcome deliver(BatchFold sandbox, Lane lane, RawRecord... records) {
            return world.deliver(sandbox, lane, List.of(records));
        }

        @Test
        @DisplayName("T3: a copy that arrives on a child lane within the horizon is dropped")
        void copyOnAChild() {
            deliver(fold, LANE, event(1, "x"), event(2, "y"));
            deliver(fold, child, event(11, "x"), event(12, "z"));
            deliver(world.fold(VIEW), child, hourEarlier(13, "y"), event(14, "z"));

            assertFolded(VIEW, positions(1, 2, 12));
            assertThat(asked)
                    .containsExactly(LANE.id() + " after " + position(2, 0).text());
            assertThat(Objects.requireNonNull(world.control.lanes.get(child.id()))
                            .ancestors())
                    .containsExactlyEntriesOf(Map.of(LANE.id(), NOW_MILLIS + 2));
        }

        @Test
        @DisplayName("T3: ids of ancestors are read while they can matter, and no longer")
        void beyondTheHorizon() {
            deliver(fold, LANE, arriving(1, NOW_MILLIS, "x"));
            deliver(fold, child, arriving(11, NOW_MILLIS + HORIZON_MILLIS, "x"));
            assertThat(world.items.queries).hasSize(1);
            deliver(fold, child, arriving(12, NOW_MILLIS + HORIZON_MILLIS + 1, "x"));

            assertThat(world.items.queries).hasSize(1);
            assertFolded(VIEW, positions(1, 12));
        }

        @Test
        @DisplayName("T3: a batch waits until the parent is folded to its end")
        void waitsForTheParent() {
            world.lineage.drained = (lane, last) -> last.equals(position(2, 0));
            deliver(fold, LANE, event(1, "x"));

            BatchOutcome held = deliver(fold, child, hourEarlier(11, "y"));

            assertThat(held.held()).isEqualTo(BatchOutcome.Hold.WAITS_FOR_PARENT);
            assertThat(held.firstFailed()).isEqualTo(sequence(11));
            assertThat(held.troubles())
                    .containsExactly("lane " + child.id() + " waits until lane " + LANE.id()
                            + ", from which its shard descends, is folded to its end");
            assertFolded(VIEW, positions(1));

            deliver(fold, LANE, event(2, "y"));
            assertThat(deliver(fold, child, hourEarlier(11, "y")).isDone()).isTrue();
            assertFolded(VIEW, positions(1, 2));
        }

        @Test
        @DisplayName("T3: a parent of which nothing was folded yet is waited for too")
        void waitsForAParentWithoutARow() {
            world.lineage.drained = (lane, last) -> !last.equals(Position.ORIGIN);
            assertThat(deliver(fold, child, event(11, "x")).held()).isEqualTo(BatchOutcome.Hold.WAITS_FOR_PARENT);
            deliver(fold, LANE, event(1, "x"));
            assertThat(deliver(fold, child, event(11, "x")).isDone()).isTrue();
            assertFolded(VIEW, positions(1));
        }

        @Test
        @DisplayName("T3: ids are known over lanes in which nothing happened, and from lane to lane")
        void grandparents() {
            deliver(fold, LANE, event(1, "x"), event(2, "y"));
            deliver(fold, grandchild, event(21, "x"));
            assertThat(asked).hasSize(2);

            Lane other = lane("shardId-000000000003");
            world.lineage.parents.put(other.id(), List.of(grandchild));
            deliver(fold, other, hourEarlier(31, "y"), event(32, "z"));
            assertThat(asked).as("the grandchild's row knows its ancestors").hasSize(3);
            assertFolded(VIEW, positions(1, 2, 32));
        }

        @Test
        @DisplayName("T3: lanes that are no ancestors have nothing to say")
        void siblings() {
            Lane sibling = lane("shardId-000000000004");
            world.lineage.parents.put(sibling.id(), List.of(LANE));
            deliver(fold, LANE, event(1, "w"));
            deliver(fold, child, event(11, "x"));
            deliver(fold, sibling, event(41, "x"));

            assertFolded(VIEW, positions(1, 11, 41));
        }

        @Test
        @DisplayName("T3: an ancestor whose records are too old for any horizon is left out")
        void oldAncestors() {
            deliver(fold, LANE, arriving(1, NOW_MILLIS - HOUR_MILLIS, "x"));
            deliver(fold, child, event(11, "x"));
            deliver(fold, grandchild, event(21, "x"));

            assertThat(Objects.requireNonNull(world.control.lanes.get(grandchild.id()))
                            .ancestors())
                    .containsOnlyKeys(child.id());
            assertFolded(VIEW, positions(1, 11));
        }

        @Test
        @DisplayName("T3: a lineage that cannot be found out holds the batch back")
        void unknownLineage() {
            world.lineage.drained = (lane, last) -> {
                throw new IllegalStateException("no answer");
            };
            BatchOutcome held = deliver(fold, child, event(11, "x"));
            assertThat(held.held()).isEqualTo(BatchOutcome.Hold.WAITS_FOR_PARENT);
            assertThat(held.troubles()).singleElement().asString().contains("no answer");
        }

        @Test
        @DisplayName("T3: a failed query of ancestors fails the entity's events, and decides nothing")
        void failedQuery() {
            deliver(fold, LANE, event(1, "x"));
            world.items.failingQueries = 1;
            assertThat(deliver(fold, child, event(11, "x")).firstFailed()).isEqualTo(sequence(11));
            assertThat(deliver(fold, child, event(11, "x")).isDone()).isTrue();
            assertFolded(VIEW, positions(1));
        }

        @Test
        @DisplayName("T3: lanes whose views keep duplicates ask nobody")
        void viewsThatKeepDuplicates() {
            BatchFold plain = world.fold(ONE);
            deliver(plain, child, event(11, "x"));

            assertThat(asked).isEmpty();
            assertThat(Objects.requireNonNull(world.control.lanes.get(child.id()))
                            .ancestors())
                    .isNull();
            assertThat(world.items.queries).isEmpty();
        }
    }
}

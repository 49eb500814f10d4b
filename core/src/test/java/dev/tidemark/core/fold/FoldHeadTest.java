package dev.tidemark.core.fold;

import static dev.tidemark.core.fold.FoldWorld.NOW_MILLIS;
import static dev.tidemark.core.fold.FoldWorld.position;
import static dev.tidemark.core.fold.FoldWorld.record;
import static dev.tidemark.core.fold.FoldWorld.sequence;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.store.Fault;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.StoredItem;
import dev.tidemark.core.view.View;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The rules of heads, each where a store or another sandbox makes it necessary. A head here holds four tiles. */
class FoldHeadTest {

    private static final View VIEW = FoldWorld.headed(FoldWorld.view("7777777777777777"), 4);
    private static final long HOP_MILLIS = VIEW.ladder().hop().widthMillis();
    private static final ItemKey HEAD = ItemKey.head(VIEW.version(), "ann", FoldWorld.LANE.id());

    private final FoldWorld world = new FoldWorld();
    private BatchFold fold = world.fold(VIEW);

    @BeforeEach
    void active() {
        world.control.control =
                new ControlRow(1, "g1", ControlRow.Phase.LIVE, Map.of(VIEW.version(), ControlRow.ViewStatus.ACTIVE));
    }

    /** An event of ann in a tile, counted from an hour ago. */
    private static RawRecord inTile(int n, int tile) {
        return record(n, 0, "ann@" + (NOW_MILLIS - 3_600_000 + tile * HOP_MILLIS));
    }

    private static RawRecord[] inTiles(int firstN, int... tiles) {
        return IntStream.range(0, tiles.length)
                .mapToObj(i -> inTile(firstN + i, tiles[i]))
                .toArray(RawRecord[]::new);
    }

    private void assertAllOnce(int events) {
        List<String> expected = IntStream.rangeClosed(1, events)
                .mapToObj(n -> position(n, 0).text())
                .sorted()
                .toList();
        VIEW.ladder()
                .widths()
                .forEach(width -> assertThat(world.foldedInto(VIEW, width))
                        .as(width.code())
                        .isEqualTo(expected));
    }

    @Test
    @DisplayName("U1: a batch writes one item per entity, until the head holds too much")
    void oneItem() {
        world.deliver(fold, inTiles(1, 0, 1, 2, 3));
        world.deliver(fold, inTiles(5, 3, 2, 0));
        assertThat(world.items.puts).containsExactly(HEAD, HEAD);
        assertAllOnce(7);

        world.deliver(fold, inTile(8, 4));

        assertThat(world.items.puts).hasSize(5).last().isEqualTo(HEAD);
        assertAllOnce(8);
    }

    @Test
    @DisplayName("U2: what goes below is decided on the stored head, not on the cached one")
    void aCachedHeadSendsNothingBelow() {
        world.deliver(fold, inTiles(1, 0, 1, 2));
        world.deliver(world.fold(VIEW), inTiles(4, 0, 1));

        world.deliver(fold, inTiles(6, 3, 4));

        assertAllOnce(7);
    }

    @Test
    @DisplayName("U2: nor is a late event put below on a cached head's word")
    void aCachedHeadDoesNotKnowWhatIsLate() {
        world.deliver(fold, inTiles(1, 0, 1, 2, 3, 4));
        BatchFold other = world.fold(VIEW);
        world.deliver(other, inTiles(6, 5, 6, 7));

        world.deliver(fold, inTiles(9, 0, 8));

        assertAllOnce(10);
        assertThat(Objects.requireNonNull(world.items.items.get(HEAD)).mark()).isEqualTo(position(10, 0));
    }

    @Test
    @DisplayName("U3: the head is put only when what it gives up is confirmed below")
    void theHeadWaits() {
        world.deliver(fold, inTiles(1, 0, 1, 2, 3));
        String hop = VIEW.ladder().hop().code();
        world.items.faults = key -> key.width().equals(hop) ? Fault.REFUSED : Fault.NONE;

        BatchOutcome outcome = world.deliver(fold, inTiles(5, 3, 4));

        assertThat(outcome.firstFailed()).isEqualTo(sequence(5));
        assertThat(Objects.requireNonNull(world.items.items.get(HEAD)).mark()).isEqualTo(position(4, 0));

        world.items.faults = key -> Fault.NONE;
        world.deliver(world.fold(VIEW), inTiles(5, 3, 4));
        assertAllOnce(6);
    }

    @Test
    @DisplayName("U3: lost answers and late writes, below and of the head")
    void lostAnswers() {
        int[] puts = {0};
        world.items.faults = key -> switch (puts[0]++ % 4) {
            case 1 -> Fault.RESPONSE_LOST;
            case 2 -> Fault.LATE;
            default -> Fault.NONE;
        };
        for (int n = 1; n <= 30; n++) {
            RawRecord next = inTile(n, n % 5 == 0 ? n - 4 : n);
            while (!world.deliver(fold, next).isDone()) {
                fold = world.fold(VIEW);
            }
            if (n % 3 == 0) {
                world.items.landLate();
            }
        }
        world.items.landLate();
        assertAllOnce(30);
    }

    @Test
    @DisplayName("U3: a late event raises the head's mark, so that a redelivery needs nothing below")
    void redeliveryOfALateEvent() {
        world.deliver(fold, inTiles(1, 0, 1, 2, 3, 4));
        world.deliver(fold, inTile(6, 0));
        assertThat(Objects.requireNonNull(world.items.items.get(HEAD)).mark()).isEqualTo(position(6, 0));
        world.control.lanes.clear();
        int puts = world.items.puts.size();

        world.deliver(world.fold(VIEW), inTiles(1, 0, 1, 2, 3, 4, 0));

        assertThat(world.items.puts).hasSize(puts);
        assertAllOnce(6);
    }

    @Test
    @DisplayName("a head that cannot be read is neither folded into nor overwritten")
    void corruptHead() {
        world.deliver(fold, inTile(1, 0));
        world.items.items.replaceAll((key, item) -> new StoredItem(item.mark(), new byte[] {99}, 0));

        BatchOutcome outcome = world.deliver(world.fold(VIEW), inTile(2, 1));

        assertThat(outcome.firstFailed()).isEqualTo(sequence(2));
        assertThat(outcome.troubles())
                .anySatisfy(trouble -> assertThat(trouble).contains("format version 99 of a head"));
    }

    @Test
    @DisplayName("U5: a head lives as long as its newest tile may be asked for, and records may come again")
    void expiry() {
        world.deliver(fold, inTiles(1, 0, 3));
        long newestEndMillis = NOW_MILLIS - 3_600_000 + 4 * HOP_MILLIS;
        long keepMillis = 86_400_000L + 3_600_000L;
        assertThat(Objects.requireNonNull(world.items.items.get(HEAD)).expiresAtSeconds() * 1000)
                .isBetween(
                        newestEndMillis + keepMillis + VIEW.retentionMillis() + VIEW.streamRetentionMillis(),
                        newestEndMillis + keepMillis + 5 * 86_400_000L);
    }
}

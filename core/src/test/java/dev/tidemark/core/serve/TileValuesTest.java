package dev.tidemark.core.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.tidemark.core.aggregate.AggregateFunctions;
import dev.tidemark.core.aggregate.ByteWriter;
import dev.tidemark.core.aggregate.Computation;
import dev.tidemark.core.aggregate.FieldInput;
import dev.tidemark.core.aggregate.State;
import dev.tidemark.core.aggregate.StateType;
import dev.tidemark.core.aggregate.TileStates;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.tile.Tile;
import dev.tidemark.core.tile.TileLayout;
import dev.tidemark.core.value.ValueType;
import dev.tidemark.core.view.View;
import dev.tidemark.core.window.Cover;
import dev.tidemark.core.window.Interval;
import dev.tidemark.core.window.TileRange;
import dev.tidemark.core.window.TileWidth;
import dev.tidemark.core.window.Window;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class TileValuesTest {

    private static final Computation COUNT =
            AggregateFunctions.find("count").orElseThrow().bind(FieldInput.NONE, Map.of());

    private static final StateType COUNTED = COUNT.states().get(0);

    /** A count of all events, of those that pass filter 0, and of the others, which pass filter 1. */
    private static final TileLayout LAYOUT = new TileLayout(List.of(
            new TileLayout.Entry(COUNTED, TileLayout.NO_FILTER),
            new TileLayout.Entry(COUNTED, 0),
            new TileLayout.Entry(COUNTED, 1)));

    private static final TileWidth SECOND = new TileWidth("1s", 1_000, 60, 60_000);
    private static final TileWidth MINUTE = new TileWidth("1m", 60_000, 60, 3_600_000);

    /** One second, one minute, then two seconds. */
    private static final Cover COVER = new Cover(
            new Interval(59_000, 122_000),
            List.of(new TileRange(SECOND, 59, 60), new TileRange(MINUTE, 1, 2), new TileRange(SECOND, 120, 122)));

    /** The last of these. */
    private static final Cover SHORT_COVER =
            new Cover(new Interval(121_000, 122_000), List.of(new TileRange(SECOND, 121, 122)));

    private static final Window WINDOW = Window.parse("1m");
    private static final Window SHORT = Window.parse("1s");

    private final TileValues tiles = new TileValues(
            LAYOUT,
            121_500,
            Map.of(WINDOW, COVER, SHORT, SHORT_COVER),
            List.of(feature(WINDOW, List.of(1, 0)), feature(SHORT, List.of(2))));

    private static View.Feature feature(Window window, List<Integer> states) {
        return new View.Feature("events_" + window.text(), ValueType.INTEGER, window, COUNT, states);
    }

    private void add(TileWidth width, long index, Tile tile) {
        tiles.add(width, targets -> targets.merge(index, tile));
    }

    private static Tile tile(int events, int passing) {
        Tile tile = Tile.empty(LAYOUT);
        for (int i = 0; i < events; i++) {
            tile.add(new EventRow(0), i < passing ? 0b01 : 0b10);
        }
        return tile;
    }

    /** Counts are encoded as varints, of one byte while they are small. */
    private static int count(State state) {
        ByteWriter out = new ByteWriter();
        state.writeTo(out);
        return out.toByteArray()[0];
    }

    @Test
    void tilesOfAllLanesAndWidthsAreMergedWithinTheCoverOnly() {
        add(MINUTE, 1, tile(1, 0));
        add(MINUTE, 1, tile(2, 1));
        add(SECOND, 121, tile(4, 4));
        add(MINUTE, 0, tile(8, 8));
        add(MINUTE, 2, tile(16, 16));
        add(SECOND, 119, tile(32, 32));
        add(SECOND, 122, tile(64, 64));

        TileStates states = tiles.states(WINDOW, List.of(1, 0));

        assertThat(count(states.merged(0))).isEqualTo(5);
        assertThat(count(states.merged(1))).isEqualTo(7);
        assertThat(states.atMillis()).isEqualTo(121_500);
    }

    @Test
    void slicesAreInTimeOrderAndMergedAcrossLanes() {
        add(SECOND, 121, tile(4, 0));
        add(SECOND, 120, tile(1, 0));
        add(SECOND, 120, tile(2, 0));
        add(MINUTE, 1, tile(8, 0));

        List<TileStates.Slice> slices = tiles.states(WINDOW, List.of(0)).slices();

        assertThat(slices).extracting(TileStates.Slice::startMillis).containsExactly(60_000L, 120_000L, 121_000L);
        assertThat(slices).extracting(TileStates.Slice::endMillis).containsExactly(120_000L, 121_000L, 122_000L);
        assertThat(slices).extracting(slice -> count(slice.state(0))).containsExactly(8, 3, 4);
    }

    @Test
    void slicesWithoutAnythingForTheComputationAreLeftOut() {
        add(SECOND, 120, tile(1, 0));
        add(SECOND, 121, tile(2, 1));

        assertThat(tiles.states(WINDOW, List.of(1)).slices())
                .extracting(TileStates.Slice::startMillis)
                .containsExactly(121_000L);
    }

    /** A tile of both windows counts in both, and only with what each wants. */
    @Test
    void windowsThatOverlapHaveTheirOwnTiles() {
        add(MINUTE, 1, tile(1, 0));
        add(SECOND, 120, tile(2, 1));
        add(SECOND, 121, tile(4, 2));
        add(SECOND, 121, tile(8, 8));

        assertThat(count(tiles.states(WINDOW, List.of(1)).merged(0))).isEqualTo(11);
        assertThat(count(tiles.states(SHORT, List.of(2)).merged(0))).isEqualTo(2);
        assertThat(tiles.eventCount(WINDOW)).isEqualTo(15L);
        assertThat(tiles.eventCount(SHORT)).isEqualTo(12L);
        assertThat(tiles.tileCount(new TileRange(SECOND, 120, 122))).isEqualTo(2);
        assertThat(tiles.tileCount(new TileRange(SECOND, 121, 122))).isEqualTo(1);
    }

    @Test
    void noTileIsWantedThatNoWindowHas() {
        tiles.add(SECOND, targets -> {
            assertThat(targets.of(58)).isNull();
            assertThat(targets.of(59)).isNotNull();
            assertThat(targets.of(60)).isNull();
            assertThat(targets.of(119)).isNull();
            assertThat(targets.of(121)).isNotNull();
            assertThat(targets.of(122)).isNull();
        });
        tiles.add(new TileWidth("1d", 86_400_000, 1, 86_400_000), targets -> fail("of a width that no window has"));
    }

    @Test
    void tilesByNumberAreThoseOfTheCover() {
        NavigableMap<Long, Tile> seconds = new TreeMap<>();
        for (long second = 118; second < 124; second++) {
            seconds.put(second, tile(1 << (second - 118), 0));
        }

        tiles.add(SECOND, seconds);

        assertThat(tiles.eventCount(WINDOW)).isEqualTo(4L + 8L);
        assertThat(tiles.eventCount(SHORT)).isEqualTo(8L);
    }

    /** Windows share tiles, so merging must leave them as they are. */
    @Test
    void mergingChangesNoTile() {
        Tile first = tile(1, 0);
        add(SECOND, 120, first);
        add(SECOND, 120, tile(2, 0));

        assertThat(count(tiles.states(WINDOW, List.of(0)).merged(0))).isEqualTo(3);
        assertThat(tiles.states(WINDOW, List.of(0)).slices()).hasSize(1);

        assertThat(count(first.state(0))).isEqualTo(1);
    }
}

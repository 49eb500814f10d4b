package dev.tidemark.core.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.aggregate.AggregateFunctions;
import dev.tidemark.core.aggregate.ByteWriter;
import dev.tidemark.core.aggregate.FieldInput;
import dev.tidemark.core.aggregate.State;
import dev.tidemark.core.aggregate.StateType;
import dev.tidemark.core.aggregate.TileStates;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.tile.Tile;
import dev.tidemark.core.tile.TileLayout;
import dev.tidemark.core.window.Cover;
import dev.tidemark.core.window.Interval;
import dev.tidemark.core.window.TileRange;
import dev.tidemark.core.window.TileWidth;
import dev.tidemark.core.window.Window;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TileValuesTest {

    private static final StateType COUNT = AggregateFunctions.find("count")
            .orElseThrow()
            .bind(FieldInput.NONE, Map.of())
            .states()
            .get(0);

    /** A count of all events, and one of those that pass filter 0. */
    private static final TileLayout LAYOUT =
            new TileLayout(List.of(new TileLayout.Entry(COUNT, TileLayout.NO_FILTER), new TileLayout.Entry(COUNT, 0)));

    private static final TileWidth SECOND = new TileWidth("1s", 1_000, 60, 60_000);
    private static final TileWidth MINUTE = new TileWidth("1m", 60_000, 60, 3_600_000);

    /** One minute, then two seconds. */
    private static final Cover COVER = new Cover(
            new Interval(60_000, 122_000), List.of(new TileRange(MINUTE, 1, 2), new TileRange(SECOND, 120, 122)));

    private static final Window WINDOW = Window.parse("1m");

    private final TileValues tiles = new TileValues(LAYOUT);
    private final TileValues.Moment moment = tiles.at(121_500, Map.of(WINDOW, COVER));

    private static Tile tile(int events, int passing) {
        Tile tile = Tile.empty(LAYOUT);
        for (int i = 0; i < events; i++) {
            tile.add(new EventRow(0), i < passing ? 1 : 0);
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
        tiles.add(MINUTE, 1, tile(1, 0));
        tiles.add(MINUTE, 1, tile(2, 1));
        tiles.add(SECOND, 121, tile(4, 4));
        tiles.add(MINUTE, 0, tile(8, 8));
        tiles.add(MINUTE, 2, tile(16, 16));
        tiles.add(SECOND, 119, tile(32, 32));
        tiles.add(SECOND, 122, tile(64, 64));

        TileStates states = moment.states(WINDOW, List.of(1, 0));

        assertThat(count(states.merged(0))).isEqualTo(5);
        assertThat(count(states.merged(1))).isEqualTo(7);
        assertThat(states.atMillis()).isEqualTo(121_500);
    }

    @Test
    void slicesAreInTimeOrderAndMergedAcrossLanes() {
        tiles.add(SECOND, 121, tile(4, 0));
        tiles.add(SECOND, 120, tile(1, 0));
        tiles.add(SECOND, 120, tile(2, 0));
        tiles.add(MINUTE, 1, tile(8, 0));

        List<TileStates.Slice> slices = moment.states(WINDOW, List.of(0)).slices();

        assertThat(slices).extracting(TileStates.Slice::startMillis).containsExactly(60_000L, 120_000L, 121_000L);
        assertThat(slices).extracting(TileStates.Slice::endMillis).containsExactly(120_000L, 121_000L, 122_000L);
        assertThat(slices).extracting(slice -> count(slice.state(0))).containsExactly(8, 3, 4);
    }

    @Test
    void slicesWithoutAnythingForTheComputationAreLeftOut() {
        tiles.add(SECOND, 120, tile(1, 0));
        tiles.add(SECOND, 121, tile(2, 1));

        assertThat(moment.states(WINDOW, List.of(1)).slices())
                .extracting(TileStates.Slice::startMillis)
                .containsExactly(121_000L);
    }

    /** Windows share tiles, so merging must leave them as they are. */
    @Test
    void mergingChangesNoTile() {
        Tile first = tile(1, 0);
        tiles.add(SECOND, 120, first);
        tiles.add(SECOND, 120, tile(2, 0));

        assertThat(count(moment.states(WINDOW, List.of(0)).merged(0))).isEqualTo(3);
        assertThat(moment.states(WINDOW, List.of(0)).slices()).hasSize(1);

        assertThat(count(first.state(0))).isEqualTo(1);
    }
}

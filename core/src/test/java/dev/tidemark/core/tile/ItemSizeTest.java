package dev.tidemark.core.tile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.window.TileWidth;
import java.math.BigDecimal;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ItemSizeTest {

    private static final TileWidth HOP = new TileWidth("5s", 5_000, 60, 300_000);

    @Test
    void theArithmeticNamesEveryTerm() {
        ItemSize size = ItemSize.of(Layouts.of("avg", "max"), HOP);
        assertThat(size.arithmetic())
                .isEqualTo("3,249 (keys and attributes) + 11 (format version and number of tiles)"
                        + " + 60 × 6 (a tile's place and marks) + 60 × 39 (sum(price)) + 60 × 8 (count())"
                        + " + 60 × 18 (max(price)) = 7,520 bytes");
        assertThat(size.totalBytes()).isEqualTo(7_520);
        assertThat(size.fits()).isTrue();
    }

    @Test
    void theTilesThatTheBudgetAllowsFit() {
        TileLayout layout = Layouts.of(Layouts.bind("last_n", Map.of("n", 100)));
        int tiles = ItemSize.bytesForTiles(layout) / ItemSize.maxTileBytes(layout);
        assertThat(ItemSize.of(layout, new TileWidth("5s", 5_000, tiles, 1)).fits())
                .isTrue();
        assertThat(ItemSize.of(layout, new TileWidth("5s", 5_000, tiles + 1, 1)).fits())
                .isFalse();
    }

    @Test
    void idsAreAnItemOfTheirOwn() {
        ItemSize size = ItemSize.ofIds(new SeenIds.Rule(600_000, 1_000));
        assertThat(size.arithmetic())
                .isEqualTo("3,249 (keys and attributes) + 23 (format version, latest arrival and number of ids)"
                        + " + 1000 × 27 (event ids) = 30,272 bytes");
        assertThat(size.fits()).isTrue();
        assertThat(ItemSize.ofIds(new SeenIds.Rule(600_000, 20_000)).fits()).isFalse();
    }

    @Test
    void theLargestEventsStayBelow() {
        TileLayout layout = Layouts.of("avg", "min", "max", "variance", "last", "first");
        ItemState item = ItemState.empty(layout, HOP, 5, "shardId-0");
        EventRow row = new EventRow(1);
        for (int i = 0; i < 600; i++) {
            row.setBigNumber(0, new BigDecimal("-0.9999999999999999999999999999999999"));
            row.setEventTimeMillis(Long.MAX_VALUE - i);
            row.setRecord(new Position("9".repeat(129), Long.MAX_VALUE), "shardId-000000000003", 0);
            item.add(300 + i % 60, row, 0);
            row.setBigNumber(0, new BigDecimal("9".repeat(34) + "E1"));
            item.add(300 + i % 60, row, 0);
        }
        assertThat((long) item.encode().length)
                .isLessThanOrEqualTo(ItemSize.of(layout, HOP).totalBytes());
    }
}

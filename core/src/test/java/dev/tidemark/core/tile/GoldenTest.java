package dev.tidemark.core.tile;

import static org.assertj.core.api.Assertions.assertThat;

import com.dynatrace.hash4j.hashing.HashValue128;
import dev.tidemark.core.aggregate.Computation;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.window.TileWidth;
import dev.tidemark.core.window.Window;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The stored bytes, frozen. A test that fails here means that items written by earlier releases would be read as
 * something else: the format needs a new version and a reader for the old one, not a new golden file.
 */
class GoldenTest {

    private static final String SHARD = "shardId-000000000003";
    private static final TileWidth HOP = new TileWidth("5s", 5_000, 60, 300_000);

    /** 2023-11-14T22:10:00Z in blocks of five minutes. */
    private static final long BLOCK = 5_666_666;

    private static final long FIRST_TILE = BLOCK * 60;

    private record Golden(String file, ItemState item) {

        @Override
        public String toString() {
            return file;
        }
    }

    static Stream<Golden> goldens() {
        return Stream.of(
                new Golden("count", oneTile(bind("count"))),
                new Golden("sum", oneTile(bind("sum"))),
                new Golden("avg", oneTile(bind("avg"))),
                new Golden("min", oneTile(bind("min"))),
                new Golden("max", oneTile(bind("max"))),
                new Golden("variance", oneTile(Layouts.bind("variance", Map.of("sample", false)))),
                new Golden("first", oneTile(bind("first"))),
                new Golden("last", oneTile(bind("last"))),
                new Golden("first_n", oneTile(Layouts.bind("first_n", Map.of("n", 2)))),
                new Golden("last_n", oneTile(Layouts.bind("last_n", Map.of("n", 2)))),
                new Golden("scalars", scalars()),
                new Golden("big_numbers", bigNumbers()),
                new Golden("many_tiles", manyTiles()),
                new Golden("empty_states", emptyStates()),
                new Golden("empty", ItemState.empty(first(Layouts.of("count")), HOP, BLOCK, SHARD)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("goldens")
    void bytesAreAsFrozen(Golden golden) throws IOException {
        assertThat(HexFormat.of().formatHex(golden.item.encode())).isEqualTo(frozen(golden.file));
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"many_tiles"})
    void frozenBytesCanBeRead(String file) throws IOException {
        ItemState item = ItemState.decode(
                first(Layouts.of("avg", "min", "max")),
                HOP,
                BLOCK,
                SHARD,
                HexFormat.of().parseHex(frozen(file)));
        assertThat(HexFormat.of().formatHex(item.encode())).isEqualTo(frozen(file));
    }

    @Test
    void bytesOfEventIdsAreAsFrozen() throws IOException {
        assertThat(HexFormat.of().formatHex(eventIds().encode())).isEqualTo(frozen("event_ids"));
        SeenIds read = SeenIds.decode(HexFormat.of().parseHex(frozen("event_ids")));
        assertThat(HexFormat.of().formatHex(read.encode())).isEqualTo(frozen("event_ids"));
    }

    @Test
    void bytesOfAHeadAndOfAnItemBelowItAreAsFrozen() throws IOException {
        TileLayout layout = Layouts.of("sum", "count");
        HeadRule rule = new HeadRule(HOP.widthMillis(), 10_000, 3, Window.UNBOUNDED);
        HeadState head = HeadState.empty(layout, rule, SHARD);
        ItemState below = ItemState.empty(layout, HOP, BLOCK, SHARD);
        int[] tiles = {2, 3, 5, 7, 3};
        for (int i = 0; i < tiles.length; i++) {
            EventRow row = price(i + 1, tiles[i] * 5_000L, 1999);
            if (!head.add(row, 0)) {
                below.add(FIRST_TILE + tiles[i], row, 0);
            }
            head.spilled().forEach(spilled -> below.merge(spilled.tile(), spilled.encoded()));
            below.setOpen(head.open());
        }
        assertThat(HexFormat.of().formatHex(head.encode())).isEqualTo(frozen("head"));
        assertThat(HexFormat.of().formatHex(below.encode())).isEqualTo(frozen("below_head"));

        byte[] read = HeadState.decode(layout, rule, SHARD, HexFormat.of().parseHex(frozen("head")))
                .encode();
        assertThat(HexFormat.of().formatHex(read)).isEqualTo(frozen("head"));
        ItemState item =
                ItemState.decode(layout, HOP, BLOCK, SHARD, HexFormat.of().parseHex(frozen("below_head")));
        assertThat(item.open()).isEqualTo(FIRST_TILE + 7);
        assertThat(HexFormat.of().formatHex(item.encode())).isEqualTo(frozen("below_head"));
    }

    /** 19.99, 5 and 19.99 at 0.1, 0.2 and 1.2 seconds into the third tile. */
    private static ItemState oneTile(Computation computation) {
        ItemState item = ItemState.empty(first(Layouts.of(computation)), HOP, BLOCK, SHARD);
        item.add(FIRST_TILE + 2, price(1, 10_100, 1999), 0);
        item.add(FIRST_TILE + 2, price(2, 10_200, 500), 0);
        item.add(FIRST_TILE + 2, price(3, 11_200, 1999), 0);
        return item;
    }

    private static ItemState scalars() {
        ItemState item = ItemState.empty(first(Layouts.of(Layouts.bind("last_n", Map.of("n", 5)))), HOP, BLOCK, SHARD);
        item.add(FIRST_TILE, price(1, 0, -150), 0);
        for (int i = 0; i < 3; i++) {
            EventRow row = price(2 + i, 1 + i, 0);
            if (i == 0) {
                row.setString(0, "caf\u00E9");
            } else {
                row.setBoolean(0, i == 1);
            }
            item.add(FIRST_TILE, row, 0);
        }
        return item;
    }

    private static ItemState bigNumbers() {
        ItemState item = ItemState.empty(first(Layouts.of("sum", "min", "max")), HOP, BLOCK, SHARD);
        for (String number : List.of("-9999999999999999999999999999999999E1", "1E-34", "12345678901234567.89")) {
            EventRow row = price(1, 0, 0);
            row.setBigNumber(0, new BigDecimal(number));
            item.add(FIRST_TILE, row, 0);
        }
        return item;
    }

    private static ItemState manyTiles() {
        ItemState item = ItemState.empty(first(Layouts.of("avg", "min", "max")), HOP, BLOCK, SHARD);
        for (int i = 0; i < 100; i++) {
            int tile = i * i % 60;
            item.add(FIRST_TILE + tile, price(i + 1, tile * 5_000L, 99 + 1_000 * (i % 30)), 0);
        }
        return item;
    }

    private static ItemState emptyStates() {
        List<TileLayout.Entry> entries = Layouts.of("avg", "min", "max").entries();
        TileLayout layout = first(new TileLayout(List.of(
                entries.get(1),
                new TileLayout.Entry(entries.get(0).type(), 0),
                new TileLayout.Entry(entries.get(1).type(), 1))));
        ItemState item = ItemState.empty(layout, HOP, BLOCK, SHARD);
        item.add(FIRST_TILE, price(1, 0, 1999), 0b01);
        item.add(FIRST_TILE + 59, price(2, 295_000, 1999), 0b10);
        return item;
    }

    private static SeenIds eventIds() {
        SeenIds ids = new SeenIds();
        SeenIds.Rule rule = new SeenIds.Rule(600_000, 1_000);
        for (int i = 0; i < 4; i++) {
            EventRow row = price(i + 1, 1_000L * i, 1999);
            HashValue128 id = SeenIds.hash("event-" + i % 3);
            ids.fold(
                    id.getMostSignificantBits(),
                    id.getLeastSignificantBits(),
                    SeenIds.owner(row.position()),
                    row.arrivalMillis(),
                    rule,
                    false);
        }
        return ids;
    }

    private static TileLayout first(TileLayout layout) {
        return Layouts.inFirstFormat(layout);
    }

    private static Computation bind(String function) {
        return Layouts.bind(function, Map.of());
    }

    /** @param offsetMillis from the start of the block */
    private static EventRow price(int sequence, long offsetMillis, long cents) {
        EventRow row = new EventRow(1);
        row.setNumber(0, cents, 2);
        row.setEventTimeMillis(BLOCK * 300_000 + offsetMillis);
        row.setRecord(
                new Position("4964578109380195820473629147362849501947362910473629" + (1_000 + sequence), 0),
                SHARD,
                row.eventTimeMillis() + 250);
        return row;
    }

    private static String frozen(String file) throws IOException {
        try (InputStream in = GoldenTest.class.getResourceAsStream("/golden/" + file + ".hex")) {
            return in == null
                    ? "no file golden/" + file + ".hex"
                    : new String(in.readAllBytes(), StandardCharsets.US_ASCII).replaceAll("\\s", "");
        }
    }
}

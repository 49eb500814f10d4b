package dev.tidemark.core.tile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.tidemark.core.aggregate.ByteWriter;
import dev.tidemark.core.aggregate.State;
import dev.tidemark.core.aggregate.StateType;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.window.TileWidth;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ItemStateTest {

    private static final String SHARD = "shardId-000000000003";
    private static final TileWidth HOP = new TileWidth("5s", 5_000, 60, 300_000);
    private static final long BLOCK = 5_666_666;
    private static final TileLayout SHOP = Layouts.of("avg", "min", "max", "last");

    static LongStream seeds() {
        return LongStream.rangeClosed(1, 30);
    }

    /** In either format. */
    private static TileLayout shop(long seed) {
        return seed % 2 == 0 ? SHOP : Layouts.inFirstFormat(SHOP);
    }

    private record Event(long tile, EventRow row, long filterBits) {}

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void bytesDependOnNoOrderAndNoBatches(long seed) {
        Random random = new Random(seed);
        List<Event> events = events(random, random.nextInt(300));
        byte[] expected =
                fold(ItemState.empty(shop(seed), HOP, BLOCK, SHARD), events).encode();
        List<Event> shuffled = new ArrayList<>(events);
        Collections.shuffle(shuffled, random);
        ItemState item = ItemState.empty(shop(seed), HOP, BLOCK, SHARD);
        int done = 0;
        while (done < shuffled.size()) {
            int batch = Math.min(shuffled.size(), done + 1 + random.nextInt(100));
            item = decode(shop(seed), fold(item, shuffled.subList(done, batch)).encode());
            done = batch;
        }
        assertThat(item.encode()).isEqualTo(expected);
        assertThat(decode(shop(seed), expected).encode()).isEqualTo(expected);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void tilesHoldWhatWentIntoThem(long seed) {
        Random random = new Random(seed);
        List<Event> events = events(random, 200);
        TreeMap<Long, Tile> expected = new TreeMap<>();
        for (Event event : events) {
            expected.computeIfAbsent(event.tile, tile -> Tile.empty(shop(seed))).add(event.row, event.filterBits);
        }
        ItemState item = decode(
                shop(seed),
                fold(ItemState.empty(shop(seed), HOP, BLOCK, SHARD), events).encode());
        assertThat(item.tileCount()).isEqualTo(expected.size());
        int place = 0;
        for (Map.Entry<Long, Tile> tile : expected.entrySet()) {
            assertThat(item.tileIndex(place)).isEqualTo(tile.getKey());
            assertThat(bytes(item.tile(place))).isEqualTo(bytes(tile.getValue()));
            place++;
        }
    }

    /** Whatever was looked at or changed before. */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void tilesAreMergedWhereTheyAreWanted(long seed) {
        Random random = new Random(seed);
        ItemState item = ItemState.decode(
                shop(seed),
                HOP,
                BLOCK,
                SHARD,
                fold(ItemState.empty(shop(seed), HOP, BLOCK, SHARD), events(random, random.nextInt(200)))
                        .encode());
        fold(item, events(random, random.nextInt(3)));
        BitSet wanted =
                BitSet.valueOf(new long[] {random.nextInt(1 << SHOP.entries().size())});
        MergedTiles even = new MergedTiles(shop(seed), wanted);
        MergedTiles others = new MergedTiles(shop(seed), wanted);

        item.mergeInto(tile -> tile % 2 == 0 ? even : tile % 3 == 0 ? others : null);

        Tile expectedEven = Tile.empty(shop(seed));
        Tile expectedOthers = Tile.empty(shop(seed));
        for (int i = 0; i < item.tileCount(); i++) {
            if (item.tileIndex(i) % 2 == 0) {
                expectedEven.merge(item.tile(i));
            } else if (item.tileIndex(i) % 3 == 0) {
                expectedOthers.merge(item.tile(i));
            }
        }
        wanted.stream().forEach(state -> {
            assertThat(bytes(even.state(state))).isEqualTo(bytes(expectedEven.state(state)));
            assertThat(bytes(others.state(state))).isEqualTo(bytes(expectedOthers.state(state)));
        });
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void cutOrTrailingBytesAreCorrupt(long seed) {
        Random random = new Random(seed);
        byte[] body = fold(ItemState.empty(shop(seed), HOP, BLOCK, SHARD), events(random, 1 + random.nextInt(20)))
                .encode();
        for (int length = 0; length < body.length; length++) {
            byte[] cut = Arrays.copyOf(body, length);
            assertThatExceptionOfType(CorruptItem.class)
                    .as("%s of %s bytes", length, body.length)
                    .isThrownBy(() -> decode(shop(seed), cut));
            assertThatExceptionOfType(CorruptItem.class)
                    .as("%s of %s bytes, merged", length, body.length)
                    .isThrownBy(() -> merged(shop(seed), cut));
        }
        assertThatExceptionOfType(CorruptItem.class)
                .isThrownBy(() -> decode(shop(seed), Arrays.copyOf(body, body.length + 1)))
                .withMessageContaining("1 bytes follow");
        assertThatExceptionOfType(CorruptItem.class)
                .isThrownBy(() -> merged(shop(seed), Arrays.copyOf(body, body.length + 1)))
                .withMessageContaining("1 bytes follow");
    }

    /** Damaged bytes are either refused as corrupt or read as something else, but fail in no other way. */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void damagedBytesFailCleanly(long seed) {
        Random random = new Random(seed);
        byte[] body = fold(ItemState.empty(shop(seed), HOP, BLOCK, SHARD), events(random, 20))
                .encode();
        int refused = 0;
        for (int i = 0; i < 200; i++) {
            byte[] damaged = body.clone();
            damaged[random.nextInt(body.length)] = (byte) random.nextInt(256);
            try {
                assertThat(decode(shop(seed), damaged).tileCount()).isLessThanOrEqualTo(HOP.tilesPerBlock());
                merged(shop(seed), damaged);
            } catch (CorruptItem expected) {
                assertThatExceptionOfType(CorruptItem.class).isThrownBy(() -> merged(shop(seed), damaged));
                refused++;
            }
        }
        assertThat(refused).isPositive();
    }

    @Test
    void anUnknownVersionSaysSo() {
        assertThatExceptionOfType(CorruptItem.class)
                .isThrownBy(() -> decode(SHOP, new byte[] {3, 0}))
                .withMessage("format version 3; items of this view have version 2");
    }

    @Test
    void aTileOfAnotherBlockIsRefused() {
        TileLayout first = Layouts.inFirstFormat(SHOP);
        ItemState item = ItemState.empty(first, HOP, BLOCK, SHARD);
        EventRow row = price(1, 1);
        assertThatIllegalArgumentException().isThrownBy(() -> item.add(BLOCK * 60 - 1, row, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> item.add(BLOCK * 60 + 60, row, 0));
        assertThat(item.tileCount()).isZero();
        byte[] lastTile =
                fold(item, List.of(new Event(BLOCK * 60 + 59, row, 0))).encode();
        lastTile[2]++;
        assertThatExceptionOfType(CorruptItem.class).isThrownBy(() -> decode(first, lastTile));
    }

    @Test
    void anEventGoesOnlyToStatesWhoseFilterItPasses() {
        StateType count = Layouts.of("count").entries().get(0).type();
        StateType sum = Layouts.of("sum").entries().get(0).type();
        TileLayout layout = Layouts.inFirstFormat(new TileLayout(List.of(
                new TileLayout.Entry(count, TileLayout.NO_FILTER),
                new TileLayout.Entry(sum, 0),
                new TileLayout.Entry(count, 63))));
        ItemState item = ItemState.empty(layout, HOP, BLOCK, SHARD);
        item.add(BLOCK * 60, price(1, 150), 1L);
        item.add(BLOCK * 60, price(2, 250), 0L);
        item.add(BLOCK * 60, price(3, 350), 1L << 63);
        // version, one tile, its distance, no empty states; count 3, sum 1.5 (scale 1), count 1
        assertThat(item.encode()).containsExactly(1, 1, 0, 0, 3, 0xF1, 1, 1);
    }

    @Test
    void aTileThatNoFilterLetAnEventIntoTakesNoBytes() {
        StateType count = Layouts.of("count").entries().get(0).type();
        TileLayout layout = Layouts.inFirstFormat(new TileLayout(List.of(new TileLayout.Entry(count, 0))));
        ItemState item = ItemState.empty(layout, HOP, BLOCK, SHARD);
        item.add(BLOCK * 60 + 7, price(1, 150), 0);
        assertThat(item.encode())
                .isEqualTo(ItemState.empty(layout, HOP, BLOCK, SHARD).encode())
                .containsExactly(1, 0);
    }

    @Test
    void manyStatesAreMarkedInSeveralVarints() {
        List<TileLayout.Entry> entries = new ArrayList<>();
        StateType count = Layouts.of("count").entries().get(0).type();
        for (int i = 0; i < 130; i++) {
            entries.add(new TileLayout.Entry(count, i % 3));
        }
        TileLayout layout = new TileLayout(entries);
        ItemState item = ItemState.empty(layout, HOP, BLOCK, SHARD);
        item.add(BLOCK * 60, price(1, 1), 0b101);
        byte[] body = item.encode();
        assertThat(decode(layout, body).encode()).isEqualTo(body);
        assertThat(body.length).isLessThanOrEqualTo(3 + ItemSize.maxTileBytes(layout));
        Tile tile = decode(layout, body).tile(0);
        for (int i = 0; i < 130; i++) {
            assertThat(tile.state(i).isEmpty()).as("state %s", i).isEqualTo(i % 3 == 1);
            assertThat(bytes(merged(layout, body).state(i))).as("state %s", i).isEqualTo(bytes(tile.state(i)));
        }
    }

    @Test
    void pricesInCentsTakeFewBytes() {
        TileLayout layout = Layouts.of("avg", "sum", "count", "min", "max");
        ItemState item = ItemState.empty(layout, HOP, BLOCK, SHARD);
        for (int tile = 0; tile < 60; tile++) {
            for (int i = 0; i < 5; i++) {
                item.add(BLOCK * 60 + tile, price(tile * 5 + i + 1, 1_099 + 777 * i), 0);
            }
        }
        assertThat(item.encode().length / 60.0).isBetween(10.0, 14.0);
    }

    @Test
    void theLifetimeTileIsAnItemOfItsOwn() {
        ItemState item = ItemState.empty(SHOP, TileWidth.lifetime(), 0, SHARD);
        item.add(0, price(1, 100), 0);
        byte[] body = item.encode();
        ItemState read = ItemState.decode(SHOP, TileWidth.lifetime(), 0, SHARD, body);
        assertThat(read.tileIndex(0)).isZero();
        assertThat(read.encode()).isEqualTo(body);
    }

    private static List<Event> events(Random random, int count) {
        List<Event> events = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            events.add(new Event(BLOCK * 60 + random.nextInt(60), price(i + 1, random.nextInt(100_000)), 0));
        }
        return events;
    }

    private static ItemState fold(ItemState item, List<Event> events) {
        events.forEach(event -> item.add(event.tile, event.row, event.filterBits));
        return item;
    }

    private static ItemState decode(TileLayout layout, byte[] body) {
        ItemState item = ItemState.decode(layout, HOP, BLOCK, SHARD, body);
        for (int i = 0; i < item.tileCount(); i++) {
            // Tiles are read when they are wanted.
            item.tile(i);
        }
        return item;
    }

    private static MergedTiles merged(TileLayout layout, byte[] body) {
        BitSet all = new BitSet();
        all.set(0, layout.entries().size());
        MergedTiles merged = new MergedTiles(layout, all);
        ItemState.decode(layout, HOP, BLOCK, SHARD, body).mergeInto(tile -> merged);
        return merged;
    }

    private static byte[] bytes(State state) {
        ByteWriter out = new ByteWriter();
        if (!state.isEmpty()) {
            state.writeTo(out);
        }
        return out.toByteArray();
    }

    private static byte[] bytes(Tile tile) {
        ByteWriter out = new ByteWriter();
        tile.writeTo(out);
        return out.toByteArray();
    }

    private static EventRow price(int sequence, long cents) {
        EventRow row = new EventRow(1);
        row.setNumber(0, cents, 2);
        row.setEventTimeMillis(1_700_000_000_000L + sequence % 7);
        row.setRecord(new Position("4959000000000000000000000000000000000000000000000000000" + sequence, 0), SHARD, 0);
        return row;
    }
}

package dev.tidemark.core.tile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.core.aggregate.ByteWriter;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.window.Window;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class HeadStateTest {

    private static final String SHARD = "shardId-000000000003";
    private static final TileLayout SHOP = Layouts.of("avg", "min", "max", "last");
    private static final long HOP_MILLIS = 5_000;
    private static final long FIRST_TILE = 340_000_000;
    private static final HeadRule THREE = new HeadRule(HOP_MILLIS, 10_000, 3, Window.UNBOUNDED);

    static LongStream seeds() {
        return LongStream.rangeClosed(1, 60);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    @DisplayName("U1: the content is a function of the events up to the mark, wherever batches end")
    void bytesDependOnNoBatches(long seed) {
        Random random = new Random(seed);
        HeadRule rule = new HeadRule(
                HOP_MILLIS,
                1 + random.nextInt(random.nextBoolean() ? 200 : 1_500),
                1 + random.nextInt(random.nextBoolean() ? 8 : 100),
                random.nextBoolean() ? Window.UNBOUNDED : 1 + random.nextInt(200_000));
        List<EventRow> events = events(random, random.nextInt(200));
        HeadState whole = HeadState.empty(SHOP, rule, SHARD);
        HeadState cut = HeadState.empty(SHOP, rule, SHARD);
        for (EventRow event : events) {
            boolean isIn = whole.add(event, 0);
            List<HeadState.Spilled> spilled = whole.spilled();
            if (random.nextInt(4) == 0) {
                cut = HeadState.decode(SHOP, rule, SHARD, cut.encode());
            }
            assertThat(cut.add(event, 0)).as("seed %d", seed).isEqualTo(isIn);
            assertThat(cut.spilled())
                    .usingRecursiveComparison()
                    .as("seed %d", seed)
                    .isEqualTo(spilled);
            assertThat(cut.encode()).as("seed %d", seed).isEqualTo(whole.encode());
            assertThat(HeadState.belowOf(cut.encode())).isEqualTo(whole.below());
        }
    }

    /** The naive way: every event in its tile. */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void everyEventIsInTheHeadOrBelowItOnce(long seed) {
        Random random = new Random(seed);
        HeadState head = HeadState.empty(SHOP, THREE, SHARD);
        Map<Long, Tile> expected = new HashMap<>();
        Map<Long, Tile> found = new HashMap<>();
        for (EventRow event : events(random, 200)) {
            long tile = Math.floorDiv(event.eventTimeMillis(), HOP_MILLIS);
            expected.computeIfAbsent(tile, created -> Tile.empty(SHOP)).add(event, 0);
            if (!head.add(event, 0)) {
                assertThat(tile).isLessThan(head.open());
                found.computeIfAbsent(tile, created -> Tile.empty(SHOP)).add(event, 0);
            }
            for (HeadState.Spilled spilled : head.spilled()) {
                assertThat(spilled.tile()).isLessThan(head.open());
                assertThat(found).as("given up once").doesNotContainKey(spilled.tile());
                found.put(spilled.tile(), tile(spilled.encoded()));
            }
            assertThat(head.tileCount()).isLessThanOrEqualTo(3);
        }
        for (int i = 0; i < head.tileCount(); i++) {
            assertThat(head.tileIndex(i)).isGreaterThanOrEqualTo(head.open());
            found.put(head.tileIndex(i), head.tile(i));
        }
        assertThat(found.keySet()).isEqualTo(expected.keySet());
        expected.forEach((index, tile) -> assertThat(bytes(Objects.requireNonNull(found.get(index))))
                .as("seed %d", seed)
                .isEqualTo(bytes(tile)));
    }

    private static Tile tile(byte[] encoded) {
        TileList one = new TileList(SHOP, SHARD);
        one.merge(0, encoded);
        return one.tile(0);
    }

    @Test
    void spillsItsOldestTiles() {
        HeadRule rule = new HeadRule(HOP_MILLIS, 10_000, 8, Window.UNBOUNDED);
        HeadState head = HeadState.empty(SHOP, rule, SHARD);
        for (int i = 0; i < 8; i++) {
            assertThat(head.add(event(i + 1, i, 0), 0)).isTrue();
            assertThat(head.spilled()).isEmpty();
        }
        assertThat(head.open()).isEqualTo(HeadState.NOT_OPEN);

        assertThat(head.add(event(9, 8, 0), 0)).isTrue();

        assertThat(head.spilled())
                .extracting(HeadState.Spilled::tile)
                .containsExactly(
                        LongStream.range(FIRST_TILE, FIRST_TILE + 7).boxed().toArray(Long[]::new));
        assertThat(head.open()).isEqualTo(FIRST_TILE + 7);
        assertThat(head.below()).isEqualTo(position(9));
        assertThat(head.tileCount()).isEqualTo(2);

        assertThat(head.add(event(10, 6, 0), 0)).as("late").isFalse();
        assertThat(head.below()).isEqualTo(position(10));
        assertThat(head.add(event(11, 8, 0), 0)).isTrue();
        assertThat(head.below()).isEqualTo(position(10));
    }

    @Test
    void anEventMayMakeItsOwnTileSpill() {
        HeadState head = HeadState.empty(SHOP, new HeadRule(HOP_MILLIS, 10_000, 1, Window.UNBOUNDED), SHARD);
        head.add(event(1, 5, 0), 0);
        assertThat(head.add(event(2, 3, 0), 0)).isTrue();
        assertThat(head.spilled()).extracting(HeadState.Spilled::tile).containsExactly(FIRST_TILE + 3);
        assertThat(head.open()).isEqualTo(FIRST_TILE + 5);
    }

    @Test
    void bytesBoundItToo() {
        HeadState head = HeadState.empty(SHOP, new HeadRule(HOP_MILLIS, 100, 1_000, Window.UNBOUNDED), SHARD);
        int spills = 0;
        for (int i = 0; i < 100; i++) {
            head.add(event(i + 1, i, 0), 0);
            spills += head.spilled().isEmpty() ? 0 : 1;
            assertThat(head.encode().length).isLessThan(250);
        }
        assertThat(spills).isBetween(10, 50);
    }

    @Test
    @DisplayName("U5: what DynamoDB may have deleted makes no difference to the next event")
    void aHeadThatNobodyCanAskForIsForgotten() {
        HeadRule rule = new HeadRule(HOP_MILLIS, 10_000, 2, 60_000);
        HeadState head = HeadState.empty(SHOP, rule, SHARD);
        for (int i = 0; i < 4; i++) {
            head.add(event(i + 1, i, 0), 0);
        }
        assertThat(head.open()).isPositive();
        EventRow atTheEnd = event(5, 16, 0);
        HeadState kept = HeadState.decode(SHOP, rule, SHARD, head.encode());
        kept.add(atTheEnd, 0);
        assertThat(kept.open()).as("60 s after the newest tile's end").isPositive();

        EventRow after = event(5, 16, 1);
        head.add(after, 0);

        HeadState deleted = HeadState.empty(SHOP, rule, SHARD);
        deleted.add(after, 0);
        assertThat(head.encode()).isEqualTo(deleted.encode());
        assertThat(head.below())
                .as("what went below before is not forgotten (U6)")
                .isEqualTo(after.position());
    }

    @Test
    void damagedBytesSayWhatIsWrong() {
        HeadState head = HeadState.empty(SHOP, THREE, SHARD);
        for (int i = 0; i < 5; i++) {
            head.add(event(i + 1, i, 0), 0);
        }
        byte[] body = head.encode();
        for (int length = 0; length < body.length; length++) {
            byte[] cut = Arrays.copyOf(body, length);
            assertThatThrownBy(() -> readAll(cut)).isInstanceOf(CorruptItem.class);
        }
        assertThatThrownBy(() -> readAll(Arrays.copyOf(body, body.length + 1)))
                .isInstanceOf(CorruptItem.class)
                .hasMessageContaining("1 bytes follow the end");
        byte[] other = body.clone();
        other[0] = 9;
        assertThatThrownBy(() -> readAll(other))
                .isInstanceOf(CorruptItem.class)
                .hasMessage("format version 9 of a head; this release reads 2");
        assertThatThrownBy(() -> HeadState.belowOf(new byte[] {9}))
                .isInstanceOf(CorruptItem.class)
                .hasMessageContaining("format version 9");
    }

    private static void readAll(byte[] body) {
        HeadState head = HeadState.decode(SHOP, THREE, SHARD, body);
        for (int i = 0; i < head.tileCount(); i++) {
            head.tile(i);
        }
    }

    /** Mostly in order, some late, now and then after a long silence. */
    private static List<EventRow> events(Random random, int count) {
        List<EventRow> events = new ArrayList<>();
        long newest = 0;
        for (int i = 0; i < count; i++) {
            newest += random.nextInt(20) == 0 ? random.nextInt(60) : random.nextInt(3);
            long tile = random.nextInt(5) == 0 ? newest - random.nextInt(10) : newest;
            events.add(row(i + 1, tile, (FIRST_TILE + newest + 1) * HOP_MILLIS, random.nextInt(100_000)));
        }
        return events;
    }

    /** @param delayMillis between the end of the tile and the arrival */
    private static EventRow event(int sequence, long tile, long delayMillis) {
        return row(sequence, tile, (FIRST_TILE + tile + 1) * HOP_MILLIS - HOP_MILLIS + delayMillis, 1999);
    }

    private static EventRow row(int sequence, long tile, long arrivalMillis, long cents) {
        EventRow row = new EventRow(1);
        row.setNumber(0, cents, 2);
        row.setEventTimeMillis((FIRST_TILE + tile) * HOP_MILLIS + sequence % 7);
        row.setRecord(position(sequence), SHARD, arrivalMillis);
        return row;
    }

    private static Position position(int sequence) {
        return new Position("49590000000000000000000000000000000000000000000000000" + (1_000 + sequence), sequence % 3);
    }

    private static byte[] bytes(Tile tile) {
        ByteWriter out = new ByteWriter();
        tile.writeTo(out);
        return out.toByteArray();
    }
}

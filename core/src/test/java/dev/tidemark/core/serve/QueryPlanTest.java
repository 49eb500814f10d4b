package dev.tidemark.core.serve;

import static dev.tidemark.core.serve.ServedShop.DAY_MILLIS;
import static dev.tidemark.core.serve.ServedShop.NOW_MILLIS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.core.tile.BlockRange;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.view.View;
import dev.tidemark.core.window.Cover;
import dev.tidemark.core.window.Ladder;
import dev.tidemark.core.window.TileRange;
import dev.tidemark.core.window.TileWidth;
import dev.tidemark.core.window.Window;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class QueryPlanTest {

    static LongStream seeds() {
        return LongStream.range(0, 200);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void aHandfulOfReadsHoldEveryTileOfEveryWindow(long seed) {
        Random random = new Random(seed);
        List<String> texts = List.of("1m", "5m", "30m", "1h", "24h", "3d", "7d", "30d", "90d", "lifetime");
        List<Window> windows = new ArrayList<>();
        for (String text : texts) {
            if (windows.isEmpty() || random.nextBoolean()) {
                windows.add(Window.parse(text));
            }
        }
        long hopMillis = Ladder.defaultHopMillis(windows);
        int tileBytes = 100 + random.nextInt(5_000);
        boolean heads = random.nextBoolean();
        Ladder ladder = heads
                ? Ladder.belowHead(windows, hopMillis, tileBytes, 300_000)
                : Ladder.of(windows, hopMillis, tileBytes, 300_000);
        long at = NOW_MILLIS - random.nextInt((int) DAY_MILLIS);
        List<Cover> covers =
                windows.stream().map(window -> ladder.cover(window, at)).toList();

        List<List<BlockRange>> requests = ReadRanges.of(ladder, heads, covers, NOW_MILLIS);

        assertThat(requests).hasSizeLessThanOrEqualTo(ReadRanges.MAX_REQUESTS);
        List<BlockRange> reads = requests.stream().flatMap(List::stream).toList();
        assertThat(reads.contains(BlockRange.HEADS)).isEqualTo(heads);
        requests.forEach(request -> assertInKeyOrder(request, ladder));
        assertKeysAreReadOnce(requests);
        for (Cover cover : covers) {
            for (TileRange tiles : cover.ranges()) {
                assertThat(reads).as("%s over %s", tiles, windows).anyMatch(read -> holds(read, tiles));
            }
        }
        assertDisjoint(reads);
    }

    private static boolean holds(BlockRange read, TileRange tiles) {
        return read.width().equals(tiles.width().code())
                && read.firstBlock() <= tiles.firstBlock()
                && read.lastBlock() >= tiles.lastBlock();
    }

    /** One request reads all keys from its first range to its last, so nothing else may lie between them. */
    private static void assertInKeyOrder(List<BlockRange> request, Ladder ladder) {
        for (int i = 1; i < request.size(); i++) {
            String before = request.get(i - 1).highestKey();
            String next = request.get(i).lowestKey();
            assertThat(before).as("%s", request).isLessThan(next);
            for (TileWidth width : ladder.widths()) {
                boolean isOther = request.stream().noneMatch(one -> one.width().equals(width.code()));
                String key = ItemKey.sortKeyPrefix(width.code(), 0);
                assertThat(isOther && key.compareTo(before) > 0 && key.compareTo(next) < 0)
                        .as("%s between %s", width.code(), request)
                        .isFalse();
            }
        }
    }

    private static void assertKeysAreReadOnce(List<List<BlockRange>> requests) {
        List<List<BlockRange>> sorted = requests.stream()
                .sorted(Comparator.comparing(request -> request.get(0).lowestKey()))
                .toList();
        for (int i = 1; i < sorted.size(); i++) {
            List<BlockRange> before = sorted.get(i - 1);
            assertThat(before.get(before.size() - 1).highestKey())
                    .as("%s", sorted)
                    .isLessThan(sorted.get(i).get(0).lowestKey());
        }
    }

    /** An item read twice would be counted twice. */
    private static void assertDisjoint(Collection<BlockRange> reads) {
        List<BlockRange> sorted = reads.stream()
                .sorted(Comparator.comparing(BlockRange::width).thenComparing(BlockRange::firstBlock))
                .toList();
        for (int i = 1; i < sorted.size(); i++) {
            BlockRange before = sorted.get(i - 1);
            assertThat(!before.width().equals(sorted.get(i).width())
                            || before.lastBlock() < sorted.get(i).firstBlock())
                    .as("%s", sorted)
                    .isTrue();
        }
    }

    /** A day in five-second tiles is 288 items; only those at its two ends are needed. */
    @Test
    void fineItemsBetweenTheEndsOfALongWindowAreNotRead() {
        View view = new ServedShop("5m", "30m", "24h").view;

        QueryPlan plan = QueryPlan.of(view, null, null, NOW_MILLIS);

        assertThat(plan.reads()).hasSize(3);
        assertThat(plan.reads().stream().flatMap(List::stream))
                .filteredOn(read -> read.width().equals(view.ladder().hop().code()))
                .hasSize(2)
                .allSatisfy(
                        read -> assertThat(read.lastBlock() - read.firstBlock()).isLessThan(20));
    }

    @Test
    void shortWindowsTakeOneReadPerWidth() {
        assertThat(QueryPlan.of(new ServedShop("5m", "30m").view, null, null, NOW_MILLIS)
                        .reads())
                .hasSize(1);
    }

    @Test
    void namesComeInCatalogOrderOnce() {
        View view = new ServedShop("5m", "30m").view;

        QueryPlan plan = QueryPlan.of(view, List.of("double", "sum_5m", "count_30m", "sum_5m"), null, NOW_MILLIS);

        assertThat(plan.names()).containsExactly("count_30m", "sum_5m", "double");
    }

    @Test
    void aPastMomentLeavesOutLifetimeWindowsAndWhatIsDerivedFromThem() {
        View view = new ServedShop("lifetime", "5m").view;

        QueryPlan plan = QueryPlan.of(view, null, NOW_MILLIS - 60_000, NOW_MILLIS);

        assertThat(plan.unavailable())
                .containsExactly(
                        "count_lifetime", "sum_lifetime", "avg_lifetime", "last_lifetime", "double", "fourfold");
        assertThat(plan.covers().keySet()).containsExactly(Window.parse("5m"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"sum_lifetime", "fourfold"})
    void aLifetimeValueAskedForByNameAtAPastMomentIsRefused(String name) {
        View view = new ServedShop("lifetime", "5m").view;

        assertThatThrownBy(() -> QueryPlan.of(view, List.of(name), NOW_MILLIS - 60_000, NOW_MILLIS))
                .isInstanceOf(Unanswerable.class)
                .hasMessageContaining(name);
    }

    /** The caller's clock reads now; the covered interval ends with the hop, which has not passed. */
    @Test
    void aMomentWithinTheCurrentHopIsNotPast() {
        View view = new ServedShop("5m", "lifetime").view;

        assertThat(QueryPlan.of(view, List.of("sum_lifetime"), NOW_MILLIS - 100, NOW_MILLIS)
                        .unavailable())
                .isEmpty();
    }

    @Test
    void theMomentLiesWithinTheRetentionAndNotInTheFuture() {
        View view = new ServedShop("5m").view;

        assertThat(QueryPlan.of(view, null, NOW_MILLIS - DAY_MILLIS, NOW_MILLIS).atMillis())
                .isEqualTo(NOW_MILLIS - DAY_MILLIS);
        assertThatThrownBy(() -> QueryPlan.of(view, null, NOW_MILLIS - DAY_MILLIS - 1, NOW_MILLIS))
                .isInstanceOf(Unanswerable.class)
                .hasMessageContaining("retention");
        assertThat(QueryPlan.of(view, null, NOW_MILLIS + 60_000, NOW_MILLIS).atMillis())
                .isEqualTo(NOW_MILLIS + 60_000);
        assertThatThrownBy(() -> QueryPlan.of(view, null, NOW_MILLIS + 60_001, NOW_MILLIS))
                .isInstanceOf(Unanswerable.class)
                .hasMessageContaining("future");
    }

    @Test
    void anUnknownNameIsRefused() {
        View view = new ServedShop("5m").view;

        assertThatThrownBy(() -> QueryPlan.of(view, List.of("sum_6m"), null, NOW_MILLIS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("sum_6m");
    }
}

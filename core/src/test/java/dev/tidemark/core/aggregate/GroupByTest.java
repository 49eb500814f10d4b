package dev.tidemark.core.aggregate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.tidemark.core.event.EventRow;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GroupByTest {

    private static final Computation COUNT = Rows.bind("count", Map.of());
    private static final Computation SUM = Rows.bind("sum", Map.of());

    @Test
    void countsPerGroupAndTheRestUnderOther() {
        Computation listed = GroupBy.of(COUNT, listed("shoes", "hats", "coats"));
        List<EventRow> events = List.of(
                Rows.row(1, "shoes"), Rows.row(1, "ties"), Rows.row(1, "shoes"), Rows.row(1, "hats"), Rows.row(1));
        assertThat(Rows.value(listed, events)).isEqualTo(Map.of("hats", 1L, "shoes", 2L, "$other", 2L));
        assertThat(listed.approximation(Rows.tiles(listed, events))).isNull();
    }

    @Test
    void groupsAreSortedByCodePoint() {
        Computation bounded = GroupBy.of(COUNT, upTo(10));
        List<EventRow> events = Stream.of("\uD83D\uDE00", "b", "\uFF5E", "a", "$p", "$n", "")
                .map(group -> Rows.row(1, group))
                .toList();
        List<EventRow> withOther = new ArrayList<>(events);
        withOther.add(Rows.row(1));
        assertThat(((Map<?, ?>) Objects.requireNonNull(Rows.value(bounded, withOther)))
                        .keySet()
                        .toArray())
                .containsExactly("", "$n", "$other", "$p", "a", "b", "\uFF5E", "\uD83D\uDE00");
    }

    @Test
    void ofNothingThereAreNoGroups() {
        assertThat(Rows.value(GroupBy.of(COUNT, upTo(10)), List.of())).isEqualTo(Map.of());
        assertThat(Rows.value(GroupBy.of(COUNT, listed("a")), List.of())).isEqualTo(Map.of());
    }

    @Test
    void aNumberAndItsTextAreOneGroup() {
        List<EventRow> events = List.of(
                Rows.row(1, 42),
                Rows.row(1, "42"),
                Rows.row(1, new BigDecimal("42.0")),
                Rows.row(1, new BigDecimal("1e20")));
        Map<String, Long> expected = Map.of("42", 3L, "100000000000000000000", 1L);
        assertThat(Rows.value(GroupBy.of(COUNT, upTo(10)), events)).isEqualTo(expected);
        assertThat(Rows.value(GroupBy.of(COUNT, listed("42", "100000000000000000000")), events))
                .isEqualTo(expected);
    }

    @Test
    void aGroupInWhichNothingIsAggregatedIsAbsent() {
        List<EventRow> events = List.of(Rows.row(5, "a"), Rows.row(null, "b"));
        assertThat(Rows.value(GroupBy.of(SUM, upTo(1)), events)).isEqualTo(Map.of("a", new BigDecimal(5)));
        assertThat(Rows.value(GroupBy.of(SUM, listed("a", "b")), events)).isEqualTo(Map.of("a", new BigDecimal(5)));
        assertThat(Rows.value(GroupBy.of(COUNT, upTo(2)), events)).isEqualTo(Map.of("a", 1L, "b", 1L));
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void beyondTheBoundTheSmallestHashesStayWithTheirWholeCounts(long seed) {
        Random random = new Random(seed);
        int maxGroups = 1 + random.nextInt(12);
        Map<String, Long> exact = new HashMap<>();
        List<EventRow> events = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            String group = "g" + (int) Math.abs(random.nextGaussian() * 15);
            exact.merge(group, 1L, Long::sum);
            events.add(Rows.rowAt(random.nextInt(10_000), 1, group));
        }
        List<String> kept = exact.keySet().stream()
                .sorted((a, b) -> Long.compareUnsigned(
                        ScalarKey.of(a).hash(), ScalarKey.of(b).hash()))
                .limit(maxGroups)
                .toList();
        Map<String, Long> expected = new HashMap<>(Map.of("$other", 400L));
        for (String group : kept) {
            long count = Objects.requireNonNull(exact.get(group));
            expected.put(group, count);
            expected.merge("$other", -count, Long::sum);
        }
        Computation grouped = GroupBy.of(COUNT, upTo(maxGroups));
        Tiles tiles = Rows.tiles(grouped, events);
        assertThat(grouped.value(tiles)).isEqualTo(expected);
        assertThat(grouped.approximation(tiles)).isEqualTo(new Computation.Approximation("max_groups", 0));
    }

    /** The two states see different events and so keep different groups; the answer shows only what both kept. */
    @Test
    void aRatioShowsAGroupOnlyIfBothItsCountsKeptIt() {
        Computation ratio = GroupBy.of(Rows.bind("ratio", Map.of()), upTo(2));
        List<String> byHash = Stream.of("a", "b", "c", "d")
                .sorted((x, y) -> Long.compareUnsigned(
                        ScalarKey.of(x).hash(), ScalarKey.of(y).hash()))
                .toList();
        assertThat(ratio.ignoresWhere(0)).isFalse();
        assertThat(ratio.ignoresWhere(1)).isTrue();
        State passed = ratio.states().get(0).create();
        State all = ratio.states().get(1).create();
        for (String group : byHash) {
            all.add(Rows.row(1, group));
            all.add(Rows.row(1, group));
        }
        passed.add(Rows.row(1, byHash.get(0)));
        passed.add(Rows.row(1, byHash.get(3)));
        TileStates tiles = new OneTile(List.of(passed, all));
        assertThat(ratio.value(tiles))
                .isEqualTo(Map.of(
                        byHash.get(0),
                        new BigDecimal("0.5"),
                        byHash.get(1),
                        BigDecimal.ZERO,
                        "$other",
                        new BigDecimal("0.25")));
    }

    @Test
    void decaysEachGroupByItsOwnTiles() {
        Computation decayed = Rows.bind("decayed_sum", Map.of("half_life", 1_000L));
        Computation grouped = GroupBy.of(decayed, upTo(1));
        long now = Tiles.AT_MILLIS;
        List<EventRow> events = List.of(
                Rows.rowAt(now - 5_000, 8, "a"), Rows.rowAt(now - 2_000, 4, "a"), Rows.rowAt(now - 1_000, 2, "b"));
        Map<?, ?> values = (Map<?, ?>) Objects.requireNonNull(Rows.value(grouped, events));
        String kept =
                Long.compareUnsigned(ScalarKey.of("a").hash(), ScalarKey.of("b").hash()) < 0 ? "a" : "b";
        String left = kept.equals("a") ? "b" : "a";
        assertThat(values.keySet().toArray()).containsExactlyInAnyOrder(kept, "$other");
        assertThat(values.get(kept)).isEqualTo(Rows.value(decayed, of(events, kept)));
        assertThat(values.get("$other")).isEqualTo(Rows.value(decayed, of(events, left)));
    }

    @Test
    void passesOnTheWorstApproximation() {
        Computation distinct = Rows.bind("distinct", Map.of("exact_up_to", 2));
        List<EventRow> events = List.of(Rows.row(1, "a"), Rows.row(2, "a"), Rows.row(3, "a"), Rows.row(1, "b"));
        double error = Math.sqrt(0.6118931496978437 / 2048);
        Computation enough = GroupBy.of(distinct, upTo(2));
        assertThat(enough.approximation(Rows.tiles(enough, events)))
                .isEqualTo(new Computation.Approximation("ultraloglog", error));
        Computation few = GroupBy.of(distinct, upTo(1));
        assertThat(few.approximation(Rows.tiles(few, events)))
                .isEqualTo(new Computation.Approximation("max_groups+ultraloglog", error));
    }

    @Test
    void aGroupThatIsCalledOtherIsNotTheOthers() {
        List<EventRow> events = List.of(
                Rows.row(1, "$other"),
                Rows.row(1, "$other"),
                Rows.row(1, "$$other"),
                Rows.row(1, "$another"),
                Rows.row(1, "other"),
                Rows.row(1, "$other "),
                Rows.row(1));
        assertThat(Rows.value(GroupBy.of(COUNT, upTo(10)), events))
                .isEqualTo(Map.of(
                        "$$other", 2L, "$$$other", 1L, "$another", 1L, "other", 1L, "$other ", 1L, "$other", 1L));
        assertThat(Rows.value(GroupBy.of(COUNT, listed("$other")), events))
                .isEqualTo(Map.of("$$other", 2L, "$other", 5L));
        assertThat(Rows.value(GroupBy.of(COUNT, listed("other")), events)).isEqualTo(Map.of("other", 1L, "$other", 6L));
    }

    @Test
    void eachPercentileHasTheWorstErrorOfItsGroups() {
        Computation percentile = Rows.bind(
                "percentile",
                Map.of("max_buckets", 4, "percentiles", List.of(new BigDecimal("5"), new BigDecimal("99"))));
        Computation grouped = GroupBy.of(percentile, upTo(2));
        List<EventRow> events = new ArrayList<>(List.of(Rows.row(3, "few")));
        IntStream.range(0, 20).forEach(power -> events.add(Rows.row(1L << power, "many")));
        assertThat(grouped.approximation(Rows.tiles(grouped, events)))
                .isEqualTo(new Computation.Approximation("log_buckets_collapsed", 1, Map.of("p5", 1.0, "p99", 0.01)));
    }

    @Test
    void keysOfOneHashAreKeptApartAndInOrder() {
        List<ScalarKey> keys = List.of(ScalarKey.of("a"), ScalarKey.of("b"), ScalarKey.of("c"));
        for (List<Integer> order : List.of(List.of(0, 1, 2), List.of(2, 1, 0), List.of(1, 2, 0), List.of(2, 0, 1))) {
            SmallestHashes two = new SmallestHashes(2);
            for (int place : order) {
                two.put(7, keys.get(place), CountState.Type.ALL.create());
            }
            assertThat(two.keys()).as("put in order %s", order).containsExactly(keys.get(0), keys.get(1));
            assertThat(two.find(7, Rows.row("b"), Traffic.INPUT)).isSameAs(two.state(1));
            assertThat(two.find(7, keys.get(2))).isNull();
            assertThat(two.admits(7, keys.get(2))).isFalse();
        }
    }

    @Test
    void groupsOutOfOrderAreRefused() {
        StateType type = GroupBy.of(COUNT, upTo(2)).states().get(0);
        byte[] bytes = Tiles.bytes(Rows.of(type, List.of(Rows.row(1, "a"), Rows.row(1, "b"))));
        byte[] swapped = bytes.clone();
        System.arraycopy(bytes, 1, swapped, 5, 4);
        System.arraycopy(bytes, 5, swapped, 1, 4);
        assertThat(bytes).hasSize(9);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> type.read(new ByteReader(swapped), "shardId-0"))
                .withMessageContaining("out of order");
    }

    @Test
    void theStateIdNamesTheGroupsWhateverTheirOrder() {
        String id = GroupBy.of(SUM, listed("b", "a,b")).states().get(0).id();
        assertThat(id)
                .isEqualTo(GroupBy.of(SUM, listed("a,b", "b")).states().get(0).id());
        assertThat(id)
                .isNotEqualTo(
                        GroupBy.of(SUM, listed("a", "b", "b,a")).states().get(0).id());
        assertThat(GroupBy.of(SUM, upTo(3)).states().get(0).id()).isEqualTo("groups(item.category,3,sum(item.price))");
    }

    @Test
    void impossibleGroupsAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> listed()).withMessageContaining("item.category");
        assertThatIllegalArgumentException().isThrownBy(() -> upTo(0)).withMessageContaining("0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> GroupBy.of(SUM, listed("a", "a")))
                .withMessageContaining("'a'");
    }

    private static List<EventRow> of(List<EventRow> events, String group) {
        return events.stream()
                .filter(row -> row.string(Traffic.GROUP).equals(group))
                .toList();
    }

    private static GroupBy.Spec listed(String... groups) {
        return new GroupBy.Listed(Traffic.GROUP_FIELD, List.of(groups));
    }

    private static GroupBy.Spec upTo(int maxGroups) {
        return new GroupBy.Bounded(Traffic.GROUP_FIELD, maxGroups);
    }

    private record OneTile(List<State> states) implements TileStates {

        @Override
        public State merged(int state) {
            return states.get(state);
        }

        @Override
        public List<Slice> slices() {
            return List.of();
        }

        @Override
        public long atMillis() {
            return 0;
        }
    }
}

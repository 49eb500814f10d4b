package dev.tidemark.core.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.event.EventRow;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopKTest {

    @Test
    void mostFrequentFirstThenNumbersTextsBooleans() {
        Computation top = Rows.bind("top_k", Map.of("k", 6));
        List<EventRow> events = Stream.of("b", "a", 10, 9, true, false, "b", "zz", new BigDecimal("9.0"))
                .map(Rows::row)
                .toList();
        assertThat(Rows.value(top, events))
                .isEqualTo(List.of(
                        entry(new BigDecimal(9), 2),
                        entry("b", 2),
                        entry(new BigDecimal(10), 1),
                        entry("a", 1),
                        entry("zz", 1),
                        entry(false, 1)));
    }

    @Test
    void ofNothingIsAnEmptyList() {
        Computation top = Rows.bind("top_k", Map.of());
        assertThat(Rows.value(top, List.of(Rows.row(null)))).isEqualTo(List.of());
        assertThat(top.approximation(Rows.tiles(top, List.of()))).isNull();
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void isExactUpToTheBoundAndCountsShownAreExactBeyondIt(long seed) {
        Random random = new Random(seed);
        Map<Object, Long> exact = new HashMap<>();
        List<EventRow> events = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            BigDecimal value = new BigDecimal((int) Math.exp(random.nextDouble() * 5));
            exact.merge(value, 1L, Long::sum);
            events.add(Rows.rowAt(random.nextInt(5_000), value, null));
        }
        Computation enough = Rows.bind("top_k", Map.of("k", 1000, "max_values", exact.size()));
        Tiles all = Rows.tiles(enough, events);
        assertThat(counts(enough.value(all))).isEqualTo(exact);
        assertThat(enough.approximation(all)).isNull();

        Computation few = Rows.bind("top_k", Map.of("k", 1000, "max_values", exact.size() - 1));
        Tiles some = Rows.tiles(few, events);
        Map<Object, Long> shown = counts(few.value(some));
        assertThat(shown).hasSize(exact.size() - 1);
        shown.forEach((value, count) -> assertThat(count).isEqualTo(exact.get(value)));
        long missing = 3000 - shown.values().stream().mapToLong(Long::longValue).sum();
        assertThat(few.approximation(some)).isEqualTo(new Computation.Approximation("max_values", missing / 3000.0));
    }

    private static Map<Object, Long> counts(@Nullable Object value) {
        Map<Object, Long> counts = new HashMap<>();
        for (Object element : (List<?>) Objects.requireNonNull(value)) {
            Map<?, ?> entry = (Map<?, ?>) element;
            counts.put(Objects.requireNonNull(entry.get("value")), (Long) Objects.requireNonNull(entry.get("count")));
        }
        return counts;
    }

    private static Map<String, Object> entry(Object value, long count) {
        return Map.of("value", value, "count", count);
    }
}

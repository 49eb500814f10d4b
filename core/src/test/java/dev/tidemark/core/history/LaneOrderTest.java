package dev.tidemark.core.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LaneOrderTest {

    /** Lanes name any of those before them, also none, and their numbers say nothing. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void eachComesAfterThoseItNames(long seed) {
        Random random = new Random(seed);
        Map<String, Set<String>> before = new HashMap<>();
        for (int i = 0; i < 60; i++) {
            Set<String> named = new HashSet<>();
            for (int j = random.nextInt(4); j > 0 && i > 0; j--) {
                named.add(name(random.nextInt(i)));
            }
            before.put(name(i), named);
        }

        List<String> order = LaneOrder.parentsFirst(before);

        assertThat(order).containsExactlyInAnyOrderElementsOf(before.keySet());
        before.forEach((lane, named) -> named.forEach(one ->
                assertThat(order.indexOf(one)).as("%s before %s", one, lane).isLessThan(order.indexOf(lane))));
    }

    private static String name(int number) {
        return "lane" + Objects.hash(number * 7919) % 1_000 + "." + number;
    }

    @Test
    void aLaneThatIsOnlyNamedIsInTheOrderToo() {
        assertThat(LaneOrder.parentsFirst(Map.of("a", Set.of("z")))).containsExactly("z", "a");
    }

    @Test
    void aLongLineOfLanesNeedsNoDeepStack() {
        Map<String, Set<String>> before = new HashMap<>();
        for (int i = 1; i < 100_000; i++) {
            before.put("lane" + i, Set.of("lane" + (i - 1)));
        }

        List<String> order = LaneOrder.parentsFirst(before);

        assertThat(order).hasSize(100_000).startsWith("lane0", "lane1").endsWith("lane99999");
    }

    @Test
    void theLanesOfACircleAreNamedAndNoOthers() {
        Map<String, Set<String>> before =
                Map.of("a", Set.of(), "b", Set.of("a", "d"), "c", Set.of("b"), "d", Set.of("c"), "e", Set.of("d"));

        assertThatThrownBy(() -> LaneOrder.parentsFirst(before))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(": b, c, d.");
        assertThatThrownBy(() -> LaneOrder.parentsFirst(Map.of("a", Set.of("a"))))
                .hasMessageContaining(": a.");
    }
}

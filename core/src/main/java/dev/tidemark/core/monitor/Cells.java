package dev.tidemark.core.monitor;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A division of all values into cells, fixed by a baseline: groups of numbers with about equal baseline mass, each frequent
 * text, and <em>elsewhere</em>, where the baseline was seldom: numbers beyond its extremes, and all other texts.
 */
final class Cells {

    static final int GROUPS = 10;

    /** A text below this share of the baseline has no cell of its own: too few would be expected in it. */
    private static final double LEAST_SHARE = 0.02;

    private final @Nullable BigDecimal least;
    private final NavigableMap<BigDecimal, Integer> groups = new TreeMap<>();
    private final Map<String, Integer> texts = new LinkedHashMap<>();
    private final List<String> names = new ArrayList<>();

    Cells(Profile baseline) {
        long total = baseline.present();
        long numbers = baseline.numbers();
        least = baseline.cells().isEmpty() ? null : baseline.cells().firstKey();
        long passed = 0;
        BigDecimal from = least;
        for (Map.Entry<BigDecimal, Long> cell : baseline.cells().entrySet()) {
            passed += cell.getValue();
            from = from == null ? cell.getKey() : from;
            if (passed * GROUPS >= (groups.size() + 1) * numbers || passed == numbers) {
                groups.put(cell.getKey(), names.size());
                names.add(
                        from.compareTo(cell.getKey()) == 0
                                ? from.toPlainString()
                                : from.toPlainString() + " to " + cell.getKey().toPlainString());
                from = null;
            }
        }
        baseline.values().forEach((text, count) -> {
            if (count >= LEAST_SHARE * total) {
                texts.put(text, names.size());
                names.add("'" + text + "'");
            }
        });
        names.add("elsewhere");
    }

    /** What each cell holds; the last one is <em>elsewhere</em>. */
    List<String> names() {
        return List.copyOf(names);
    }

    /** How much of a profile is in each cell, in the order of the names. */
    long[] counts(Profile profile) {
        long[] counts = new long[names.size()];
        int elsewhere = counts.length - 1;
        profile.cells().forEach((number, count) -> {
            Map.Entry<BigDecimal, Integer> group =
                    least == null || number.compareTo(least) < 0 ? null : groups.ceilingEntry(number);
            counts[group == null ? elsewhere : group.getValue()] += count;
        });
        profile.values().forEach((text, count) -> counts[texts.getOrDefault(text, elsewhere)] += count);
        counts[elsewhere] += profile.other();
        return counts;
    }
}

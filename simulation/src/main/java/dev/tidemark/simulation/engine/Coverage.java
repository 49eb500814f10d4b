package dev.tidemark.simulation.engine;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** How often every fault struck and everything that can happen did. Not thread-safe; runs are added up. */
public final class Coverage {

    private final Map<Dial, Long> struck = new EnumMap<>(Dial.class);
    private final Map<Happening, Long> happened = new EnumMap<>(Happening.class);
    private final Map<String, Long> reasons = new TreeMap<>();

    void struck(Dial dial) {
        struck.merge(dial, 1L, Long::sum);
    }

    void happened(Happening happening, long times) {
        if (times > 0) {
            happened.merge(happening, times, Long::sum);
        }
    }

    /** A record in quarantine for a reason. */
    public void quarantined(String reason) {
        reasons.merge(reason, 1L, Long::sum);
    }

    public void add(Coverage other) {
        other.struck.forEach((dial, times) -> struck.merge(dial, times, Long::sum));
        other.happened.forEach((happening, times) -> happened.merge(happening, times, Long::sum));
        other.reasons.forEach((reason, times) -> reasons.merge(reason, times, Long::sum));
    }

    /** The faults that never struck, and what never happened. */
    public List<String> gaps() {
        return Stream.concat(
                        Stream.of(Dial.values())
                                .filter(dial -> !struck.containsKey(dial))
                                .map(Dial::name),
                        Stream.of(Happening.values())
                                .filter(happening -> !happened.containsKey(happening))
                                .map(Happening::name))
                .toList();
    }

    /** The reasons for which records were quarantined. */
    public List<String> reasons() {
        return List.copyOf(reasons.keySet());
    }

    /** One line per fault and happening: how often, name. */
    public String table() {
        StringBuilder table = new StringBuilder();
        for (Dial dial : Dial.values()) {
            line(table, struck.getOrDefault(dial, 0L), dial.name(), dial.meaning());
        }
        for (Happening happening : Happening.values()) {
            line(table, happened.getOrDefault(happening, 0L), happening.name(), "");
        }
        reasons.forEach((reason, times) -> line(table, times, reason, "records in quarantine"));
        return table.toString();
    }

    private static void line(StringBuilder table, long times, String name, String meaning) {
        table.append(String.format("%,14d  %-32s %s%n", times, name, meaning));
    }
}

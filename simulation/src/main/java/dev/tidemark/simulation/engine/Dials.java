package dev.tidemark.simulation.engine;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * How strong each fault is in one run.
 *
 * @param perMille how many times in a thousand a fault strikes where it can; a dial that is not there is off
 */
public record Dials(Map<Dial, Integer> perMille) {

    public Dials {
        for (Map.Entry<Dial, Integer> entry : perMille.entrySet()) {
            if (entry.getValue() < 0 || entry.getValue() > 1000) {
                throw new IllegalArgumentException(entry.getKey() + " at " + entry.getValue() + " per mille");
            }
        }
        Map<Dial, Integer> copy = new EnumMap<>(Dial.class);
        copy.putAll(perMille);
        perMille = Collections.unmodifiableMap(copy);
    }

    /**
     * A swarm: every run has some of the faults only, each at a strength of its own, because faults that are always
     * there hide each other.
     */
    public static Dials random(RandomGenerator random) {
        int sharePerMille = 100 + random.nextInt(700);
        Map<Dial, Integer> drawn = new EnumMap<>(Dial.class);
        for (Dial dial : Dial.values()) {
            boolean on = random.nextInt(1000) < sharePerMille;
            int strength = 1 + random.nextInt(dial.maxPerMille());
            if (on) {
                drawn.put(dial, dial.isAllOrNothing() ? 1000 : strength);
            }
        }
        return new Dials(drawn);
    }

    public int of(Dial dial) {
        return perMille.getOrDefault(dial, 0);
    }

    public Dials with(Dial dial, int strengthPerMille) {
        Map<Dial, Integer> more = new EnumMap<>(Dial.class);
        more.putAll(perMille);
        more.put(dial, strengthPerMille);
        return new Dials(more);
    }

    public Dials without(Dial dial) {
        Map<Dial, Integer> fewer = new EnumMap<>(Dial.class);
        fewer.putAll(perMille);
        fewer.remove(dial);
        return new Dials(fewer);
    }

    /** Those that are on, in the order of their declaration. */
    public List<Dial> on() {
        return List.copyOf(perMille.keySet());
    }

    @Override
    public String toString() {
        return perMille.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining(" "));
    }
}

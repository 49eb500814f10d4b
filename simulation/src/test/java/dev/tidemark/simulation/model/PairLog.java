package dev.tidemark.simulation.model;

import dev.tidemark.simulation.model.PairMachine.Effect;
import dev.tidemark.simulation.model.PairMachine.Half;
import dev.tidemark.simulation.model.PairMachine.Terms;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The records of one lane and what they make of all keys, if they are folded once in order after all that the lane's parent
 * holds. {@code La Ra | Rb} is a left and a right of key a, a pause after which both are forgotten, and a right of key b.
 */
final class PairLog {

    static final int KEYS = 2;

    private static final int PAUSE = 100;

    /** Whatever is on one side of a pause fits. */
    private static final Terms TERMS = Terms.of(/* early= */ 20, /* within= */ 20, /* retention= */ 20);

    private final Terms terms;
    private final List<Half> halves = new ArrayList<>();
    private final List<Integer> keys = new ArrayList<>();

    /** By key, what it remembers after each position. */
    private final List<List<PairMachine>> machines = new ArrayList<>();

    /** What each position adds and takes back. */
    private final List<List<Effect>> effects = new ArrayList<>();

    private PairLog(String text, List<PairMachine> before, int firstNumber, int arrival, Terms terms) {
        this.terms = terms;
        int now = arrival;
        for (String word : text.split(" ")) {
            if (word.equals("|")) {
                now += PAUSE;
            } else {
                now++;
                halves.add(new Half(firstNumber + halves.size(), word.charAt(0) == 'L', now, now));
                keys.add(word.charAt(1) - 'a');
            }
        }
        for (int key = 0; key < KEYS; key++) {
            machines.add(new ArrayList<>(List.of(before.get(key))));
        }
        effects.add(List.of());
        for (int position = 1; position <= length(); position++) {
            for (int key = 0; key < KEYS; key++) {
                PairMachine known = machine(key, position - 1);
                machines.get(key).add(key(position) == key ? known.with(half(position)) : known);
            }
            List<Effect> told = machine(key(position), position)
                    .told(half(position).number())
                    .effects();
            effects.add(told == null ? List.of() : told);
        }
    }

    static PairLog of(String text) {
        return new PairLog(text, List.of(PairMachine.empty(TERMS), PairMachine.empty(TERMS)), 1, 0, TERMS);
    }

    /** The log of a child lane, whose records arrive after all of this one. */
    PairLog child(String text) {
        List<PairMachine> ends = List.of(machine(0, length()), machine(1, length()));
        return new PairLog(text, ends, 1 + length(), half(length()).arrival(), terms);
    }

    /** What a key remembers if its item begins with nothing, whatever the parent has. */
    PairMachine alone() {
        return PairMachine.empty(terms);
    }

    int length() {
        return halves.size();
    }

    /** @param position from 1 */
    Half half(int position) {
        return halves.get(position - 1);
    }

    int key(int position) {
        return keys.get(position - 1);
    }

    /** What a key remembers after all records up to a position. */
    PairMachine machine(int key, int position) {
        return machines.get(key).get(position);
    }

    List<Effect> effects(int position) {
        return effects.get(position);
    }

    /** The last position up to this one that is of the key; 0 if there is none. */
    int lastOf(int key, int position) {
        int last = position;
        while (last > 0 && key(last) != key) {
            last--;
        }
        return last;
    }

    /** The last position up to this one that changes the tiles; 0 if there is none. */
    int lastWithEffect(int position) {
        int last = position;
        while (last > 0 && effects(last).isEmpty()) {
            last--;
        }
        return last;
    }

    /** What some effects make of the tiles. */
    static Map<Effect, Integer> sum(Iterable<Effect> effects) {
        Map<Effect, Integer> sum = new HashMap<>();
        for (Effect effect : effects) {
            sum.merge(new Effect(1, effect.left(), effect.right()), effect.sign(), Integer::sum);
        }
        sum.values().removeIf(count -> count == 0);
        return sum;
    }
}

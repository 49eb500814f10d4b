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
 * holds. {@code La Ra | Rb} is a left and a right of key a, a pause after which both are forgotten, and a right of key b; a
 * number is a pause of that length.
 * After a star, the view was activated (rule J4): the live lane remembers nothing of what came before.
 */
final class PairLog {

    static final int KEYS = 2;

    private static final int PAUSE = 100;
    private static final int NEVER = Integer.MIN_VALUE;

    /** Whatever is on one side of a pause fits. */
    private static final Terms TERMS = Terms.of(/* early= */ 20, /* within= */ 20, /* retention= */ 20);

    private final Terms terms;
    private final List<Half> halves = new ArrayList<>();
    private final List<Integer> keys = new ArrayList<>();

    /** The last record before the activation; 0 if there is none. */
    private final int activatedAfter;

    /** Until when a view warms up that is activated there, in arrivals; a child lane takes it over. */
    private final int untilArrival;

    /** By key, what it remembers after each position. */
    private final List<List<PairMachine>> machines = new ArrayList<>();

    /** Likewise if nothing had been activated later. */
    private final List<PairMachine> whole;

    /** What each position adds and takes back, as if nothing had been activated later. */
    private final List<List<Effect>> effects = new ArrayList<>();

    private PairLog(
            String text,
            List<PairMachine> before,
            List<PairMachine> wholeBefore,
            int firstNumber,
            int arrival,
            Terms terms,
            int inheritedUntil) {
        this.terms = terms;
        this.whole = new ArrayList<>(wholeBefore);
        int now = arrival;
        int activation = 0;
        int until = inheritedUntil;
        for (String word : text.split(" ")) {
            if (word.equals("|")) {
                now += PAUSE;
            } else if (Character.isDigit(word.charAt(0))) {
                now += Integer.parseInt(word);
            } else if (word.equals("*")) {
                activation = halves.size();
                until = now + 2 * terms.reach();
            } else {
                now++;
                halves.add(new Half(firstNumber + halves.size(), word.charAt(0) == 'L', now, now));
                keys.add(word.charAt(1) - 'a');
            }
        }
        activatedAfter = activation;
        untilArrival = until;
        for (int key = 0; key < KEYS; key++) {
            machines.add(new ArrayList<>(List.of(before.get(key))));
        }
        effects.add(List.of());
        for (int position = 1; position <= length(); position++) {
            for (int key = 0; key < KEYS; key++) {
                PairMachine known = machine(key, position - 1);
                boolean isFolded = key(position) == key && position > activatedAfter;
                machines.get(key).add(isFolded ? known.with(half(position)) : known);
            }
            PairMachine all = whole.get(key(position)).with(half(position));
            whole.set(key(position), all);
            List<Effect> told = all.told(half(position).number()).effects();
            effects.add(told == null ? List.of() : told);
        }
    }

    static PairLog of(String text) {
        List<PairMachine> nothing = List.of(PairMachine.empty(TERMS), PairMachine.empty(TERMS));
        return new PairLog(text, nothing, nothing, 1, 0, TERMS, NEVER);
    }

    /** The log of a child lane, whose records arrive after all of this one. */
    PairLog child(String text) {
        List<PairMachine> ends = List.of(machine(0, length()), machine(1, length()));
        int arrival = half(length()).arrival();
        return new PairLog(
                text, ends, whole, 1 + length(), arrival, terms, arrival <= untilArrival ? untilArrival : NEVER);
    }

    /** What a key remembers if its item begins with nothing, whatever the parent has. */
    PairMachine alone() {
        return PairMachine.empty(terms);
    }

    int length() {
        return halves.size();
    }

    int activatedAfter() {
        return activatedAfter;
    }

    /** The last record of the warm-up, which is not before the activation; 0 if there is no warm-up. */
    int countsAfter() {
        return countsAfter(untilArrival);
    }

    /** What that would be if a warm-up lasted for the reach only. */
    int countsAfterTheReach() {
        return countsAfter(untilArrival == NEVER ? NEVER : untilArrival - terms.reach());
    }

    private int countsAfter(int until) {
        int last = 0;
        while (last < length() && half(last + 1).arrival() <= until) {
            last++;
        }
        return last;
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

    /** The last position up to this one that is of the key and folded; 0 if there is none. */
    int lastOf(int key, int position) {
        int last = position;
        while (last > activatedAfter && key(last) != key) {
            last--;
        }
        return last > activatedAfter ? last : 0;
    }

    /** The last position up to this one that changes the live tiles; 0 if there is none. */
    int lastWithEffect(int position) {
        int last = position;
        while (last > countsAfter() && effects(last).isEmpty()) {
            last--;
        }
        return last > countsAfter() ? last : 0;
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

package dev.tidemark.simulation.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What one lane remembers of one pair's key, and what each half makes of it: the machine of rule J1, of which a pair's later
 * right takes the place of an earlier one ({@code match: last}). Immutable.
 *
 * @param maxArrival of all halves folded
 * @param entries in the order in which they were folded
 */
record PairMachine(Terms terms, int maxArrival, List<Entry> entries) {

    /**
     * How far apart two halves of a pair may be.
     *
     * @param early how long before its left a right may happen
     * @param within how long after it
     * @param retention how late a half may arrive
     * @param reach two lefts whose arrivals are at most this apart are one; must be the sum of the others
     * @param kept how long a half is remembered, in arrivals
     * @param anyLeft whether a left is a duplicate of any other, or only of one that counts
     * @param roles whether which lefts count is remembered, or concluded again
     */
    record Terms(int early, int within, int retention, int reach, int kept, boolean anyLeft, boolean roles) {

        static Terms of(int early, int within, int retention) {
            int reach = early + within + retention;
            return new Terms(early, within, retention, reach, reach, true, true);
        }

        Terms withReach(int other) {
            return new Terms(early, within, retention, other, Math.max(other, kept), anyLeft, roles);
        }

        Terms withKept(int other) {
            return new Terms(early, within, retention, reach, other, anyLeft, roles);
        }

        Terms withCountedLeftsOnly() {
            return new Terms(early, within, retention, reach, kept, false, roles);
        }

        Terms withoutRoles() {
            return new Terms(early, within, retention, reach, kept, anyLeft, false);
        }

        boolean fit(Half left, Half right) {
            return right.time() >= left.time() - early && right.time() <= left.time() + within;
        }
    }

    /** One half of a pair; its number is its place in the log. */
    record Half(int number, boolean isLeft, int arrival, int time) {}

    /** @param counts of a left */
    record Entry(Half half, boolean counts) {}

    /** What a half adds to the tiles (1) or takes back (-1). */
    record Effect(int sign, int left, int right) {}

    /** @param effects null if the half is forgotten */
    record Told(@Nullable List<Effect> effects, List<Half> needs) {}

    PairMachine {
        entries = List.copyOf(entries);
    }

    static PairMachine empty(Terms terms) {
        return new PairMachine(terms, Integer.MIN_VALUE / 2, List.of());
    }

    /** With one more half. */
    PairMachine with(Half half) {
        boolean counts = half.isLeft() && countsAsNew(half);
        List<Entry> next = new ArrayList<>();
        int latest = Math.max(maxArrival, half.arrival());
        for (Entry entry : entries) {
            if (entry.half().arrival() >= latest - terms.kept()) {
                next.add(entry);
            }
        }
        next.add(new Entry(half, counts));
        return new PairMachine(terms, latest, next);
    }

    /** With all that is older than this arrival forgotten. */
    PairMachine asOf(int arrival) {
        return new PairMachine(
                terms,
                maxArrival,
                entries.stream()
                        .filter(entry -> entry.half().arrival() >= arrival - terms.kept())
                        .toList());
    }

    /** What a half that comes next would push out. */
    List<Half> pushedOutBy(Half half) {
        int latest = Math.max(maxArrival, half.arrival());
        return entries.stream()
                .map(Entry::half)
                .filter(old -> old.arrival() < latest - terms.kept())
                .toList();
    }

    private boolean countsAsNew(Half left) {
        return entries.stream()
                .filter(entry -> entry.half().isLeft() && (terms.anyLeft() || counts(entry)))
                .noneMatch(entry -> Math.abs(entry.half().arrival() - left.arrival()) <= terms.reach());
    }

    private boolean counts(Entry entry) {
        if (terms.roles()) {
            return entry.counts();
        }
        return entry.half().isLeft()
                && entries.stream()
                        .takeWhile(before -> !before.equals(entry))
                        .noneMatch(before -> before.half().isLeft()
                                && Math.abs(before.half().arrival()
                                                - entry.half().arrival())
                                        <= terms.reach());
    }

    /** The counted lefts that a right fits. */
    List<Half> leftsOf(Half right) {
        return entries.stream()
                .filter(this::counts)
                .map(Entry::half)
                .filter(left -> terms.fit(left, right))
                .toList();
    }

    /** What a half did when it was folded, as this later version of the memory tells. */
    Told told(int number) {
        Entry own = entries.stream()
                .filter(entry -> entry.half().number() == number)
                .findFirst()
                .orElse(null);
        if (own == null) {
            return new Told(null, List.of());
        }
        List<Half> needs = new ArrayList<>(List.of(own.half()));
        Half left = own.half().isLeft()
                ? (counts(own) ? own.half() : null)
                : leftsOf(own.half()).stream()
                        .filter(one -> isBefore(one, own.half()))
                        .findFirst()
                        .orElse(null);
        if (left == null) {
            return new Told(List.of(), needs);
        }
        needs.add(left);
        Half before = null;
        for (Entry entry : entries) {
            Half right = entry.half();
            if (right.number() == number) {
                break;
            }
            if (!right.isLeft() && terms.fit(left, right)) {
                needs.add(right);
                before = better(before, right);
            }
        }
        Half after = own.half().isLeft() ? before : better(before, own.half());
        return new Told(effects(left, own.half().isLeft() ? null : before, after), needs);
    }

    private boolean isBefore(Half one, Half other) {
        for (Entry entry : entries) {
            if (entry.half().equals(one) || entry.half().equals(other)) {
                return entry.half().equals(one);
            }
        }
        return false;
    }

    private static List<Effect> effects(Half left, @Nullable Half before, @Nullable Half after) {
        List<Effect> effects = new ArrayList<>();
        if (!Objects.equals(after, before) && before != null) {
            effects.add(new Effect(-1, left.number(), before.number()));
        }
        if (!Objects.equals(after, before) && after != null) {
            effects.add(new Effect(1, left.number(), after.number()));
        }
        return effects;
    }

    private static Half better(@Nullable Half one, Half later) {
        return one == null || later.time() >= one.time() ? later : one;
    }
}

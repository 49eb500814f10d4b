package dev.tidemark.simulation.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.simulation.model.PairMachine.Effect;
import dev.tidemark.simulation.model.PairMachine.Half;
import dev.tidemark.simulation.model.PairMachine.Terms;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What rule J1 says of one key, tried on every short log of halves: what it relies on, and what breaks without. */
class PairMachineTest {

    private static final int LONGEST = 4;
    private static final int GAPS = 5;
    private static final int EVERYTHING = 1_000_000;

    private static final Terms TERMS = Terms.of(/* early= */ 1, /* within= */ 1, /* retention= */ 1);

    /** Whatever happens, one right never fits two lefts that count. */
    @Test
    void aRightFitsAtMostOneLeftThatCounts() {
        assertThat(firstLog(log -> !isFitOnce(TERMS, log))).isNull();
        assertThat(firstLog(log -> !isFitOnce(TERMS.withReach(TERMS.within()), log)))
                .as("two lefts are one only if they arrive within the time for outcomes")
                .isNotNull();
        assertThat(firstLog(log -> !isFitOnce(TERMS.withReach(TERMS.reach() - 1), log)))
                .isNotNull();
    }

    /** Remembering what arrived within the reach is as good as remembering all. */
    @Test
    void theReachIsMemoryEnough() {
        assertThat(firstLog(log -> !isAsWithAll(TERMS, log))).isNull();
        assertThat(firstLog(log -> !isAsWithAll(TERMS.withKept(TERMS.within()), log)))
                .as("memory of the time for outcomes only, although they come late")
                .isNotNull();
        assertThat(firstLog(log -> !isAsWithAll(TERMS.withKept(TERMS.reach() - 1), log)))
                .isNotNull();
    }

    /** Which lefts count does not follow from what arrived within the reach; it does from twice that. */
    @Test
    void rolesAreRememberedOrTwiceAsMuchIs() {
        assertThat(firstLog(log -> !isAsWithAll(TERMS.withoutRoles(), log))).isNotNull();
        assertThat(firstLog(log -> !isAsWithAll(TERMS.withoutRoles().withKept(2 * TERMS.reach()), log)))
                .isNull();
    }

    /** A machine that began later does the same once twice the reach has passed; nothing hangs on a chain of lefts. */
    @Test
    void whatHappensDependsOnTwiceTheReach() {
        assertThat(firstLog(log -> !isSameBegunLater(TERMS, log))).isNull();
        assertThat(firstLog(log -> !isSameBegunLater(TERMS.withCountedLeftsOnly(), log)))
                .as("a left is a duplicate only of one that counts")
                .isNotNull();
    }

    private static boolean isFitOnce(Terms terms, List<Half> log) {
        PairMachine machine = PairMachine.empty(terms.withKept(EVERYTHING));
        for (Half half : log) {
            machine = machine.with(half);
        }
        PairMachine all = machine;
        return log.stream()
                .filter(half -> !half.isLeft())
                .allMatch(right -> all.leftsOf(right).size() <= 1);
    }

    private static boolean isAsWithAll(Terms terms, List<Half> log) {
        Terms remembering =
                Terms.of(terms.early(), terms.within(), terms.retention()).withKept(EVERYTHING);
        return effects(terms, log).equals(effects(remembering, log));
    }

    private static boolean isSameBegunLater(Terms terms, List<Half> log) {
        List<List<Effect>> whole = effects(terms, log);
        for (int from = 1; from < log.size(); from++) {
            List<List<Effect>> later = effects(terms, log.subList(from, log.size()));
            int begun = log.get(from - 1).arrival();
            for (int i = from; i < log.size(); i++) {
                if (log.get(i).arrival() > begun + 2 * terms.reach()
                        && !later.get(i - from).equals(whole.get(i))) {
                    return false;
                }
            }
        }
        return true;
    }

    private static List<List<Effect>> effects(Terms terms, List<Half> log) {
        PairMachine machine = PairMachine.empty(terms);
        List<List<Effect>> effects = new ArrayList<>();
        for (Half half : log) {
            machine = machine.with(half);
            effects.add(Objects.requireNonNull(machine.told(half.number()).effects()));
        }
        return effects;
    }

    private static @Nullable List<Half> firstLog(Predicate<List<Half>> wanted) {
        return search(new ArrayList<>(), wanted);
    }

    private static @Nullable List<Half> search(List<Half> log, Predicate<List<Half>> wanted) {
        if (wanted.test(log)) {
            return List.copyOf(log);
        }
        if (log.size() == LONGEST) {
            return null;
        }
        int before = log.isEmpty() ? 0 : log.get(log.size() - 1).arrival();
        for (int gap = 0; gap < GAPS; gap++) {
            for (int late = 0; late <= TERMS.retention(); late++) {
                for (boolean isLeft : new boolean[] {true, false}) {
                    int arrival = before + gap;
                    log.add(new Half(log.size() + 1, isLeft, arrival, arrival - late));
                    List<Half> found = search(log, wanted);
                    log.remove(log.size() - 1);
                    if (found != null) {
                        return found;
                    }
                }
            }
        }
        return null;
    }
}

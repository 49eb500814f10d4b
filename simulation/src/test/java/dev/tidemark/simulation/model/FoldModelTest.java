package dev.tidemark.simulation.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Explores the model whole: with all rules at several bounds, where nothing may go wrong, and without each rule, where
 * something must. Prints how many states there are, and for each missing rule the shortest way to what goes wrong.
 */
class FoldModelTest {

    /** No single space has everything at its largest; each has what may go wrong together. */
    private static final Map<String, Bounds> SPACES = new LinkedHashMap<>();

    static {
        SPACES.put(
                "everything: two items, a split, an activation, late puts",
                Bounds.of("ab", "a").withActivation().withLatePuts());
        SPACES.put("an activation, two records per item", Bounds.of("aab").withActivation());
        SPACES.put("four records of one lane, late puts", Bounds.of("abab").withLatePuts());
        SPACES.put("four records of two lanes, late puts", Bounds.of("ab", "ab").withLatePuts());
        SPACES.put(
                "portions, an activation, late puts",
                Bounds.of("aa").withActivation().withLatePuts().withPortions());
        SPACES.put(
                "portions, a bad record, late puts",
                Bounds.of("axa").withLatePuts().withPortions());
        SPACES.put(
                "a bad record, the archive fails, late puts, nothing skipped",
                Bounds.of("xab").withLatePuts().withArchiveFailures().withoutSkipping());
        SPACES.put(
                "old blocks are deleted, late puts, nothing skipped",
                Bounds.of("aa", "a").withLatePuts().withoutSkipping().withExpiry());
        SPACES.put(
                "an activation, late puts, nothing skipped",
                Bounds.of("ab").withActivation().withLatePuts().withoutSkipping());
    }

    static Stream<String> spaces() {
        return SPACES.keySet().stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("spaces")
    void nothingGoesWrongWithAllRules(String space) throws IOException {
        Explorer.Result result = explore(Objects.requireNonNull(SPACES.get(space)), Set.of());
        result.assertHolds(space);
    }

    @ParameterizedTest
    @EnumSource
    void somethingGoesWrongWithoutTheRule(Rule rule) {
        Bounds bounds = smallest(rule);
        assertThat(explore(bounds, Set.of()).violation()).isNull();
        Explorer.Result result = explore(bounds, EnumSet.of(rule));
        System.out.println("Without " + rule + ", " + rule.without() + ": " + result.text());
        assertThat(result.violation()).as(rule.without()).contains(expected(rule));
    }

    /** Records up to the activation, or up to last, are below the lane row's position: who skips those need not ask again. */
    @ParameterizedTest
    @EnumSource(names = {"F4_ACT", "F8_MAXIMUM"})
    void skippingWhatIsDoneKeepsTheseRulesToo(Rule rule) {
        Explorer.Result result = explore(Bounds.of("aa").withActivation(), EnumSet.of(rule));
        assertThat(result.violation()).as(result.text()).isNull();
    }

    private static Explorer.Result explore(Bounds bounds, Set<Rule> broken) {
        return Explorer.explore(new FoldModel(bounds, broken), broken.isEmpty());
    }

    private static Bounds smallest(Rule rule) {
        return switch (rule) {
            case P1_CREATION_TIME, P3_LANE -> Bounds.of("a", "a");
            case P3_VERSION, L3_OWN_POSITION -> Bounds.of("aa").withActivation();
            case L1_TRANSACTION, L1_ALL_VIEWS, L2_UNKNOWN_VIEW, L3_FENCE, F8_VIEWS ->
                Bounds.of("a").withActivation();
            case F3_QUARANTINE, F4_OUTSIDE -> Bounds.of("x");
            case P2_NUMERIC_ORDER, F6_MINIMUM -> Bounds.of("ab");
            case F4_CONDITION, F4_MARK, F4_CONFLICT, F8_FENCE -> Bounds.of("aa");
            case F4_ACT -> Bounds.of("aa").withActivation().withoutSkipping();
            case F5_CONFIRMED, F6_UNKNOWN, F9_AFTER_ROW -> Bounds.of("a");
            case F7_ARCHIVE -> Bounds.of("a").withArchiveFailures();
            case F8_MAXIMUM -> Bounds.of("aa").withoutSkipping();
            case F10_EXPIRY -> Bounds.of("aa").withExpiry();
            case F11_DONE_FIRST -> Bounds.of("aa").withPortions();
        };
    }

    private static String expected(Rule rule) {
        return switch (rule) {
            case P1_CREATION_TIME, P3_LANE, F11_DONE_FIRST -> "lies below its item's mark, but is not in it";
            case P2_NUMERIC_ORDER, F9_AFTER_ROW -> "was reported done";
            case P3_VERSION, F4_ACT -> "is at or below act, but in the item of the live fold";
            case L1_TRANSACTION, L1_ALL_VIEWS -> "was declared complete";
            case L2_UNKNOWN_VIEW,
                    L3_OWN_POSITION,
                    L3_FENCE,
                    F4_CONDITION,
                    F4_CONFLICT,
                    F5_CONFIRMED,
                    F6_MINIMUM,
                    F6_UNKNOWN,
                    F8_VIEWS,
                    F10_EXPIRY -> "is done, but not in its item";
            case F3_QUARANTINE -> "is done, but not in quarantine";
            case F4_MARK -> "is in its item twice";
            case F4_OUTSIDE, F7_ARCHIVE -> "is done, but not archived";
            case F8_FENCE, F8_MAXIMUM -> "went back";
        };
    }
}

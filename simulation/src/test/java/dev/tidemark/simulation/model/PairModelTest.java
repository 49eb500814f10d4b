package dev.tidemark.simulation.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** {@link FoldModelTest} for pairs: explores {@link PairModel} with all rules, and without each. */
class PairModelTest {

    private static final Map<String, List<PairLog>> SPACES = new LinkedHashMap<>();

    static {
        SPACES.put("pairs: one key, an outcome revised, late puts", lane("La Ra Ra"));
        SPACES.put("pairs: one key, all forgotten, late puts", lane("La Ra | Ra"));
        SPACES.put("pairs: two keys, late puts", lane("La Lb Ra"));
        SPACES.put("pairs: two keys, one forgotten, late puts", lane("La Rb | La"));
        SPACES.put("pairs: a child, late puts", lanes("La Ra", "Ra"));
        SPACES.put("pairs: an activation, its warm-up, late puts", lane("La * Ra 118 Lb Rb"));
        SPACES.put("pairs: a child within a warm-up, late puts", lanes("La * Lb", "Ra | | Lb"));
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
    void somethingGoesWrongWithoutTheRule(PairRule rule) {
        List<PairLog> lanes = smallest(rule);
        assertThat(explore(lanes, Set.of()).violation()).isNull();
        Explorer.Result result = explore(lanes, EnumSet.of(rule));
        System.out.println("Without " + rule + ", " + rule.without() + ": " + result.text());
        assertThat(result.violation()).as(rule.without()).contains(expected(rule));
    }

    private static Explorer.Result explore(List<PairLog> lanes, Set<PairRule> broken) {
        return Explorer.explore(new PairModel(lanes, broken), broken.isEmpty());
    }

    private static List<PairLog> lane(String records) {
        return List.of(PairLog.of(records));
    }

    private static List<PairLog> lanes(String parent, String child) {
        PairLog first = PairLog.of(parent);
        return List.of(first, first.child(child));
    }

    private static List<PairLog> smallest(PairRule rule) {
        return switch (rule) {
            case J1_FENCE -> lane("La Ra Ra");
            case J1_LIMIT -> lane("La Lb Ra Rb");
            case J1_SETTLING -> lane("La Ra | Ra");
            case J1_BY_ARRIVAL -> lane("La | Lb");
            case J1_ONE_PUT -> lane("La Ra Ra");
            case J2_ADOPTION -> lanes("La", "Ra");
            case J2_FINAL -> lanes("La", "Ra");
            case J4_WARM_UP -> lane("La * Lb Rb");
            case J4_TWICE -> lane("La * 45 La 15 Ra");
            case J4_CUT -> lane("La * 119 Lb Rb");
            case J4_CHILD -> lanes("La * Lb", "Ra Rb");
        };
    }

    private static String expected(PairRule rule) {
        return switch (rule) {
            case J1_FENCE, J1_SETTLING, J4_CUT -> "is done, but missing";
            case J1_LIMIT, J1_ONE_PUT, J4_WARM_UP, J4_TWICE, J4_CHILD ->
                "the tiles are not what all records up to their mark make";
            case J1_BY_ARRIVAL, J2_ADOPTION, J2_FINAL -> "the halves are not what all records up to their mark make";
        };
    }
}

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

/** {@link FoldModelTest} for the head item: explores {@link HeadModel} with all rules, and without each. */
class HeadModelTest {

    private static final Map<String, HeadBounds> SPACES = new LinkedHashMap<>();

    static {
        SPACES.put(
                "head: one tile, two spills, a late event, late puts",
                lane("0120").withLatePuts());
        SPACES.put("head: one tile, queries", lane("0120").withQueries());
        SPACES.put("head: two tiles, queries", lane("012").withTwoTiles().withQueries());
        SPACES.put("head: two tiles, late puts", lane("01203").withTwoTiles().withLatePuts());
        SPACES.put("head: one tile, a checkpoint and a restore", lane("0101").withCheckpoint());
        SPACES.put(
                "head: two tiles, a checkpoint and a restore",
                lane("012").withTwoTiles().withCheckpoint());
        SPACES.put(
                "head: two lanes, queries",
                HeadBounds.of(HeadLane.of("01"), HeadLane.of("1")).withQueries());
        SPACES.put(
                "head: an activation, its backfill, queries",
                HeadBounds.of(HeadLane.of("..1"), HeadLane.of("01").withoutRow())
                        .withQueries());
        SPACES.put("head: a long pause, late puts", lane("01|23").withLatePuts());
        SPACES.put("head: a long pause, queries", lane("01|2").withQueries());
        SPACES.put(
                "head: a long pause, a checkpoint and a restore", lane("01|23").withCheckpoint());
        SPACES.put(
                "head: ids, late puts",
                HeadBounds.of(HeadLane.of("0110").withIds("aaba")).withLatePuts());
        SPACES.put(
                "head: ids, a checkpoint and a restore",
                HeadBounds.of(HeadLane.of("010").withIds("aab")).withCheckpoint());
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
    void somethingGoesWrongWithoutTheRule(HeadRule rule) {
        HeadBounds bounds = smallest(rule);
        assertThat(explore(bounds, Set.of()).violation()).isNull();
        Explorer.Result result = explore(bounds, EnumSet.of(rule));
        System.out.println("Without " + rule + ", " + rule.without() + ": " + result.text());
        assertThat(result.violation()).as(rule.without()).contains(expected(rule));
    }

    private static Explorer.Result explore(HeadBounds bounds, Set<HeadRule> broken) {
        return Explorer.explore(new HeadModel(bounds, broken), broken.isEmpty());
    }

    private static HeadBounds lane(String tiles) {
        return HeadBounds.of(HeadLane.of(tiles));
    }

    private static HeadBounds smallest(HeadRule rule) {
        return switch (rule) {
            case U1_EVENT_BY_EVENT -> lane("010");
            case U3_BELOW_FIRST -> lane("01");
            case U2_SPILLS, U3_ALL_AGAIN -> lane("012");
            case U2_LATE -> lane("0120");
            case U4_AGAIN, U4_OPEN -> lane("01").withQueries();
            case U4_OWN_LANE ->
                HeadBounds.of(HeadLane.of("0"), HeadLane.of("01")).withQueries();
            case U4_NO_ROW -> HeadBounds.of(HeadLane.of("01").withoutRow()).withQueries();
            case U5_RESET, U5_EXPIRY -> lane("01|2");
            case U6_AGAIN -> lane("01").withCheckpoint();
            case U6_LATE -> lane("010").withCheckpoint();
            case U6_RESET -> lane("01|23").withCheckpoint();
            case T3_BEFORE_HEAD -> HeadBounds.of(HeadLane.of("00").withIds("aa"));
        };
    }

    private static String expected(HeadRule rule) {
        return switch (rule) {
            case U1_EVENT_BY_EVENT, U2_SPILLS, U2_LATE, U5_RESET ->
                "the hop block 0 is not what all events up to its mark make";
            case U5_EXPIRY, T3_BEFORE_HEAD -> "the head is not what all events up to its mark make";
            case U3_BELOW_FIRST, U3_ALL_AGAIN, U6_AGAIN, U6_LATE -> "is done, but missing";
            case U6_RESET -> "the coarse item is not what all events up to its mark make";
            case U4_AGAIN, U4_OWN_LANE, U4_NO_ROW -> "is done, but missing in an answer";
            case U4_OPEN -> "is counted twice in an answer";
        };
    }
}

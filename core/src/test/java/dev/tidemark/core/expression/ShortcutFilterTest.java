package dev.tidemark.core.expression;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.event.Flaw;
import dev.tidemark.core.event.InvalidEvent;
import java.math.BigDecimal;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The shortcut and CEL must be one semantics: same answer, same failure, for any expression and any event. */
class ShortcutFilterTest {

    private static final List<String> FIELDS = List.of("a", "b.c", "d");
    private static final String[] LITERALS = {
        "'x'",
        "'y'",
        "''",
        "1",
        "0",
        "-1",
        "2.5",
        "-0.0",
        "1e18",
        "9007199254740993",
        "9007199254740992",
        "0.1",
        "true",
        "false",
        "null",
        "9223372036854775807"
    };
    private static final String[] OPERATORS = {"==", "!=", "<", "<=", ">", ">="};

    static LongStream seeds() {
        return LongStream.range(0, 300);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void agreesWithCel(long seed) throws InvalidExpression {
        Random random = new Random(seed);
        String text = condition(random, 2);
        FilterExpression filter;
        try {
            filter = FilterExpression.parse(text);
        } catch (InvalidExpression e) {
            // Some generated comparisons have no overload, such as one with the order of null.
            assertThat(text).containsAnyOf("null", "true", "false");
            return;
        }
        EventFilter quick = filter.bind(path -> FIELDS.indexOf(path.toString()));
        EventFilter cel = filter.bindToCel(path -> FIELDS.indexOf(path.toString()));
        EventRow row = new EventRow(FIELDS.size());
        for (int i = 0; i < 50; i++) {
            row.clear();
            IntStream.range(0, FIELDS.size()).forEach(slot -> fill(row, slot, random));
            assertThat(outcome(quick, row))
                    .as("seed %d: %s for %s", seed, text, describe(row))
                    .isEqualTo(outcome(cel, row));
        }
    }

    @Test
    void takesTheShortcutForTheCommonShapes() throws InvalidExpression {
        for (String text : List.of(
                "a == 'x'", "a == 'x' && b.c > 10", "a in ['x', 'y'] || !(d == null)", "d", "10 >= b.c", "a != true")) {
            assertThat(FilterExpression.parse(text).bind(path -> FIELDS.indexOf(path.toString())))
                    .as(text)
                    .isInstanceOf(ShortcutFilter.class);
        }
        for (String text : List.of("a == d", "b.c + 1 > 2", "a.startsWith('x')", "b.c == 9007199254740993")) {
            assertThat(FilterExpression.parse(text).bind(path -> FIELDS.indexOf(path.toString())))
                    .as(text)
                    .isInstanceOf(CelFilter.class);
        }
    }

    private static String condition(Random random, int depth) {
        int kind = random.nextInt(depth > 0 ? 8 : 4);
        String field = FIELDS.get(random.nextInt(FIELDS.size()));
        String operator = OPERATORS[random.nextInt(OPERATORS.length)];
        String literal = LITERALS[random.nextInt(LITERALS.length)];
        return switch (kind) {
            case 0, 1 -> field + " " + operator + " " + literal;
            case 2 -> random.nextBoolean() ? literal + " " + operator + " " + field : field;
            case 3 -> field + " in ['x', '', 'z']";
            case 4 -> "!(" + condition(random, depth - 1) + ")";
            case 5, 6 -> "(" + condition(random, depth - 1) + " && " + condition(random, depth - 1) + ")";
            default -> "(" + condition(random, depth - 1) + " || " + condition(random, depth - 1) + ")";
        };
    }

    private static void fill(EventRow row, int slot, Random random) {
        switch (random.nextInt(10)) {
            case 0 -> row.setString(slot, List.of("x", "y", "", "z").get(random.nextInt(4)));
            case 1 -> row.setBoolean(slot, random.nextBoolean());
            case 2 -> row.setCompound(slot);
            case 3 -> row.setNumber(slot, random.nextInt(5) - 2, 0);
            case 4 -> row.setNumber(slot, (random.nextInt(7) - 3) * 5L, random.nextInt(4));
            case 5 -> row.setNumber(slot, 9_007_199_254_740_990L + random.nextInt(6), random.nextInt(2));
            case 6 ->
                row.setBigNumber(
                        slot, new BigDecimal("9223372036854775807").add(BigDecimal.valueOf(random.nextInt(3) - 1)));
            case 7 -> row.setNumber(slot, random.nextInt(3), -random.nextInt(2));
            case 8 -> row.setFlawed(slot, random.nextBoolean() ? Flaw.NUMBER_OUT_OF_BOUNDS : Flaw.LONE_SURROGATE);
            default -> {}
        }
    }

    private static String outcome(EventFilter filter, EventRow row) {
        try {
            return Boolean.toString(filter.test(row));
        } catch (InvalidEvent e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static String describe(EventRow row) {
        StringBuilder text = new StringBuilder();
        for (int slot = 0; slot < row.slots(); slot++) {
            text.append(FIELDS.get(slot)).append('=').append(row.kind(slot));
            text.append(row.isNumber(slot) ? ":" + row.decimal(slot) : "").append(' ');
        }
        return text.toString();
    }
}

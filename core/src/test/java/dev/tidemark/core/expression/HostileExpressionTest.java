package dev.tidemark.core.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.value.ValueType;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever the text, an expression compiles within bounds or is refused; whatever the event, it is decided or fails. */
class HostileExpressionTest {

    private static final long SMALL_STACK_BYTES = 512 << 10;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "((((((((((a{2}){9}){9}){9}){9}){9}){9}){9}){9}){9})",
                "(a{0,1000}){0,1000}",
                "a{0,1000}",
                "(?:a{1000}){1000}",
                "(?:(?:){1000}){1000}",
                "((((((((((a?){3}){3}){3}){3}){3}){3}){3}){3}){3}){3}",
                "(?:[^a-z]{100}|b){11}",
                "(?:\\\\pL{40}){40}",
                "(?:\\\\Qa{1}b\\\\E){200}",
                "(?i:(?:ab|cd|ef){300}|x)",
                "a{2}{1000}{1000}{1000}",
                "(a{100})(?i){1000}",
                "(a{100})\\\\Q\\\\E{1000}",
                "(?:a{1000,}){1000,}"
            })
    void aPatternThatIsTooLargeIsRefusedUncompiled(String pattern) {
        assertThatThrownBy(() -> FilterExpression.parse("\n  x.matches('" + pattern + "')"))
                .isInstanceOfSatisfying(
                        InvalidExpression.class,
                        e -> assertThat(e.problems()).singleElement().satisfies(problem -> {
                            assertThat(problem.line()).isEqualTo(2);
                            assertThat(problem.problem())
                                    .isEqualTo("the pattern is too large: at most 1,000 instructions");
                            assertThat(problem.remedy()).contains("{n} multiplies");
                        }));
    }

    static Stream<String> deep() {
        return Stream.of("(".repeat(1_900) + "a" + ")".repeat(1_900), "(?:b|".repeat(600) + "a" + ")".repeat(600));
    }

    @ParameterizedTest
    @MethodSource("deep")
    void aPatternThatIsNestedTooDeepIsTooLarge(String pattern) {
        assertThatThrownBy(() -> DerivedExpression.parse("x.matches('" + pattern + "')"))
                .isInstanceOf(InvalidExpression.class)
                .hasMessageContaining("too large: at most 1,000 instructions");
    }

    @Test
    void aPatternOfTooManyUnicodeClassesIsRefused() {
        assertThatThrownBy(() -> FilterExpression.parse("x.matches('" + "\\\\pL|".repeat(101) + "a')"))
                .hasMessageContaining("a pattern with 101 Unicode classes: at most 100");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(?i)bot|crawl|spider",
                "^[a-z0-9]+(?:-[a-z0-9]+)*$",
                "(a|b|ab|ba|aa|bb){60}c$",
                "a{0,490}",
                "(?:[0-9a-f]{4}-?){8}",
                "(?:(?:(?:a){10}){10}){9}",
                "[[:alpha:]]{1,200}@[]a[{}(){2]+",
                "x{,3}{",
                "\\\\Q(((((((\\\\E",
                "\\\\p{Greek}\\\\x{10FFFF}"
            })
    void anOrdinaryPatternIsTaken(String pattern) throws InvalidExpression {
        assertThat(FilterExpression.parse("x.matches('" + pattern + "')").fields())
                .hasSize(1);
    }

    static LongStream seeds() {
        return LongStream.range(0, 200);
    }

    /** Else what is refused unseen could be small, or what is compiled huge. */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void theBoundIsNeverLessThanTheProgram(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 100; i++) {
            String pattern = pattern(random, 4);
            PatternSize.Bound bound = PatternSize.of(pattern);
            if (bound.instructions() > 20_000 || bound.depth() > 400) {
                continue;
            }
            try {
                // RE2 adds an instruction that fails and one that matches.
                int size = Pattern.compile(pattern).programSize() - 2;
                assertThat(bound.instructions() + 1).as(pattern).isGreaterThanOrEqualTo(size);
            } catch (PatternSyntaxException e) {
                assertThat(e.getMessage()).isNotBlank();
            }
        }
    }

    private static String pattern(Random random, int depth) {
        String[] atoms = {
            "a",
            "\\pL",
            "[^a-z]",
            ".",
            "\\Q{2}\\E",
            "[[:digit:]x]",
            "[]]",
            "\\x{61}",
            "^",
            "",
            "{",
            "\\.",
            "(?i)",
            "(?-s)",
            "\\Q\\E"
        };
        if (depth == 0) {
            return atoms[random.nextInt(atoms.length)];
        }
        String inner = pattern(random, depth - 1);
        return switch (random.nextInt(10)) {
            case 0 -> "(" + inner + ")";
            case 1 -> "(?:" + inner + "|" + pattern(random, depth - 1) + ")";
            case 2 -> inner + "*";
            case 3 -> "(?:" + inner + ")+?";
            case 4 -> "(?i:" + inner + "){" + random.nextInt(6) + "}";
            case 5 -> "(" + inner + "){" + random.nextInt(3) + "," + (2 + random.nextInt(9)) + "}?";
            case 6 -> "(?:" + inner + "){" + random.nextInt(9) + ",}";
            case 7 -> "(" + inner + "||)";
            case 8 -> "(" + inner + ")(?i){" + random.nextInt(40) + "}";
            default -> inner + pattern(random, depth - 1);
        };
    }

    static Stream<String> large() {
        return Stream.of(
                "a" + " + a".repeat(1_000) + " > 0",
                "a" + " - 1".repeat(1_000) + " > 0",
                "a" + " == a".repeat(800),
                "a" + " && a".repeat(800),
                "a" + ".b".repeat(2_000) + " == 1",
                "a" + " ? a : a".repeat(500),
                "!".repeat(4_000) + "a",
                "-".repeat(4_000) + "a > 0",
                "(".repeat(2_000) + "a" + ")".repeat(2_000),
                "[".repeat(2_000) + "a" + "]".repeat(2_000) + " == []",
                "a in " + "[".repeat(60) + "a" + "]".repeat(60),
                "size(".repeat(800) + "a" + ")".repeat(800) + " > 0",
                "a" + ".contains('')".repeat(300),
                "x.matches('a')" + " || x.matches('a')".repeat(200),
                "\"" + "\\u0000".repeat(600) + "\" == a");
    }

    @ParameterizedTest
    @MethodSource("large")
    void aLargeOrDeepExpressionNeedsNoLargeStack(String text) throws InterruptedException {
        Throwable[] failure = new Throwable[1];
        Thread thread = new Thread(null, () -> tryOut(text), "small stack", SMALL_STACK_BYTES);
        thread.setUncaughtExceptionHandler((ignored, thrown) -> failure[0] = thrown);
        thread.start();
        thread.join();
        assertThat(failure[0]).isNull();
    }

    private static void tryOut(String text) {
        EventRow row = new EventRow(1);
        row.setNumber(0, 1, 0);
        try {
            FilterExpression.parse(text).bind(path -> 0).test(row);
        } catch (InvalidExpression e) {
            assertThat(e.problems()).isNotEmpty();
        } catch (InvalidEvent e) {
            assertThat(e.reason()).isEqualTo(InvalidEvent.Reason.FILTER_FAILED);
        }
        try {
            DerivedExpression.parse(text).compile(Map.of("a", ValueType.SCALAR), null);
        } catch (InvalidExpression e) {
            assertThat(e.problems()).isNotEmpty();
        }
    }

    /** 904 instructions. */
    private static final String SLOW = "x.matches('(a|b|ab|ba|aa|bb){60}c$')";

    @Test
    void aTextTooLongForItsPatternCannotBeDecided() throws InvalidExpression {
        EventFilter filter = FilterExpression.parse(SLOW).bind(path -> 0);
        assertThat(filter.test(text("ab".repeat(30) + "c"))).isTrue();
        assertThat(filter.test(text("ab".repeat(553)))).isFalse();
        cannotDecide(filter, text("ab".repeat(554)));
        cannotDecide(filter, text("ab".repeat(128_000)));
        EventFilter decided = FilterExpression.parse(SLOW + " || x != 'y'").bind(path -> 0);
        assertThat(decided.test(text("ab".repeat(128_000)))).isTrue();
    }

    @Test
    void allPatternsOfAConditionShareTheBound() throws InvalidExpression {
        EventFilter twice = FilterExpression.parse(SLOW + " || x.matches('(b|a|ab|ba|aa|bb){60}d$')")
                .bind(path -> 0);
        assertThat(twice.test(text("ab".repeat(250)))).isFalse();
        cannotDecide(twice, text("ab".repeat(500)));
    }

    @Test
    void aTextTooLongToLookForAnotherInItCannotBeDecided() throws InvalidExpression {
        EventFilter filter = FilterExpression.parse("x.contains(y)")
                .bind(path -> path.toString().equals("x") ? 0 : 1);
        EventRow row = new EventRow(2);
        row.setString(0, "a".repeat(20_000));
        row.setString(1, "a".repeat(5_000));
        assertThat(filter.test(row)).isTrue();
        row.setString(1, "a".repeat(10_000) + "b");
        cannotDecide(filter, row);
    }

    @Test
    void aDerivedFeatureThatCannotBeDecidedIsItsDefault() throws InvalidExpression {
        FeatureExpression feature = DerivedExpression.parse(SLOW)
                .compile(Map.of("x", ValueType.SCALAR), false)
                .expression();
        assertThat(feature.evaluate(Map.of("x", "ab".repeat(30) + "c"))).isEqualTo(true);
        assertThat(feature.evaluate(Map.of("x", "ab".repeat(2_000) + "c"))).isEqualTo(false);
    }

    private static EventRow text(String text) {
        EventRow row = new EventRow(1);
        row.setString(0, text);
        return row;
    }

    private static void cannotDecide(EventFilter filter, EventRow row) {
        InvalidEvent e = catchThrowableOfType(InvalidEvent.class, () -> filter.test(row));
        assertThat(e.reason()).isEqualTo(InvalidEvent.Reason.FILTER_FAILED);
        assertThat(e).hasMessageContaining("x is a string of " + row.string(0).length() + " characters");
        assertThat(e.remedy()).contains("1,000,000").contains("100,000,000");
    }
}

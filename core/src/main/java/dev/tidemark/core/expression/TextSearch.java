package dev.tidemark.core.expression;

import com.google.re2j.Pattern;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelFunctionBinding;
import dev.cel.runtime.CelStandardFunctions.StandardFunction;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * {@code matches} and {@code contains}, with a bound on their cost for one event: the work is the text's length times
 * the pattern's. Beyond the bound there is no result.
 */
final class TextSearch {

    /** Characters times the instructions of all patterns of the expression; some hundredths of a second. */
    static final long MAX_MATCH_WORK = 1_000_000;

    /** Characters of the text times those looked for; some hundredths of a second. */
    static final long MAX_CONTAINS_WORK = 100_000_000;

    /** Added to the message of a condition that cannot be decided. */
    static final String REMEDY = String.format(
            Locale.ROOT,
            "; a text given to matches() may have %,d characters divided by the instructions of the condition's patterns,"
                    + " and the lengths of the two texts of contains() may multiply to %,d",
            MAX_MATCH_WORK,
            MAX_CONTAINS_WORK);

    /** What {@link #contains} and {@link #matches} stand in for. */
    static final Set<StandardFunction> REPLACED = Set.of(StandardFunction.CONTAINS, StandardFunction.MATCHES);

    private final Map<String, Pattern> patterns;
    private final int instructions;

    private TextSearch(Map<String, Pattern> patterns) {
        this.patterns = Map.copyOf(patterns);
        this.instructions =
                patterns.values().stream().mapToInt(Pattern::programSize).sum();
    }

    /** Under CEL's own name of the overload, so that its checker knows it. */
    static CelFunctionBinding contains() {
        return CelFunctionBinding.from("contains_string", String.class, String.class, TextSearch::contains);
    }

    /** The two ways to write {@code matches}, for an expression with these patterns. */
    @SuppressWarnings("Immutable") // It is: a map that is never changed, and compiled patterns.
    static List<CelFunctionBinding> matches(Map<String, Pattern> patterns) {
        TextSearch search = new TextSearch(patterns);
        return List.of(
                CelFunctionBinding.from("matches", String.class, String.class, search::matches),
                CelFunctionBinding.from("matches_string", String.class, String.class, search::matches));
    }

    private boolean matches(String text, String patternText) throws CelEvaluationException {
        Pattern pattern = Objects.requireNonNull(patterns.get(patternText), "a pattern that was not compiled");
        if ((long) text.length() * instructions > MAX_MATCH_WORK) {
            throw new CelEvaluationException("a text too long for its pattern");
        }
        return pattern.matcher(text).find();
    }

    private static boolean contains(String text, String part) throws CelEvaluationException {
        if ((long) text.length() * part.length() > MAX_CONTAINS_WORK) {
            throw new CelEvaluationException("texts too long to look for one in the other");
        }
        return text.contains(part);
    }
}

package dev.tidemark.core.expression;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The patterns given to {@code matches} in one expression: written out, so that no event can bring its own, small, and
 * accepted by RE2, so that a bad one is seen by its author and not by every event.
 */
final class Patterns {

    /** Instructions of RE2's program for one pattern. */
    static final int MAX_INSTRUCTIONS = 1_000;

    /** RE2 joins what it can, so a pattern may shrink; one that is larger than this by its text is not compiled. */
    private static final long MAX_WRITTEN_OUT = 10L * MAX_INSTRUCTIONS;

    /** Each level of what repeats, chooses or groups is two instructions at least. */
    private static final int MAX_DEPTH = MAX_INSTRUCTIONS / 2;

    /** Each has hundreds of ranges, which RE2 joins one by one. */
    private static final int MAX_UNICODE_CLASSES = 100;

    private static final String SMALLER = "repeat less or split the condition: each character, class, group, |, *, + "
            + "and ? counts, and {n} multiplies what it repeats";

    private final CelAbstractSyntaxTree tree;
    private final Map<String, Pattern> compiled = new LinkedHashMap<>();
    private final List<ExpressionProblem> problems = new ArrayList<>();

    private Patterns(CelAbstractSyntaxTree tree) {
        this.tree = tree;
    }

    /**
     * Each pattern by its text.
     *
     * @throws InvalidExpression with every bad one
     */
    static Map<String, Pattern> of(CelAbstractSyntaxTree tree) throws InvalidExpression {
        Patterns patterns = new Patterns(tree);
        patterns.visit(tree.getExpr());
        if (!patterns.problems.isEmpty()) {
            throw new InvalidExpression(patterns.problems);
        }
        return Map.copyOf(patterns.compiled);
    }

    private void visit(CelExpr expression) {
        switch (expression.getKind()) {
            case CALL -> {
                CelExpr.CelCall call = expression.call();
                call.target().ifPresent(this::visit);
                call.args().forEach(this::visit);
                if (call.function().equals("matches") && !call.args().isEmpty()) {
                    compile(call.args().get(call.args().size() - 1));
                }
            }
            case LIST -> expression.list().elements().forEach(this::visit);
            case SELECT -> visit(expression.select().operand());
            default -> {}
        }
    }

    private void compile(CelExpr at) {
        if (at.getKind() != CelExpr.ExprKind.Kind.CONSTANT
                || at.constant().getKind() != CelConstant.Kind.STRING_VALUE) {
            report(at, "matches() with a pattern that is not written out", "give the pattern as a string");
            return;
        }
        String text = at.constant().stringValue();
        PatternSize.Bound bound = PatternSize.of(text);
        if (bound.unicodeClasses() > MAX_UNICODE_CLASSES) {
            report(
                    at,
                    "a pattern with " + bound.unicodeClasses() + " Unicode classes: at most " + MAX_UNICODE_CLASSES,
                    "name each once, in brackets: [\\\\pL\\\\pN]");
        } else if (bound.instructions() > MAX_WRITTEN_OUT || bound.depth() > MAX_DEPTH) {
            reportTooLarge(at);
        } else {
            compile(at, text);
        }
    }

    private void compile(CelExpr at, String text) {
        try {
            Pattern pattern = Pattern.compile(text);
            if (pattern.programSize() > MAX_INSTRUCTIONS) {
                reportTooLarge(at);
            }
            compiled.put(text, pattern);
        } catch (PatternSyntaxException e) {
            report(
                    at,
                    "not a regular expression: '" + text + "'",
                    "use RE2 syntax, which has no lookaround and no backreferences");
        }
    }

    private void reportTooLarge(CelExpr at) {
        report(
                at,
                String.format(Locale.ROOT, "the pattern is too large: at most %,d instructions", MAX_INSTRUCTIONS),
                SMALLER);
    }

    private void report(CelExpr expression, String problem, String remedy) {
        problems.add(Dialect.problemAt(tree, expression.id(), problem, remedy));
    }
}

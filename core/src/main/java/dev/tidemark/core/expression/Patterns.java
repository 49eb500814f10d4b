package dev.tidemark.core.expression;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import java.util.ArrayList;
import java.util.List;

/**
 * Checks the patterns given to {@code matches}: written out, so that no event can bring its own, and accepted by RE2,
 * so that a bad one is seen by its author and not by every event.
 */
final class Patterns {

    private final CelAbstractSyntaxTree tree;
    private final List<ExpressionProblem> problems = new ArrayList<>();

    private Patterns(CelAbstractSyntaxTree tree) {
        this.tree = tree;
    }

    static void check(CelAbstractSyntaxTree tree) throws InvalidExpression {
        Patterns patterns = new Patterns(tree);
        patterns.visit(tree.getExpr());
        if (!patterns.problems.isEmpty()) {
            throw new InvalidExpression(patterns.problems);
        }
    }

    private void visit(CelExpr expression) {
        switch (expression.getKind()) {
            case CALL -> {
                CelExpr.CelCall call = expression.call();
                call.target().ifPresent(this::visit);
                call.args().forEach(this::visit);
                if (call.function().equals("matches") && !call.args().isEmpty()) {
                    checkPattern(call.args().get(call.args().size() - 1));
                }
            }
            case LIST -> expression.list().elements().forEach(this::visit);
            case SELECT -> visit(expression.select().operand());
            default -> {}
        }
    }

    private void checkPattern(CelExpr pattern) {
        if (pattern.getKind() != CelExpr.ExprKind.Kind.CONSTANT
                || pattern.constant().getKind() != CelConstant.Kind.STRING_VALUE) {
            report(pattern, "matches() with a pattern that is not written out", "give the pattern as a string");
        } else if (!Dialect.isPattern(pattern.constant().stringValue())) {
            report(
                    pattern,
                    "not a regular expression: '" + pattern.constant().stringValue() + "'",
                    "use RE2 syntax, which has no lookaround and no backreferences");
        }
    }

    private void report(CelExpr expression, String problem, String remedy) {
        problems.add(Dialect.problemAt(tree, expression.id(), problem, remedy));
    }
}

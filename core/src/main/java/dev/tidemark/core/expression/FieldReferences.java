package dev.tidemark.core.expression;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelExpr;
import dev.tidemark.core.event.FieldPath;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the event fields in a filter's syntax tree: every chain of names that is not the argument of a further
 * selection, such as {@code item.price}. Refuses objects, which have no place in a filter.
 */
final class FieldReferences {

    private final CelAbstractSyntaxTree tree;
    private final Map<String, FieldPath> paths = new LinkedHashMap<>();
    private final List<ExpressionProblem> problems = new ArrayList<>();

    private FieldReferences(CelAbstractSyntaxTree tree) {
        this.tree = tree;
    }

    /** The distinct paths, in the order of the text. */
    static List<FieldPath> of(CelAbstractSyntaxTree tree) throws InvalidExpression {
        FieldReferences references = new FieldReferences(tree);
        references.visit(tree.getExpr());
        if (!references.problems.isEmpty()) {
            throw new InvalidExpression(references.problems);
        }
        return List.copyOf(references.paths.values());
    }

    /** The names of a chain joined by dots, or null if the expression is no such chain. */
    static @Nullable String chain(CelExpr expression) {
        return switch (expression.getKind()) {
            case IDENT -> expression.ident().name();
            case SELECT -> {
                String operand = chain(expression.select().operand());
                yield operand == null
                        ? null
                        : operand + "." + expression.select().field();
            }
            default -> null;
        };
    }

    private void visit(CelExpr expression) {
        switch (expression.getKind()) {
            case CONSTANT -> {}
            case IDENT, SELECT -> visitChain(expression);
            case CALL -> visitCall(expression);
            case LIST -> expression.list().elements().forEach(this::visit);
            default -> report(expression, "an object in a filter", "compare fields with numbers, strings or booleans");
        }
    }

    private void visitChain(CelExpr expression) {
        String chain = chain(expression);
        if (chain == null) {
            report(expression, "a member of something that is no field", "name fields by their path: item.price");
            return;
        }
        try {
            paths.putIfAbsent(chain, FieldPath.parse(chain));
        } catch (IllegalArgumentException e) {
            report(expression, "no field path: '" + chain + "'", "name fields by their path: item.price");
        }
    }

    private void visitCall(CelExpr expression) {
        CelExpr.CelCall call = expression.call();
        call.target().ifPresent(this::visit);
        call.args().forEach(this::visit);
    }

    private void report(CelExpr expression, String problem, String remedy) {
        problems.add(Dialect.problemAt(tree, expression.id(), problem, remedy));
    }
}

package dev.tidemark.core.expression;

import com.google.common.collect.ImmutableList;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.tidemark.core.event.FieldPath;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds the event fields in a filter's syntax tree: every chain of names that is not the argument of a further
 * selection, such as {@code item.price}, {@code items[0].price}, {@code headers["user-agent"]}; {@code field("…")} with
 * the path as the catalog writes it; and what reads a field in another way, {@code number(amount)}. Refuses objects and
 * lists, which have no place in a filter.
 */
final class FieldReferences {

    private static final String FIELD = "field";
    private static final String REMEDY = "name fields by their path: item.price, items[0].price, field(\"@timestamp\")";

    private final CelAbstractSyntaxTree tree;
    private final Map<String, FieldPath> paths = new LinkedHashMap<>();
    private final List<ExpressionProblem> problems = new ArrayList<>();

    private FieldReferences(CelAbstractSyntaxTree tree) {
        this.tree = tree;
    }

    /**
     * What was found.
     *
     * @param fields the distinct paths, in the order of the text
     * @param tree in which every path that is no chain of names is a name, its text
     */
    record Found(List<FieldPath> fields, CelAbstractSyntaxTree tree) {}

    static Found of(CelAbstractSyntaxTree tree) throws InvalidExpression {
        FieldReferences references = new FieldReferences(tree);
        CelExpr named = references.named(tree.getExpr());
        if (!references.problems.isEmpty()) {
            throw new InvalidExpression(references.problems);
        }
        return new Found(
                List.copyOf(references.paths.values()), CelAbstractSyntaxTree.newParsedAst(named, tree.getSource()));
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

    private CelExpr named(CelExpr expression) {
        return switch (expression.getKind()) {
            case CONSTANT -> expression;
            case IDENT, SELECT -> field(expression);
            case CALL -> isField(expression.call()) ? field(expression) : call(expression);
            case LIST -> CelExpr.ofList(expression.id(), named(expression.list().elements()), ImmutableList.of());
            default -> {
                report(expression, "an object in a filter", "compare fields with numbers, strings or booleans");
                yield expression;
            }
        };
    }

    private ImmutableList<CelExpr> named(List<CelExpr> expressions) {
        return expressions.stream().map(this::named).collect(ImmutableList.toImmutableList());
    }

    private CelExpr call(CelExpr expression) {
        CelExpr.CelCall call = expression.call();
        Optional<CelExpr> target = call.target().map(this::named);
        return CelExpr.ofCall(expression.id(), target, call.function(), named(call.args()));
    }

    private static boolean isField(CelExpr.CelCall call) {
        return call.function().equals("_[_]")
                || (call.target().isEmpty() && call.function().equals(FIELD))
                || as(call) != null;
    }

    private static FieldPath.@Nullable As as(CelExpr.CelCall call) {
        return Stream.of(FieldPath.As.NUMBER, FieldPath.As.TRUNCATE, FieldPath.As.HASH, FieldPath.As.SHORT)
                .filter(as -> call.target().isEmpty() && call.function().equals(as.word()))
                .findFirst()
                .orElse(null);
    }

    private CelExpr field(CelExpr expression) {
        FieldPath path;
        try {
            path = path(expression);
        } catch (IllegalArgumentException e) {
            String chain = chain(expression);
            report(expression, "no field path: " + (chain == null ? e.getMessage() : "'" + chain + "'"), REMEDY);
            return expression;
        }
        if (path == null) {
            report(expression, "a member of something that is no field", REMEDY);
            return expression;
        }
        if (path.isList() || path.isConstant()) {
            report(expression, "'" + path + "' in a filter", "name a single value, such as items[0].price");
            return expression;
        }
        paths.putIfAbsent(path.toString(), path);
        return path.isPlain() ? expression : CelExpr.ofIdent(expression.id(), path.toString());
    }

    /** Null if the expression names no field. */
    private static @Nullable FieldPath path(CelExpr expression) {
        return switch (expression.getKind()) {
            case IDENT -> FieldPath.parse(expression.ident().name());
            case SELECT ->
                below(
                        expression.select().operand(),
                        new FieldPath.Member(expression.select().field()));
            case CALL -> path(expression.call());
            default -> null;
        };
    }

    private static @Nullable FieldPath path(CelExpr.CelCall call) {
        FieldPath.As as = as(call);
        if (as != null) {
            FieldPath field = call.args().size() == 1 ? path(call.args().get(0)) : null;
            return field == null || field.as() != FieldPath.As.VALUE ? null : new FieldPath(field.steps(), as);
        }
        CelConstant last = call.args().isEmpty()
                        || call.args().get(call.args().size() - 1).getKind() != CelExpr.ExprKind.Kind.CONSTANT
                ? CelConstant.ofValue(false)
                : call.args().get(call.args().size() - 1).constant();
        boolean isText = last.getKind() == CelConstant.Kind.STRING_VALUE;
        if (call.function().equals(FIELD) && call.args().size() == 1 && isText) {
            return FieldPath.parse(last.stringValue());
        }
        if (!call.function().equals("_[_]")) {
            return null;
        }
        if (isText) {
            return below(call.args().get(0), new FieldPath.Member(last.stringValue()));
        }
        return last.getKind() == CelConstant.Kind.INT64_VALUE
                ? below(call.args().get(0), new FieldPath.Element((int) Math.min(last.int64Value(), Integer.MAX_VALUE)))
                : null;
    }

    private static @Nullable FieldPath below(CelExpr operand, FieldPath.Step step) {
        FieldPath outer = path(operand);
        return outer == null || outer.as() != FieldPath.As.VALUE
                ? null
                : new FieldPath(
                        Stream.concat(outer.steps().stream(), Stream.of(step)).toList(), outer.as());
    }

    private void report(CelExpr expression, String problem, String remedy) {
        problems.add(Dialect.problemAt(tree, expression.id(), problem, remedy));
    }
}

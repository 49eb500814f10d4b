package dev.tidemark.core.expression;

import com.google.common.collect.ImmutableList;
import com.google.re2j.Pattern;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.types.CelType;
import dev.cel.common.types.SimpleType;
import dev.tidemark.core.value.ValueType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The expression of a derived feature, parsed but not yet checked: which values it names decides in which order derived
 * features are computed. Every number in it is a double, also one written without a decimal point, so that
 * {@code clicks_5m / 2} and {@code clicks_5m == 1} mean what they seem to.
 */
public final class DerivedExpression {

    private final CelAbstractSyntaxTree tree;
    private final List<Reference> references;
    private final Map<String, Pattern> patterns;

    /** A value it names, and where it does so first. */
    public record Reference(String name, int line, int column) {}

    /** Checked, with the type of its result. */
    public record Compiled(FeatureExpression expression, ValueType type) {}

    private DerivedExpression(CelAbstractSyntaxTree tree, List<Reference> references, Map<String, Pattern> patterns) {
        this.tree = tree;
        this.references = List.copyOf(references);
        this.patterns = patterns;
    }

    /** @throws InvalidExpression with every mistake found */
    public static DerivedExpression parse(String text) throws InvalidExpression {
        CelAbstractSyntaxTree parsed = Dialect.FEATURE.parse(text);
        Map<String, Pattern> patterns = Patterns.of(parsed);
        Map<String, Reference> references = new LinkedHashMap<>();
        List<ExpressionProblem> problems = new ArrayList<>();
        collect(parsed, parsed.getExpr(), references, problems);
        if (!problems.isEmpty()) {
            throw new InvalidExpression(problems);
        }
        CelAbstractSyntaxTree inDoubles =
                CelAbstractSyntaxTree.newParsedAst(withDoubles(parsed.getExpr()), parsed.getSource());
        return new DerivedExpression(inDoubles, List.copyOf(references.values()), patterns);
    }

    /** The values it names, in the order of the text. */
    public List<Reference> references() {
        return references;
    }

    /**
     * Checks the types.
     *
     * @param types of all values it names
     * @param defaultValue what takes the place of null: {@link java.math.BigDecimal}, {@link Boolean}, {@link String},
     *     or null
     * @throws InvalidExpression with every mistake found
     */
    public Compiled compile(Map<String, ValueType> types, @Nullable Object defaultValue) throws InvalidExpression {
        Map<String, CelType> variables = new LinkedHashMap<>();
        List<ExpressionProblem> problems = new ArrayList<>();
        for (Reference reference : references) {
            ValueType type = types.get(reference.name());
            if (type != null && type.isCompound()) {
                problems.add(new ExpressionProblem(
                        reference.line(),
                        reference.column(),
                        "'" + reference.name() + "' is a list or an object",
                        "use features whose value is a number, a string or a boolean"));
            } else if (type != null) {
                variables.put(reference.name(), celType(type));
            }
        }
        if (!problems.isEmpty()) {
            throw new InvalidExpression(problems);
        }
        CelAbstractSyntaxTree checked = Dialect.FEATURE.check(tree, variables, SimpleType.DYN);
        ValueType type = valueType(checked.getResultType());
        if (type == null) {
            throw Dialect.invalid(new ExpressionProblem(
                    1,
                    1,
                    "the result is a " + checked.getResultType().name(),
                    "make it a number, a string or a boolean"));
        }
        List<String> inputs = references.stream().map(Reference::name).toList();
        return new Compiled(new CelFeature(inputs, Dialect.FEATURE.program(checked, patterns), defaultValue), type);
    }

    private static void collect(
            CelAbstractSyntaxTree tree,
            CelExpr expression,
            Map<String, Reference> references,
            List<ExpressionProblem> problems) {
        switch (expression.getKind()) {
            case CONSTANT -> {}
            case IDENT, SELECT -> {
                String name = FieldReferences.chain(expression);
                if (name == null) {
                    problems.add(memberOfNoName(tree, expression));
                } else {
                    ExpressionProblem at =
                            Dialect.problemAt(tree, start(expression).id(), "", "");
                    references.putIfAbsent(name, new Reference(name, at.line(), at.column()));
                }
            }
            case CALL -> {
                CelExpr.CelCall call = expression.call();
                call.target()
                        .filter(target -> !isNamespace(target))
                        .ifPresent(target -> collect(tree, target, references, problems));
                call.args().forEach(argument -> collect(tree, argument, references, problems));
            }
            case LIST -> expression.list().elements().forEach(element -> collect(tree, element, references, problems));
            default -> problems.add(memberOfNoName(tree, expression));
        }
    }

    /** Where a chain of names begins. */
    private static CelExpr start(CelExpr expression) {
        return expression.getKind() == CelExpr.ExprKind.Kind.SELECT
                ? start(expression.select().operand())
                : expression;
    }

    private static ExpressionProblem memberOfNoName(CelAbstractSyntaxTree tree, CelExpr expression) {
        return Dialect.problemAt(
                tree,
                expression.id(),
                "objects have no place in a derived feature",
                "name values as a whole, such as views_30m");
    }

    private static boolean isNamespace(CelExpr target) {
        return target.getKind() == CelExpr.ExprKind.Kind.IDENT
                && target.ident().name().equals("math");
    }

    private static CelExpr withDoubles(CelExpr expression) {
        return switch (expression.getKind()) {
            case CONSTANT -> CelExpr.ofConstant(expression.id(), withDoubles(expression.constant()));
            case CALL ->
                CelExpr.ofCall(
                        expression.id(),
                        expression.call().target().map(DerivedExpression::withDoubles),
                        expression.call().function(),
                        withDoubles(expression.call().args()));
            case LIST ->
                CelExpr.ofList(expression.id(), withDoubles(expression.list().elements()), ImmutableList.of());
            default -> expression;
        };
    }

    private static ImmutableList<CelExpr> withDoubles(List<CelExpr> expressions) {
        return expressions.stream().map(DerivedExpression::withDoubles).collect(ImmutableList.toImmutableList());
    }

    private static CelConstant withDoubles(CelConstant constant) {
        return switch (constant.getKind()) {
            case INT64_VALUE -> CelConstant.ofValue((double) constant.int64Value());
            case UINT64_VALUE -> CelConstant.ofValue(constant.uint64Value().doubleValue());
            default -> constant;
        };
    }

    private static CelType celType(ValueType type) {
        return switch (type.kind()) {
            case INTEGER, NUMBER -> SimpleType.DOUBLE;
            case BOOLEAN -> SimpleType.BOOL;
            case STRING -> SimpleType.STRING;
            case SCALAR, LIST, STRUCT, MAP -> SimpleType.DYN;
        };
    }

    /** Null for what no value can be. */
    private static @Nullable ValueType valueType(CelType type) {
        if (type.equals(SimpleType.DOUBLE)) {
            return ValueType.NUMBER;
        }
        if (type.equals(SimpleType.BOOL)) {
            return ValueType.BOOLEAN;
        }
        if (type.equals(SimpleType.STRING)) {
            return ValueType.STRING;
        }
        return type.equals(SimpleType.DYN) ? ValueType.SCALAR : null;
    }
}

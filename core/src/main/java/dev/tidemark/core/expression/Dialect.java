package dev.tidemark.core.expression;

import com.google.re2j.Pattern;
import dev.cel.checker.CelStandardDeclarations;
import dev.cel.checker.CelStandardDeclarations.StandardFunction;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelIssue;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.CelValidationResult;
import dev.cel.common.types.CelType;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import dev.cel.runtime.CelStandardFunctions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The part of CEL that the catalog speaks: CEL's grammar, comparison, logic and string functions, without macros (so
 * without loops), objects, times and conversions that depend on more than their argument. Arithmetic differs in one
 * point: numbers are added, subtracted, multiplied and divided as doubles, whether or not they are written with a
 * decimal point, because a JSON number has no integer type and {@code 7 / 2} must not depend on how a producer prints
 * its numbers. Comparisons are those of {@link ValueOrder}.
 */
final class Dialect {

    /** Longest expression, in code points. */
    static final int MAX_LENGTH = 4_096;

    private static final CelOptions OPTIONS = CelOptions.current()
            .enableHeterogeneousNumericComparisons(true)
            .enableReservedIds(true)
            .enableComprehension(false)
            .maxExpressionCodePointSize(MAX_LENGTH)
            .maxParseRecursionDepth(64)
            .maxParseErrorRecoveryLimit(0)
            .build();

    private static final List<StandardFunction> COMMON = List.of(
            StandardFunction.CONDITIONAL,
            StandardFunction.LOGICAL_NOT,
            StandardFunction.LOGICAL_OR,
            StandardFunction.LOGICAL_AND,
            StandardFunction.EQUALS,
            StandardFunction.NOT_EQUALS,
            StandardFunction.LESS,
            StandardFunction.LESS_EQUALS,
            StandardFunction.GREATER,
            StandardFunction.GREATER_EQUALS,
            StandardFunction.NEGATE,
            StandardFunction.IN,
            StandardFunction.CONTAINS,
            StandardFunction.STARTS_WITH,
            StandardFunction.ENDS_WITH,
            StandardFunction.MATCHES);

    private static final List<StandardFunction> ONLY_FILTERS = List.of(
            StandardFunction.MODULO,
            StandardFunction.SIZE,
            StandardFunction.INT,
            StandardFunction.DOUBLE,
            StandardFunction.STRING);

    private static final CelRuntime RUNTIME = CelRuntimeFactory.standardCelRuntimeBuilder()
            .setOptions(OPTIONS)
            .setStandardEnvironmentEnabled(false)
            .setStandardFunctions(CelStandardFunctions.newBuilder()
                    .filterFunctions((function, overload) -> !Relation.REPLACED.contains(function)
                            && !TextSearch.REPLACED.contains(function)
                            && !DoubleFunction.REPLACED.contains(overload))
                    .build())
            .addFunctionBindings(Relation.bindings())
            .addFunctionBindings(TextSearch.contains())
            .addFunctionBindings(DoubleFunction.allBindings())
            .build();

    /** The functions a filter may call, for messages. */
    static final String FILTER_FUNCTIONS = "contains, startsWith, endsWith, matches, size, int, double, string";

    /** The functions a derived feature may call, for messages. */
    static final String FEATURE_FUNCTIONS = Stream.of(DoubleFunction.values())
                    .filter(function -> !function.isOperator())
                    .map(DoubleFunction::celName)
                    .collect(Collectors.joining(", "))
            + ", contains, startsWith, endsWith, matches";

    /** For {@code where}: a boolean over event fields. */
    static final Dialect FILTER =
            new Dialect(compiler(ONLY_FILTERS, SimpleType.DYN, DoubleFunction::isOperator), FILTER_FUNCTIONS);

    /** For {@code derived}: a scalar over values. */
    static final Dialect FEATURE =
            new Dialect(compiler(List.of(), SimpleType.DOUBLE, function -> true), FEATURE_FUNCTIONS);

    private final CelCompiler compiler;
    private final String functions;

    private Dialect(CelCompiler compiler, String functions) {
        this.compiler = compiler;
        this.functions = functions;
    }

    /** The syntax tree, not yet checked. */
    CelAbstractSyntaxTree parse(String text) throws InvalidExpression {
        if (text.isBlank()) {
            throw invalid(
                    new ExpressionProblem(1, 1, "an empty expression", "write a condition, or leave the key out"));
        }
        if (text.codePointCount(0, text.length()) > MAX_LENGTH) {
            throw invalid(new ExpressionProblem(
                    1,
                    1,
                    "an expression of " + text.codePointCount(0, text.length()) + " characters",
                    "keep it within " + MAX_LENGTH + " characters"));
        }
        CelValidationResult result = compiler.parse(text);
        if (result.hasError()) {
            // What follows the first syntax error is mostly its echo.
            throw invalid(
                    problem(result.getErrors().get(0), "correct the syntax; it is that of CEL, see docs/catalog.md"));
        }
        return treeOf(result);
    }

    /** Checks names and types; the tree may have been rewritten since it was parsed. */
    CelAbstractSyntaxTree check(CelAbstractSyntaxTree tree, Map<String, CelType> variables, CelType resultType)
            throws InvalidExpression {
        var builder = compiler.toCompilerBuilder().setResultType(resultType);
        variables.forEach(builder::addVar);
        CelValidationResult result = builder.build().check(tree);
        if (result.hasError()) {
            throw new InvalidExpression(result.getErrors().stream()
                    .map(issue -> problem(issue, remedyFor(issue.getMessage())))
                    .distinct()
                    .toList());
        }
        return treeOf(result);
    }

    /** @param patterns those of the expression */
    CelRuntime.Program program(CelAbstractSyntaxTree checked, Map<String, Pattern> patterns) {
        CelRuntime runtime = patterns.isEmpty()
                ? RUNTIME
                : RUNTIME.toRuntimeBuilder()
                        .addFunctionBindings(TextSearch.matches(patterns))
                        .build();
        try {
            return runtime.createProgram(checked);
        } catch (CelEvaluationException e) {
            throw new IllegalStateException("a checked expression has no program", e);
        }
    }

    /** Where an expression of the tree begins, as a problem's place. */
    static ExpressionProblem problemAt(CelAbstractSyntaxTree tree, long exprId, String problem, String remedy) {
        Integer offset = tree.getSource().getPositionsMap().get(exprId);
        return tree.getSource()
                .getOffsetLocation(offset == null ? 0 : offset)
                .map(at -> new ExpressionProblem(at.getLine(), at.getColumn() + 1, problem, remedy))
                .orElseGet(() -> new ExpressionProblem(1, 1, problem, remedy));
    }

    static InvalidExpression invalid(ExpressionProblem problem) {
        return new InvalidExpression(List.of(problem));
    }

    private static ExpressionProblem problem(CelIssue issue, String remedy) {
        int line = Math.max(1, issue.getSourceLocation().getLine());
        int column = Math.max(0, issue.getSourceLocation().getColumn()) + 1;
        return new ExpressionProblem(line, column, withoutNoise(issue.getMessage()), remedy);
    }

    /** CEL's message without the container, which we never set, and without ANTLR's list of all tokens. */
    private static String withoutNoise(String message) {
        if (message.startsWith("mismatched input '<EOF>'")) {
            return "the expression ends too early";
        }
        String text = message.replace(" (in container '')", "");
        int tokens = text.indexOf(" expecting {");
        return tokens < 0 ? text : text.substring(0, tokens);
    }

    private String remedyFor(String message) {
        if (message.contains("'has'")) {
            return "compare with null instead: field != null";
        }
        if (message.contains("'_[_]'")) {
            return "name members with dots and elements by number: items[0].price";
        }
        if (message.contains("expected type 'bool'")) {
            return "write a condition, such as price > 10";
        }
        if (message.startsWith("undeclared reference")) {
            return "use what is there; functions: " + functions;
        }
        return "make the types fit; numbers, strings and booleans do not mix";
    }

    private static CelAbstractSyntaxTree treeOf(CelValidationResult result) {
        try {
            return result.getAst();
        } catch (CelValidationException e) {
            throw new IllegalStateException("a result without errors has no tree", e);
        }
    }

    private static CelCompiler compiler(
            List<StandardFunction> more, CelType numbers, Predicate<DoubleFunction> functions) {
        List<StandardFunction> included = new ArrayList<>(COMMON);
        included.addAll(more);
        return CelCompilerFactory.standardCelCompilerBuilder()
                .setOptions(OPTIONS)
                .setStandardMacros(List.of())
                .setStandardEnvironmentEnabled(false)
                .setStandardDeclarations(CelStandardDeclarations.newBuilder()
                        .includeFunctions(included)
                        .build())
                .addFunctionDeclarations(Stream.of(DoubleFunction.values())
                        .filter(functions)
                        .map(function -> function.declaration(numbers))
                        .toList())
                .build();
    }
}

package dev.tidemark.core.expression;

import com.google.re2j.Pattern;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.types.CelType;
import dev.cel.common.types.SimpleType;
import dev.tidemark.core.event.FieldPath;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;

/**
 * A {@code where}, checked but not yet bound to slots. In it a field's path means its value: a JSON number without
 * fractional part that fits is a 64-bit integer, any other number a double, an absent field {@code null}. An object or
 * array is equal to nothing; anything that uses a flawed field fails. {@link ValueOrder} says how values compare.
 * Comparing the order of things that have none (null, a number and a string), and arithmetic on what is no number,
 * fails; so does looking for a pattern in a text too long for it ({@link TextSearch}). {@code &&} and {@code ||} fail
 * only if neither side decides.
 */
public final class FilterExpression {

    private final String text;
    private final List<FieldPath> fields;
    private final CelAbstractSyntaxTree tree;
    private final Map<String, Pattern> patterns;

    private FilterExpression(
            String text, List<FieldPath> fields, CelAbstractSyntaxTree tree, Map<String, Pattern> patterns) {
        this.text = text;
        this.fields = fields;
        this.tree = tree;
        this.patterns = patterns;
    }

    /** @throws InvalidExpression with every mistake found */
    public static FilterExpression parse(String text) throws InvalidExpression {
        CelAbstractSyntaxTree parsed = Dialect.FILTER.parse(text);
        Map<String, Pattern> patterns = Patterns.of(parsed);
        FieldReferences.Found found = FieldReferences.of(parsed);
        List<FieldPath> fields = found.fields();
        Map<String, CelType> variables = new LinkedHashMap<>();
        fields.forEach(field -> variables.put(field.toString(), SimpleType.DYN));
        CelAbstractSyntaxTree checked = Dialect.FILTER.check(found.tree(), variables, SimpleType.BOOL);
        if (isNumber(checked.getExpr())) {
            throw Dialect.invalid(Dialect.problemAt(
                    parsed,
                    parsed.getExpr().id(),
                    "a number where a condition is wanted",
                    "compare it, for example price * 2 > 10"));
        }
        return new FilterExpression(text.strip(), fields, checked, patterns);
    }

    /** As written, without blanks around it. */
    public String text() {
        return text;
    }

    /** The distinct fields it uses, in the order of the text. */
    public List<FieldPath> fields() {
        return fields;
    }

    /** @param slots the slot of each of {@link #fields()} in the event row */
    public EventFilter bind(ToIntFunction<FieldPath> slots) {
        Map<String, Integer> slotOf = slotOf(slots);
        CelFilter complete = new CelFilter(text, Dialect.FILTER.program(tree, patterns), slotOf);
        return ShortcutBuilder.build(tree.getExpr(), slotOf)
                .<EventFilter>map(shortcut -> new ShortcutFilter(shortcut, complete))
                .orElse(complete);
    }

    /** Bound without shortcut, for comparison in tests and measurements. */
    EventFilter bindToCel(ToIntFunction<FieldPath> slots) {
        return new CelFilter(text, Dialect.FILTER.program(tree, patterns), slotOf(slots));
    }

    private Map<String, Integer> slotOf(ToIntFunction<FieldPath> slots) {
        Map<String, Integer> slotOf = new LinkedHashMap<>();
        fields.forEach(field -> slotOf.put(field.toString(), slots.applyAsInt(field)));
        return slotOf;
    }

    private static boolean isNumber(CelExpr expression) {
        return expression.getKind() == CelExpr.ExprKind.Kind.CALL
                && DoubleFunction.isOperator(expression.call().function());
    }
}

package dev.tidemark.oracle;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The part of the Common Expression Language (CEL) that the samples and the tests use: paths, literals, {@code null},
 * lists, {@code ! - * / + - == != < <= > >= in && ||}, {@code ? :} and parentheses. A number is an exact integer if it
 * fits 64 bits, else the nearest IEEE double; arithmetic makes doubles. Numbers compare by their exact values: -0 is 0,
 * and what is not a number (0/0) has no order and equals nothing, itself included.
 *
 * <p>A path that leads nowhere is {@code null}. Values of different types are unequal; comparing their order is an
 * error, and so is a null where a number or a condition is wanted. As in CEL, {@code &&} and {@code ||} are commutative
 * about errors: {@code false && error} and {@code error && false} are both false.
 */
final class Expression {

    /** An expression that has no value for these inputs, such as the sum of a text and a number. */
    static final class Undefined extends RuntimeException {

        private static final long serialVersionUID = 1L;

        Undefined(String problem) {
            super(problem, null, false, false);
        }
    }

    /** An object or array of an event: equal to nothing, itself included. */
    static final Object COMPOUND = new Object() {
        @Override
        public String toString() {
            return "an object or array";
        }
    };

    /**
     * A path's value: a number as {@link #numberOf} makes it, {@link String}, {@link Boolean} or {@link #COMPOUND}; null
     * if it is absent.
     */
    interface Scope extends Function<String, @Nullable Object> {}

    private interface Node {
        @Nullable
        Object evaluate(Scope scope);
    }

    private static final Pattern TOKEN = Pattern.compile("\\s*(?:"
            + "(?<number>[0-9]+(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)"
            + "|(?<string>\"(?:[^\"\\\\]|\\\\.)*\"|'(?:[^'\\\\]|\\\\.)*')"
            + "|(?<path>field\\(\"(?:[^\"\\\\]|\\\\.)*\"\\)|(?:number|truncate|hash|short)\\([^()]*\\)"
            + "|[A-Za-z_][A-Za-z0-9_]*(?:\\.[A-Za-z_][A-Za-z0-9_]*|\\[[0-9]+]|\\[\"[^\"]*\"])*)"
            + "|(?<symbol>&&|\\|\\||==|!=|<=|>=|[<>!()\\[\\],+*/?:-]))");

    private static final Map<String, Integer> RELATIONS =
            Map.of("==", 0, "!=", 0, "<", 1, "<=", 1, ">", 1, ">=", 1, "in", 2);

    private record Token(String kind, String text) {}

    private final String source;
    private final List<Token> tokens;
    private final Set<String> paths = new TreeSet<>();
    private final Node root;
    private int next;

    /** @throws IllegalArgumentException if the text is not in the subset */
    Expression(String source) {
        this.source = source;
        this.tokens = tokenize(source);
        this.root = ternary();
        if (next != tokens.size()) {
            throw new IllegalArgumentException("'" + peek() + "' is not expected in: " + source);
        }
    }

    /** Every path that the expression mentions. */
    Set<String> paths() {
        return Set.copyOf(paths);
    }

    /** @throws Undefined if there is no value */
    @Nullable
    Object evaluate(Scope scope) {
        return root.evaluate(scope);
    }

    /** @throws Undefined if there is no value, or it is no boolean */
    boolean test(Scope scope) {
        return bool(evaluate(scope));
    }

    private static List<Token> tokenize(String source) {
        List<Token> tokens = new ArrayList<>();
        String text = source.strip();
        Matcher matcher = TOKEN.matcher(text);
        int at = 0;
        while (at < text.length()) {
            if (!matcher.region(at, text.length()).lookingAt()) {
                throw new IllegalArgumentException("cannot read '" + text.substring(at) + "' in: " + source);
            }
            for (String kind : new String[] {"number", "string", "path", "symbol"}) {
                String found = matcher.group(kind);
                if (found != null) {
                    tokens.add(new Token(kind, kind.equals("path") ? pathOf(found) : found));
                }
            }
            at = matcher.end();
        }
        return tokens;
    }

    /** As the catalog writes it outside of expressions. */
    private static String pathOf(String written) {
        return written.startsWith("field(")
                ? written.substring(7, written.length() - 2).replaceAll("\\\\(.)", "$1")
                : written.replaceAll("\\[(\"[^\"]*\")]", ".$1");
    }

    private String peek() {
        return next < tokens.size() ? tokens.get(next).text() : "";
    }

    private boolean take(String text) {
        if (next < tokens.size() && !tokens.get(next).kind().equals("string") && peek().equals(text)) {
            next++;
            return true;
        }
        return false;
    }

    private void expect(String text) {
        if (!take(text)) {
            throw new IllegalArgumentException("'" + text + "' is missing before '" + peek() + "' in: " + source);
        }
    }

    private Node ternary() {
        Node condition = or();
        if (!take("?")) {
            return condition;
        }
        Node then = ternary();
        expect(":");
        Node otherwise = ternary();
        return scope -> bool(condition.evaluate(scope)) ? then.evaluate(scope) : otherwise.evaluate(scope);
    }

    private Node or() {
        Node left = and();
        while (take("||")) {
            left = junction(left, and(), true);
        }
        return left;
    }

    private Node and() {
        Node left = relation();
        while (take("&&")) {
            left = junction(left, relation(), false);
        }
        return left;
    }

    /** {@code ||} is decided by a true operand, {@code &&} by a false one, whatever the other operand is. */
    private static Node junction(Node left, Node right, boolean decisive) {
        return scope -> {
            try {
                return bool(left.evaluate(scope)) == decisive ? decisive : bool(right.evaluate(scope));
            } catch (Undefined e) {
                if (bool(right.evaluate(scope)) == decisive) {
                    return decisive;
                }
                throw e;
            }
        };
    }

    private Node relation() {
        Node left = sum();
        while (RELATIONS.containsKey(peek()) && !tokens.get(next).kind().equals("string")) {
            String operator = tokens.get(next++).text();
            Node before = left;
            Node right = sum();
            left = scope -> relate(operator, before.evaluate(scope), right.evaluate(scope));
        }
        return left;
    }

    private static boolean relate(String operator, @Nullable Object left, @Nullable Object right) {
        return switch (operator) {
            case "==" -> equal(left, right);
            case "!=" -> !equal(left, right);
            case "in" -> contains(right, left);
            case "<" -> order(left, right).filter(sign -> sign < 0).isPresent();
            case "<=" -> order(left, right).filter(sign -> sign <= 0).isPresent();
            case ">" -> order(left, right).filter(sign -> sign > 0).isPresent();
            default -> order(left, right).filter(sign -> sign >= 0).isPresent();
        };
    }

    private static boolean equal(@Nullable Object left, @Nullable Object right) {
        if (left instanceof Number && right instanceof Number) {
            return order(left, right).equals(Optional.of(0));
        }
        if (left instanceof List<?> a && right instanceof List<?> b) {
            boolean equal = a.size() == b.size();
            for (int i = 0; equal && i < a.size(); i++) {
                equal = equal(a.get(i), b.get(i));
            }
            return equal;
        }
        return left != COMPOUND && Objects.equals(left, right);
    }

    /** A decimal that an event or an expression writes, as expressions see it. */
    static Number numberOf(BigDecimal decimal) {
        boolean isInteger =
                decimal.signum() == 0 || decimal.stripTrailingZeros().scale() <= 0;
        boolean fits = isInteger && decimal.toBigInteger().bitLength() < Long.SIZE;
        return fits ? new BigDecimal(decimal.toBigInteger()) : (Number) decimal.doubleValue();
    }

    private static boolean contains(@Nullable Object list, @Nullable Object element) {
        if (list instanceof List<?> elements) {
            return elements.stream().anyMatch(each -> equal(each, element));
        }
        throw new Undefined("'in' wants a list");
    }

    /** Empty for two numbers without order. */
    private static Optional<Integer> order(@Nullable Object left, @Nullable Object right) {
        if (left instanceof Number a && right instanceof Number b) {
            return order(a, b);
        }
        if (left instanceof String a && right instanceof String b) {
            return Optional.of(CanonicalOrder.compareText(a, b));
        }
        if (left instanceof Boolean a && right instanceof Boolean b) {
            return Optional.of(Boolean.compare(a, b));
        }
        throw new Undefined("no order between " + left + " and " + right);
    }

    private static Optional<Integer> order(Number a, Number b) {
        if (Double.isNaN(a.doubleValue()) || Double.isNaN(b.doubleValue())) {
            return Optional.empty();
        }
        if (Double.isInfinite(a.doubleValue()) || Double.isInfinite(b.doubleValue())) {
            return Optional.of(Double.compare(a.doubleValue(), b.doubleValue()));
        }
        return Optional.of(exact(a).compareTo(exact(b)));
    }

    private static BigDecimal exact(Number number) {
        return number instanceof BigDecimal integer ? integer : new BigDecimal(number.doubleValue());
    }

    private Node sum() {
        Node left = product();
        while (true) {
            Node before = left;
            if (take("+")) {
                Node right = product();
                left = scope -> number(before.evaluate(scope)) + number(right.evaluate(scope));
            } else if (take("-")) {
                Node right = product();
                left = scope -> number(before.evaluate(scope)) - number(right.evaluate(scope));
            } else {
                return left;
            }
        }
    }

    private Node product() {
        Node left = unary();
        while (true) {
            Node before = left;
            if (take("*")) {
                Node right = unary();
                left = scope -> number(before.evaluate(scope)) * number(right.evaluate(scope));
            } else if (take("/")) {
                Node right = unary();
                left = scope -> number(before.evaluate(scope)) / number(right.evaluate(scope));
            } else {
                return left;
            }
        }
    }

    private Node unary() {
        if (take("!")) {
            Node operand = unary();
            return scope -> !bool(operand.evaluate(scope));
        }
        if (take("-")) {
            Node operand = unary();
            return scope -> negative(operand.evaluate(scope));
        }
        return primary();
    }

    private Node primary() {
        if (take("(")) {
            Node inner = ternary();
            expect(")");
            return inner;
        }
        if (take("[")) {
            return list();
        }
        if (next >= tokens.size()) {
            throw new IllegalArgumentException("the expression ends early: " + source);
        }
        Token token = tokens.get(next++);
        return switch (token.kind()) {
            case "number" -> constant(literal(token.text()));
            case "string" ->
                constant(token.text().substring(1, token.text().length() - 1).replaceAll("\\\\(.)", "$1"));
            case "path" -> word(token.text());
            default -> throw new IllegalArgumentException("'" + token.text() + "' is not expected in: " + source);
        };
    }

    private Node list() {
        List<Node> elements = new ArrayList<>();
        while (!take("]")) {
            if (!elements.isEmpty()) {
                expect(",");
            }
            elements.add(ternary());
        }
        return scope -> {
            List<@Nullable Object> values = new ArrayList<>();
            elements.forEach(each -> values.add(each.evaluate(scope)));
            return values;
        };
    }

    private Node word(String text) {
        switch (text) {
            case "true", "false" -> {
                return constant(Boolean.valueOf(text));
            }
            case "null" -> {
                return scope -> null;
            }
            default -> {
                paths.add(text);
                return scope -> scope.apply(text);
            }
        }
    }

    /** As in CEL, a number with a point or an exponent is a double, whatever its value. */
    private static Number literal(String text) {
        return text.matches("[0-9]+") ? numberOf(new BigDecimal(text)) : (Number) Double.valueOf(text);
    }

    private static Number negative(@Nullable Object value) {
        return value instanceof BigDecimal integer ? numberOf(integer.negate()) : (Number) (-number(value));
    }

    private static Node constant(Object value) {
        return scope -> value;
    }

    private static boolean bool(@Nullable Object value) {
        if (value instanceof Boolean bool) {
            return bool;
        }
        throw new Undefined(value + " is no boolean");
    }

    private static double number(@Nullable Object value) {
        if (value instanceof Number number) {
            return number.doubleValue();
        }
        throw new Undefined(value + " is no number");
    }
}

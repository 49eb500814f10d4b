package dev.tidemark.samplesevents.oracle;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The part of the Common Expression Language (CEL) that the samples and the tests use: paths, literals, {@code null},
 * lists, {@code ! - * / + - == != < <= > >= in && ||}, {@code ? :} and parentheses. Numbers are IEEE doubles.
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

    /** A path's value: {@link Double}, {@link String}, {@link Boolean} or {@link #COMPOUND}; null if it is absent. */
    interface Scope extends Function<String, @Nullable Object> {}

    private interface Node {
        @Nullable
        Object evaluate(Scope scope);
    }

    private static final Pattern TOKEN = Pattern.compile("\\s*(?:"
            + "(?<number>[0-9]+(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)"
            + "|(?<string>\"(?:[^\"\\\\]|\\\\.)*\"|'(?:[^'\\\\]|\\\\.)*')"
            + "|(?<path>[A-Za-z_][A-Za-z0-9_]*(?:\\.[A-Za-z_][A-Za-z0-9_]*)*)"
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
                    tokens.add(new Token(kind, found));
                }
            }
            at = matcher.end();
        }
        return tokens;
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
            case "<" -> compare(left, right) < 0;
            case "<=" -> compare(left, right) <= 0;
            case ">" -> compare(left, right) > 0;
            default -> compare(left, right) >= 0;
        };
    }

    private static boolean equal(@Nullable Object left, @Nullable Object right) {
        if (left instanceof Double a && right instanceof Double b) {
            return a.compareTo(b) == 0;
        }
        return left != COMPOUND && Objects.equals(left, right);
    }

    private static boolean contains(@Nullable Object list, @Nullable Object element) {
        if (list instanceof List<?> elements) {
            return elements.stream().anyMatch(each -> equal(each, element));
        }
        throw new Undefined("'in' wants a list");
    }

    private static int compare(@Nullable Object left, @Nullable Object right) {
        if (left instanceof Double a && right instanceof Double b) {
            return Double.compare(a, b);
        }
        if (left instanceof String a && right instanceof String b) {
            return CanonicalOrder.compareText(a, b);
        }
        throw new Undefined("no order between " + left + " and " + right);
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
            return scope -> -number(operand.evaluate(scope));
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
            case "number" -> constant(Double.valueOf(token.text()));
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
        if (value instanceof Double number) {
            return number;
        }
        throw new Undefined(value + " is no number");
    }
}

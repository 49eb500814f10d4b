package dev.tidemark.core.catalog;

import dev.tidemark.core.event.FieldPath;
import dev.tidemark.core.expression.ExpressionProblem;
import dev.tidemark.core.expression.InvalidExpression;
import dev.tidemark.core.window.Window;
import java.math.BigDecimal;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * A value in the file and its place. The reading methods report a mistake and then return null, so that reading
 * continues and finds the next mistake.
 */
final class YamlValue {

    private static final Pattern INTEGER = Pattern.compile("-?[0-9]{1,18}");
    private static final Pattern DECIMAL = Pattern.compile("-?[0-9]{1,40}(\\.[0-9]{1,40})?([eE][+-]?[0-9]{1,2})?");
    private static final int MAX_SHOWN = 60;
    private static final int MAX_PATH_LENGTH = 256;

    private final Node node;
    private final String path;
    private final Problems problems;

    YamlValue(Node node, String path, Problems problems) {
        this.node = node;
        this.path = path;
        this.problems = problems;
    }

    Node node() {
        return node;
    }

    /** A definition that is made of this one, at its place; see {@link YamlTree}. */
    YamlMapping.Entry made(String name, Object tree) {
        YamlValue key = new YamlValue(YamlTree.of(Map.of(name, tree), node), path, problems);
        return new YamlMapping((MappingNode) key.node, key, problems).entries().get(0);
    }

    /** Such as {@code views.user.hop}; empty for the root. */
    String path() {
        return path;
    }

    void problem(String problem, String remedy) {
        problems.add(line(), column(), path.isEmpty() ? "catalog" : path, problem, remedy);
    }

    /** Reports the mistakes of an expression at their places in the file. */
    void problems(InvalidExpression invalid) {
        invalid.problems().forEach(this::problemInside);
    }

    /** Reports a mistake inside this text, at its place in the file if the text is there unchanged. */
    void problemInside(ExpressionProblem inside) {
        String text = ((ScalarNode) node).getValue();
        String textLine = text.lines().skip(inside.line() - 1L).findFirst().orElse("");
        ScalarStyle style = ((ScalarNode) node).getScalarStyle();
        boolean block = style == ScalarStyle.LITERAL || style == ScalarStyle.FOLDED;
        int line = line() - 1 + inside.line() - 1 + (block ? 1 : 0);
        int from = line == line() - 1 ? column() - 1 : 0;
        int at = problems.line(line).indexOf(textLine, from);
        if (at < 0) {
            problem(inside.problem() + " (at character " + inside.column() + " of the expression)", inside.remedy());
        } else {
            problems.add(line + 1, at + inside.column(), path, inside.problem(), inside.remedy());
        }
    }

    boolean isMapping() {
        return node instanceof MappingNode;
    }

    boolean isList() {
        return node instanceof SequenceNode;
    }

    @Nullable
    YamlMapping mapping(String remedy) {
        if (node instanceof MappingNode mapping) {
            return new YamlMapping(mapping, this, problems);
        }
        problem(shown() + " where keys are wanted", remedy);
        return null;
    }

    @Nullable
    List<YamlValue> list(String remedy) {
        if (!(node instanceof SequenceNode sequence)) {
            problem(shown() + " where a list is wanted", remedy);
            return null;
        }
        List<YamlValue> elements = new ArrayList<>();
        for (Node element : sequence.getValue()) {
            elements.add(new YamlValue(element, path + "[" + elements.size() + "]", problems));
        }
        return elements;
    }

    /** A scalar as written, whatever it should be. */
    String written() {
        return ((ScalarNode) node).getValue();
    }

    /** Any scalar but null, as written. */
    @Nullable
    String text(String remedy) {
        if (node instanceof ScalarNode scalar && !scalar.getTag().equals(Tag.NULL)) {
            return scalar.getValue();
        }
        problem(shown() + " where a text is wanted", remedy);
        return null;
    }

    @Nullable
    Boolean bool() {
        if (node instanceof ScalarNode scalar && scalar.getTag().equals(Tag.BOOL)) {
            return scalar.getValue().equalsIgnoreCase("true");
        }
        problem(shown() + " is neither true nor false", "write true or false");
        return null;
    }

    @Nullable
    Long integer(long min, long max) {
        String remedy = "write a whole number from " + min + " to " + max;
        if (!(node instanceof ScalarNode scalar)
                || !scalar.isPlain()
                || !INTEGER.matcher(scalar.getValue()).matches()) {
            problem(shown() + " is no whole number", remedy);
            return null;
        }
        long value = Long.parseLong(scalar.getValue());
        if (value < min || value > max) {
            problem(shown() + " is out of bounds", remedy);
            return null;
        }
        return value;
    }

    @Nullable
    BigDecimal decimal() {
        if (node instanceof ScalarNode scalar
                && scalar.isPlain()
                && DECIMAL.matcher(scalar.getValue()).matches()) {
            return new BigDecimal(scalar.getValue());
        }
        problem(shown() + " is no number", "write a number such as 0.5");
        return null;
    }

    /** A {@link BigDecimal}, {@link Boolean} or {@link String}. */
    @Nullable
    Object scalar(String remedy) {
        if (!(node instanceof ScalarNode scalar) || scalar.getTag().equals(Tag.NULL)) {
            problem(shown() + " where a text is wanted", remedy);
            return null;
        }
        if (scalar.getTag().equals(Tag.BOOL)) {
            return bool();
        }
        return isNumber() ? decimal() : scalar.getValue();
    }

    /** Whether YAML takes it for a number. */
    boolean isNumber() {
        return node.getTag().equals(Tag.INT) || node.getTag().equals(Tag.FLOAT);
    }

    /** A duration in milliseconds. */
    @Nullable
    Long duration() {
        try {
            return node instanceof ScalarNode scalar
                    ? (Long) Window.parseDurationMillis(scalar.getValue())
                    : noDuration(shown() + " is no duration");
        } catch (IllegalArgumentException e) {
            return noDuration(shown() + " is no duration of at most 3650d");
        }
    }

    private @Nullable Long noDuration(String problem) {
        problem(problem, "write a number and a unit, such as 30s, 5m, 24h or 7d");
        return null;
    }

    /** A window until now. */
    @Nullable
    Window window() {
        String remedy = "write a number and a unit, such as 30s, 5m, 24h or 7d, or lifetime";
        Window window = window(Window::parse, remedy);
        if (window != null && !window.isCurrent()) {
            problem("window " + shown() + " ends before now", remedy);
            return null;
        }
        return window;
    }

    /** Any window. */
    @Nullable
    Window window(@Nullable ZoneId zone) {
        if (zone == null && node instanceof ScalarNode scalar && Window.isOfCalendar(scalar.getValue())) {
            problem(
                    "window " + shown() + " in a view without a zone",
                    "say in the view whose clocks its days go by, such as zone: Europe/Berlin or zone: UTC");
            return null;
        }
        return window(
                text -> zone == null ? Window.parse(text) : Window.parse(text, zone),
                "write a number and a unit, such as 30s, 5m, 24h or 7d, or lifetime; 1h_before_24h, or day, week, month,"
                        + " day_before_1");
    }

    private @Nullable Window window(Function<String, Window> parse, String remedy) {
        try {
            if (node instanceof ScalarNode scalar) {
                return parse.apply(scalar.getValue());
            }
        } catch (IllegalArgumentException e) {
            problem(shown() + " is no window of at most 3650d", remedy);
            return null;
        }
        problem(shown() + " is no window", remedy);
        return null;
    }

    /** A field of one value. */
    @Nullable
    FieldPath field() {
        FieldPath field = input();
        if (field != null && field.isList()) {
            problem(shown() + " is a list of values", "name one of them, such as " + shown().replace("*", "0"));
            return null;
        }
        return field;
    }

    /** A field of one value, or of a list of them. */
    @Nullable
    FieldPath input() {
        FieldPath field = anyField();
        if (field != null && field.isConstant()) {
            problem(shown() + " is a constant", "name a field; only an entity may be a constant");
            return null;
        }
        return field;
    }

    /** A field of one value, or a constant. */
    @Nullable
    FieldPath key() {
        FieldPath field = anyField();
        return field == null || field.isConstant() ? field : field();
    }

    private @Nullable FieldPath anyField() {
        String remedy = "name a field by its path in the event, such as price or item.price";
        String text = text(remedy);
        if (text == null) {
            return null;
        }
        try {
            if (text.length() <= MAX_PATH_LENGTH) {
                return FieldPath.parse(text);
            }
        } catch (IllegalArgumentException e) {
            problem(shown() + " is no field path", remedy);
            return null;
        }
        problem("a field path of " + text.length() + " characters", "use at most " + MAX_PATH_LENGTH);
        return null;
    }

    /** The value for a message: quoted and shortened, or what kind of thing it is. */
    String shown() {
        if (node instanceof ScalarNode scalar) {
            if (scalar.getTag().equals(Tag.NULL)) {
                return "nothing";
            }
            String text = scalar.getValue().replaceAll("\\s+", " ");
            return "'" + (text.length() > MAX_SHOWN ? text.substring(0, MAX_SHOWN) + "…" : text) + "'";
        }
        return isList() ? "a list" : "a mapping";
    }

    /** From 1. */
    int line() {
        return node.getStartMark().map(Mark::getLine).orElse(0) + 1;
    }

    /** From 1. */
    int column() {
        return node.getStartMark().map(Mark::getColumn).orElse(0) + 1;
    }
}

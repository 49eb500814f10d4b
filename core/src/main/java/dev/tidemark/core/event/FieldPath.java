package dev.tidemark.core.event;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The way to a field of a JSON event and how its value is read. Object member names are joined by dots, elements of
 * arrays stand in brackets: {@code item.price}, {@code items[0].price}. A name may be quoted, and must be if it has
 * characters other than letters, digits and {@code _ - @ $ :}, or begins with a digit: {@code features."viewer.views_30m"}.
 * {@code items[*].sku} are those of all elements of an array: a list. How a value is read is written like a call, such
 * as {@code number(amount)}, see {@link As}.
 *
 * @param steps at least one; the first is a member, at most one is {@link Each}
 * @param as how the value found there is read
 */
public record FieldPath(List<Step> steps, As as) {

    /** One step of the way. */
    public sealed interface Step {}

    /** @param name not empty, well-formed Unicode */
    public record Member(String name) implements Step {

        public Member {
            if (name.isEmpty() || name.codePoints().anyMatch(FieldPath::isSurrogate)) {
                throw new IllegalArgumentException("not a field name: '" + name + "'");
            }
        }

        private boolean isPlain() {
            return PLAIN.matcher(name).matches();
        }
    }

    /** @param index from 0 */
    public record Element(int index) implements Step {

        public Element {
            if (index < 0 || index > MAX_INDEX) {
                throw new IllegalArgumentException("index " + index + " is not from 0 to " + MAX_INDEX);
            }
        }
    }

    /** Every element of an array. */
    public record Each() implements Step {}

    /** How the value of a field is read. */
    public enum As {
        /** As it stands. */
        VALUE,
        /** A number, also where it is written as a text: {@code number(amount)}. */
        NUMBER,
        /** A text's first {@link Bounds#MAX_SCALAR_BYTES} bytes, cut before a character that would not fit. */
        TRUNCATE,
        /** A text of more than {@link Bounds#MAX_SCALAR_BYTES} bytes as {@code sha256:} and its hash in hexadecimal. */
        HASH,
        /** A text of at most {@link Bounds#MAX_SCALAR_BYTES} bytes; a longer one is as good as none. */
        SHORT,
        /** The name that is the only step, whatever the event holds: the key of an entity that is the same for all. */
        CONSTANT;

        /** As a path writes it. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final int MAX_INDEX = 999;
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]+");

    /** A name as it may be written; an unquoted one in group 1, a quoted one in group 2. */
    private static final String WRITTEN = "(?:([A-Za-z_@$][A-Za-z0-9_@$:-]*)|\"((?:[^\"\\\\]|\\\\[\"\\\\])+)\")";

    private static final Pattern FIRST = Pattern.compile(WRITTEN);
    private static final Pattern NEXT = Pattern.compile("\\." + WRITTEN + "|\\[(?:([0-9]{1,3})|(\\*))]");
    private static final Pattern CALL = Pattern.compile("([a-z]+)\\((.*)\\)", Pattern.DOTALL);

    public FieldPath {
        steps = List.copyOf(steps);
        if (steps.isEmpty()) {
            throw new IllegalArgumentException("an empty field path");
        }
        if (!(steps.get(0) instanceof Member) || (as == As.CONSTANT && steps.size() > 1)) {
            throw new IllegalArgumentException("no event has a field " + steps + " as " + as);
        }
        if (steps.stream().filter(Each.class::isInstance).count() > 1) {
            throw new IllegalArgumentException("more than one [*] in a field path");
        }
    }

    /** Members of objects, as they stand. */
    public FieldPath(List<String> names) {
        this(names.stream().<Step>map(Member::new).toList(), As.VALUE);
    }

    /** @throws IllegalArgumentException naming what is no path */
    public static FieldPath parse(String text) {
        Matcher call = CALL.matcher(text);
        if (!call.matches()) {
            return new FieldPath(parseSteps(text), As.VALUE);
        }
        As as = Stream.of(As.values())
                .filter(one -> one != As.VALUE && one.word().equals(call.group(1)))
                .findFirst()
                .orElseThrow(() -> notAName(text));
        return new FieldPath(parseSteps(call.group(2)), as);
    }

    private static List<Step> parseSteps(String text) {
        List<Step> steps = new ArrayList<>();
        Matcher step = FIRST.matcher(text);
        int at = 0;
        do {
            if (!step.find(at) || step.start() != at) {
                throw notAName(text.substring(at));
            }
            steps.add(step(step));
            at = step.end();
            step.usePattern(NEXT);
        } while (at < text.length());
        return steps;
    }

    private static Step step(Matcher step) {
        if (step.group(1) != null) {
            return new Member(step.group(1));
        }
        if (step.group(2) != null) {
            return new Member(step.group(2).replaceAll("\\\\(.)", "$1"));
        }
        return step.group(3) == null ? new Each() : new Element(Integer.parseInt(step.group(3)));
    }

    private static IllegalArgumentException notAName(String text) {
        return new IllegalArgumentException("not a field name: '" + text + "'");
    }

    /** Whether a member's name needs no thought where names are made of it: letters, digits, dots, hyphens, underscores. */
    public static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    /** Whether it is written alike in an expression. */
    public boolean isPlain() {
        return as == As.VALUE && steps.stream().allMatch(step -> step instanceof Member member && member.isPlain());
    }

    /** Whether an event may have several values there. */
    public boolean isList() {
        return steps.stream().anyMatch(Each.class::isInstance);
    }

    /** Whether it is a value of no event, but the same for all. */
    public boolean isConstant() {
        return as == As.CONSTANT;
    }

    /** The value at this place, as it stands. */
    public FieldPath asItStands() {
        return new FieldPath(steps, As.VALUE);
    }

    /** Whether the first step is a member of this name and another member follows. */
    public boolean isBelow(String name) {
        return steps.size() > 1 && steps.get(0).equals(new Member(name)) && steps.get(1) instanceof Member;
    }

    /** The same field of an event that is a member of this name; a constant is the same everywhere. */
    public FieldPath under(String name) {
        return isConstant()
                ? this
                : new FieldPath(
                        Stream.concat(Stream.of(new Member(name)), steps.stream())
                                .toList(),
                        as);
    }

    /** As an expression names it. */
    public String inExpression() {
        return isPlain()
                ? toString()
                : "field(\"" + toString().replace("\\", "\\\\").replace("\"", "\\\"") + "\")";
    }

    /** The way from the object or array that the first step leads to; a constant has none and stays as it is. */
    public FieldPath withoutFirst() {
        return isConstant() ? this : new FieldPath(steps.subList(1, steps.size()), as);
    }

    /** The members' names; another step stands there as it is written, in brackets. */
    public List<String> names() {
        return steps.stream().map(FieldPath::written).toList();
    }

    private static String written(Step step) {
        if (step instanceof Member member) {
            return member.name();
        }
        return step instanceof Element element ? "[" + element.index() + "]" : "[*]";
    }

    /** The name of the first member. */
    public String name() {
        return ((Member) steps.get(0)).name();
    }

    /** The node at this place of an event, as it stands; a missing node if there is none. Not of a list. */
    public JsonNode in(JsonNode event) {
        JsonNode at = event;
        for (Step step : steps) {
            at = step instanceof Member member ? at.path(member.name()) : at.path(((Element) step).index());
        }
        return at;
    }

    /** In one form: what needs no quotes has none. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (Step step : steps) {
            if (step instanceof Member member) {
                text.append(text.isEmpty() ? "" : ".").append(quoted(member));
            } else {
                text.append(written(step));
            }
        }
        return as == As.VALUE ? text.toString() : as.word() + "(" + text + ")";
    }

    private static boolean isSurrogate(int codePoint) {
        return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
    }

    private static String quoted(Member member) {
        return member.isPlain()
                ? member.name()
                : '"' + member.name().replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}

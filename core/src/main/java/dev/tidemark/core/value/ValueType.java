package dev.tidemark.core.value;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What the values of a feature are. It follows from the definitions, never from the events. A value of any type, also
 * inside a list or an object, may be null.
 *
 * @param kind what it is outside
 * @param names of a struct's members, in order, each once; otherwise empty
 * @param parts the types of a struct's members; of a list or a map the one type of all that it holds; otherwise empty
 */
public record ValueType(Kind kind, List<String> names, List<ValueType> parts) {

    /** What a type is outside. */
    public enum Kind {
        /** A whole number that fits a long; inside an expression an IEEE double. */
        INTEGER,
        /** A number; inside an expression an IEEE double. */
        NUMBER,
        BOOLEAN,
        STRING,
        /** A number, a string or a boolean, depending on the events. */
        SCALAR,
        LIST,
        /** An object with known members, of which any may be missing. */
        STRUCT,
        /** An object with any members. */
        MAP
    }

    public static final ValueType INTEGER = simple(Kind.INTEGER);
    public static final ValueType NUMBER = simple(Kind.NUMBER);
    public static final ValueType BOOLEAN = simple(Kind.BOOLEAN);
    public static final ValueType STRING = simple(Kind.STRING);
    public static final ValueType SCALAR = simple(Kind.SCALAR);

    private static final Pattern PLAIN_NAME = Pattern.compile("[\\p{L}\\p{N}_.$-]+");

    public ValueType {
        names = List.copyOf(names);
        parts = List.copyOf(parts);
        int expected = kind == Kind.STRUCT ? names.size() : kind == Kind.LIST || kind == Kind.MAP ? 1 : 0;
        if (parts.size() != expected || (kind != Kind.STRUCT && !names.isEmpty())) {
            throw new IllegalArgumentException(kind + " with the members " + names + " and the parts " + parts);
        }
    }

    private static ValueType simple(Kind kind) {
        return new ValueType(kind, List.of(), List.of());
    }

    public static ValueType list(ValueType element) {
        return new ValueType(Kind.LIST, List.of(), List.of(element));
    }

    /** @param members in the order that the struct is to have */
    public static ValueType struct(Map<String, ValueType> members) {
        return new ValueType(Kind.STRUCT, List.copyOf(members.keySet()), List.copyOf(members.values()));
    }

    public static ValueType map(ValueType value) {
        return new ValueType(Kind.MAP, List.of(), List.of(value));
    }

    /** Whether it is a list or an object, which no expression can use. */
    public boolean isCompound() {
        return kind == Kind.LIST || kind == Kind.STRUCT || kind == Kind.MAP;
    }

    /** The type of everything that a list or a map holds. */
    public ValueType part() {
        if (kind != Kind.LIST && kind != Kind.MAP) {
            throw new IllegalStateException(text() + " holds nothing, or members of several types");
        }
        return parts.get(0);
    }

    /**
     * For people: {@code integer}, {@code number}, {@code boolean}, {@code text}, {@code any}, {@code list<T>},
     * {@code struct<name: T, ...>}, {@code map<T>}. A member's name with other characters than letters, digits and
     * {@code _ . $ -} is written as a JSON string.
     */
    public String text() {
        return switch (kind) {
            case INTEGER -> "integer";
            case NUMBER -> "number";
            case BOOLEAN -> "boolean";
            case STRING -> "text";
            case SCALAR -> "any";
            case LIST -> "list<" + part().text() + ">";
            case MAP -> "map<" + part().text() + ">";
            case STRUCT -> "struct<" + String.join(", ", members()) + ">";
        };
    }

    private List<String> members() {
        List<String> members = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            members.add(shown(names.get(i)) + ": " + parts.get(i).text());
        }
        return members;
    }

    private static String shown(String name) {
        return PLAIN_NAME.matcher(name).matches()
                ? name
                : '"' + String.valueOf(JsonStringEncoder.getInstance().quoteAsString(name)) + '"';
    }
}

package dev.tidemark.core.event;

import java.util.List;
import java.util.regex.Pattern;

/**
 * The way to a field of a JSON event, written {@code item.price}: object member names joined by dots.
 *
 * @param names at least one name; letters, digits and underscores, not starting with a digit
 */
public record FieldPath(List<String> names) {

    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    public FieldPath {
        names = List.copyOf(names);
        if (names.isEmpty()) {
            throw new IllegalArgumentException("an empty field path");
        }
        for (String name : names) {
            if (!NAME.matcher(name).matches()) {
                throw new IllegalArgumentException("not a field name: '" + name + "'");
            }
        }
    }

    public static FieldPath parse(String text) {
        return new FieldPath(List.of(text.split("\\.", -1)));
    }

    @Override
    public String toString() {
        return String.join(".", names);
    }
}

package dev.tidemark.core.event;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The way to a field of a JSON event, written {@code item.price}: object member names joined by dots. A name with other
 * characters is quoted: {@code features."viewer.views_30m"}.
 *
 * @param names at least one name; letters, digits, underscores, dots, hyphens, so nothing that JSON would escape
 */
public record FieldPath(List<String> names) {

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]+");

    /** One name of a path and what stands behind it. */
    private static final Pattern WRITTEN =
            Pattern.compile("(?:(" + PLAIN.pattern() + ")|\"(" + NAME.pattern() + ")\")(\\.|$)");

    public FieldPath {
        names = List.copyOf(names);
        if (names.isEmpty()) {
            throw new IllegalArgumentException("an empty field path");
        }
        for (String name : names) {
            if (!isName(name)) {
                throw new IllegalArgumentException("not a field name: '" + name + "'");
            }
        }
    }

    public static FieldPath parse(String text) {
        List<String> names = new ArrayList<>();
        Matcher name = WRITTEN.matcher(text);
        int at = 0;
        do {
            if (!name.find(at) || name.start() != at) {
                throw new IllegalArgumentException("not a field name: '" + text.substring(at) + "'");
            }
            names.add(name.group(1) == null ? name.group(2) : name.group(1));
            at = name.end();
        } while (!name.group(3).isEmpty());
        return new FieldPath(names);
    }

    /** Whether a member of an object may have this name. */
    public static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    /** Whether it can be named in an expression. */
    public boolean isPlain() {
        return names.stream().allMatch(name -> PLAIN.matcher(name).matches());
    }

    @Override
    public String toString() {
        List<String> written = new ArrayList<>();
        names.forEach(name -> written.add(PLAIN.matcher(name).matches() ? name : '"' + name + '"'));
        return String.join(".", written);
    }
}

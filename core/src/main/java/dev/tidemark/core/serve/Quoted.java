package dev.tidemark.core.serve;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * What a caller wrote, inside a message: in quotes, at most {@value #MAX_CHARACTERS} characters of it, and only such as can
 * be seen and have a form in UTF-8. It comes from outside, and ends in terminals and in other people's logs.
 */
public final class Quoted {

    static final int MAX_CHARACTERS = 40;

    /** Of many names that are wrong, a message has so many. */
    private static final int MAX_NAMES = 5;

    private Quoted() {}

    public static String of(String text) {
        StringBuilder quoted = new StringBuilder("'");
        text.codePoints().limit(MAX_CHARACTERS).forEach(c -> append(quoted, c));
        return quoted.append(text.codePointCount(0, text.length()) > MAX_CHARACTERS ? "…'" : "'")
                .toString();
    }

    /** Each name once; of more than a few, the first and how many more there are. */
    public static String all(Collection<String> names) {
        List<String> distinct = names.stream().distinct().toList();
        List<String> said = new ArrayList<>(
                distinct.stream().limit(MAX_NAMES).map(Quoted::of).toList());
        if (distinct.size() > MAX_NAMES) {
            said.add((distinct.size() - MAX_NAMES) + " more");
        }
        return String.join(", ", said);
    }

    private static void append(StringBuilder quoted, int c) {
        switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED -> quoted.append("\\u{" + Integer.toHexString(c) + "}");
            default -> quoted.appendCodePoint(c);
        }
    }
}

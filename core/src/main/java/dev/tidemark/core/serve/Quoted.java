package dev.tidemark.core.serve;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * A caller's text inside a message: in quotes, at most {@value #MAX_CHARACTERS} characters, and only visible ones with
 * a form in UTF-8. It comes from outside and ends up in terminals and other people's logs.
 */
public final class Quoted {

    static final int MAX_CHARACTERS = 40;

    /** How many wrong names a message lists. */
    private static final int MAX_NAMES = 5;

    private Quoted() {}

    public static String of(String text) {
        StringBuilder quoted = new StringBuilder("'");
        text.codePoints().limit(MAX_CHARACTERS).forEach(c -> append(quoted, c));
        return quoted.append(text.codePointCount(0, text.length()) > MAX_CHARACTERS ? "…'" : "'")
                .toString();
    }

    /** Each name once; if there are many, the first ones and how many more there are. */
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

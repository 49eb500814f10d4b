package dev.tidemark.cli.terminal;

import java.util.Locale;

/**
 * Makes texts of events safe to show: an event's producer must not move an operator's cursor, hide lines or turn their
 * direction. Characters that a terminal could obey, or that have no form in UTF-8, become escapes that JSON reads as
 * the same characters.
 */
public final class ShownText {

    private ShownText() {}

    /** Line ends and tabs stay. JSON is the same JSON afterwards, because it has such characters in strings only. */
    public static String text(String text) {
        return escaped(text, "\n\t");
    }

    /** On one line, whatever it holds. */
    public static String line(String text) {
        return escaped(text, "");
    }

    private static String escaped(String text, String kept) {
        StringBuilder shown = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); ) {
            int point = text.codePointAt(i);
            int length = Character.charCount(point);
            if (kept.indexOf(point) >= 0 || isHarmless(point)) {
                shown.appendCodePoint(point);
            } else {
                for (int c = i; c < i + length; c++) {
                    shown.append(String.format(Locale.ROOT, "\\u%04x", (int) text.charAt(c)));
                }
            }
            i += length;
        }
        return shown.toString();
    }

    private static boolean isHarmless(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}

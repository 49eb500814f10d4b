package dev.tidemark.core.tile;

import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.event.InvalidEvent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The canonical text of an entity: its key values joined by {@code |}, with {@code |} and {@code \} inside a value
 * escaped by {@code \}. A number is written as a plain decimal without trailing zeros, so 42, 42.0 and "42" are one
 * entity.
 */
public final class EntityKeys {

    /** DynamoDB allows 2,048 bytes of partition key; the rest is for the view version. */
    public static final int MAX_BYTES = 1_024;

    private EntityKeys() {}

    /**
     * @throws InvalidEvent if a key value is absent, empty, a boolean, a compound or flawed, no well-formed Unicode, or
     *     the text is too long
     */
    public static String of(EventRow row, int[] slots, List<String> names) {
        return of(row, slots, names, "entity key");
    }

    /**
     * @param what the key is, for messages
     * @throws InvalidEvent as {@link #of(EventRow, int[], List)} does
     */
    public static String of(EventRow row, int[] slots, List<String> names, String what) {
        if (slots.length == 1) {
            return checkLength(escape(value(row, slots[0], names.get(0), what)), what);
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < slots.length; i++) {
            text.append(i == 0 ? "" : "|").append(escape(value(row, slots[i], names.get(i), what)));
        }
        return checkLength(text.toString(), what);
    }

    /**
     * The text for key values given outside an event, in the view's order.
     *
     * @throws IllegalArgumentException if no event can have this key: a value is empty or no well-formed Unicode, or the
     *     text is too long
     */
    public static String of(List<String> values) {
        for (String value : values) {
            if (value.isEmpty() || !isWellFormed(value)) {
                throw new IllegalArgumentException("an entity key value is empty or no well-formed Unicode");
            }
        }
        String text = String.join("|", values.stream().map(EntityKeys::escape).toList());
        if (isTooLong(text)) {
            throw new IllegalArgumentException("the entity key is longer than " + MAX_BYTES + " bytes");
        }
        return text;
    }

    /**
     * The key values of a text, the inverse of {@link #of(List)}.
     *
     * @throws IllegalArgumentException if the text ends in an escape that escapes nothing
     */
    public static List<String> values(String text) {
        List<String> values = new ArrayList<>();
        StringBuilder value = new StringBuilder();
        boolean escaped = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!escaped && c == '\\') {
                escaped = true;
            } else if (!escaped && c == '|') {
                values.add(value.toString());
                value.setLength(0);
            } else {
                value.append(c);
                escaped = false;
            }
        }
        if (escaped) {
            throw new IllegalArgumentException("the entity key ends in a lone '\\'");
        }
        values.add(value.toString());
        return values;
    }

    /** How files name what a text is about: its only key value as it is, or the text itself if there are several. */
    public static String plain(String text) {
        List<String> values = values(text);
        return values.size() == 1 ? values.get(0) : text;
    }

    private static String value(EventRow row, int slot, String name, String what) {
        return switch (row.kind(slot)) {
            case STRING -> checkText(row.string(slot), name, what);
            case NUMBER, BIG_NUMBER -> number(row, slot);
            case ABSENT -> throw missing(name, what);
            case FLAWED -> throw row.flaw(slot).invalid(what + " '" + name + "'");
            case BOOLEAN, COMPOUND, LIST ->
                throw new InvalidEvent(
                        InvalidEvent.Reason.MISTYPED_FIELD,
                        what + " '" + name + "' is neither a string nor a number",
                        "send the key as a JSON string or number");
        };
    }

    private static String checkText(String text, String name, String what) {
        if (text.isEmpty()) {
            throw missing(name, what);
        }
        if (!isWellFormed(text)) {
            throw new InvalidEvent(
                    InvalidEvent.Reason.VALUE_OUT_OF_BOUNDS,
                    what + " '" + name + "' holds half of a surrogate pair",
                    "send the key as well-formed Unicode");
        }
        return text;
    }

    /**
     * Whether a text has a form in UTF-8, and so can be part of a key. Half a surrogate pair has none: encoders put '?' in
     * its place, so that two entities would share one item and each would skip what the other has folded (rule F4).
     */
    public static boolean isWellFormed(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                return text.codePoints().noneMatch(EntityKeys::isSurrogate);
            }
        }
        return true;
    }

    private static boolean isSurrogate(int codePoint) {
        return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
    }

    private static String number(EventRow row, int slot) {
        return row.kind(slot) == EventRow.Kind.NUMBER && row.scale(slot) == 0
                ? Long.toString(row.unscaled(slot))
                : row.decimal(slot).stripTrailingZeros().toPlainString();
    }

    private static InvalidEvent missing(String name, String what) {
        return new InvalidEvent(
                InvalidEvent.Reason.MISSING_FIELD,
                what + " '" + name + "' is missing or empty",
                "send the key in every event, or exclude such events with the view's where");
    }

    private static String escape(String value) {
        return value.indexOf('|') < 0 && value.indexOf('\\') < 0
                ? value
                : value.replace("\\", "\\\\").replace("|", "\\|");
    }

    private static String checkLength(String text, String what) {
        if (isTooLong(text)) {
            throw new InvalidEvent(
                    InvalidEvent.Reason.VALUE_OUT_OF_BOUNDS,
                    "the " + what + " is longer than " + MAX_BYTES + " bytes",
                    "use a shorter identifier as the view's entity");
        }
        return text;
    }

    private static boolean isTooLong(String text) {
        return text.length() * 3L > MAX_BYTES && text.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES;
    }
}

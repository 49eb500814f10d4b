package dev.tidemark.core.aggregate;

import dev.tidemark.core.event.EventRow;
import org.jspecify.annotations.Nullable;

/**
 * The name of the group an event belongs to. Groups are members of a JSON object in an answer, so their names are
 * texts: 42, 42.0 and "42" are one group.
 */
final class GroupText {

    /** Where events without a group count. */
    static final String OTHER = "$other";

    private GroupText() {}

    /** How an answer names a group: as it is, but {@code $other} with one more {@code $}, and so {@code $$other}, ... */
    static String shown(String group) {
        int dollars = 0;
        while (dollars < group.length() && group.charAt(dollars) == '$') {
            dollars++;
        }
        return dollars > 0 && group.startsWith(OTHER, dollars - 1) && group.endsWith(OTHER) ? "$" + group : group;
    }

    /** Null if the row's slot names no group: it is absent, an object, an array or a list, or flawed. */
    static @Nullable String of(EventRow row, int slot) {
        return switch (row.kind(slot)) {
            case STRING -> row.string(slot);
            case NUMBER, BIG_NUMBER -> number(row, slot);
            case BOOLEAN -> row.bool(slot) ? "true" : "false";
            case ABSENT, COMPOUND, FLAWED, LIST -> null;
        };
    }

    private static String number(EventRow row, int slot) {
        return row.kind(slot) == EventRow.Kind.NUMBER && row.scale(slot) == 0
                ? Long.toString(row.unscaled(slot))
                : row.decimal(slot).stripTrailingZeros().toPlainString();
    }
}

package dev.tidemark.core.aggregate;

import dev.tidemark.core.event.EventRow;
import org.jspecify.annotations.Nullable;

/**
 * The name of the group an event belongs to. Groups are members of a JSON object in an answer, so their names are
 * texts: 42, 42.0 and "42" are one group.
 */
final class GroupText {

    /** Where events without a group count; an event that names this group counts there too. */
    static final String OTHER = "$other";

    private GroupText() {}

    /** Null if the row's slot names no group: it is absent, an object or an array, flawed, or {@link #OTHER}. */
    static @Nullable String of(EventRow row, int slot) {
        return switch (row.kind(slot)) {
            case STRING -> row.string(slot).equals(OTHER) ? null : row.string(slot);
            case NUMBER, BIG_NUMBER -> number(row, slot);
            case BOOLEAN -> row.bool(slot) ? "true" : "false";
            case ABSENT, COMPOUND, FLAWED -> null;
        };
    }

    private static String number(EventRow row, int slot) {
        return row.kind(slot) == EventRow.Kind.NUMBER && row.scale(slot) == 0
                ? Long.toString(row.unscaled(slot))
                : row.decimal(slot).stripTrailingZeros().toPlainString();
    }
}

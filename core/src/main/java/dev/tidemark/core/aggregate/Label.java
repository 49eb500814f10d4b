package dev.tidemark.core.aggregate;

import dev.tidemark.core.event.EventRow;
import java.math.BigDecimal;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The truth that a prediction is held against: a field of the event, or 0 or 1 for every event.
 *
 * @param field null for the same truth in every event
 * @param constant that truth, 0 or 1; 0 for a field
 */
public record Label(@Nullable FieldInput field, int constant) {

    /** The parameter of all functions that hold a prediction against the truth. */
    static final Parameter PARAMETER = new Parameter(
            "label",
            Parameter.Kind.LABEL,
            null,
            Double.NaN,
            Double.NaN,
            "the field that holds the truth, or 0 or 1 for the same truth in every event");

    static Label in(Map<String, Object> arguments) {
        return Arguments.get(arguments, PARAMETER, Label.class);
    }

    /** Of a field. */
    public static Label of(FieldInput field) {
        return new Label(field, 0);
    }

    /** The same for every event: 0 or 1. */
    public static Label always(int constant) {
        return new Label(null, constant);
    }

    /** The field's path, or the digit: part of the ids of states. */
    public String text() {
        return field == null ? Integer.toString(constant) : field.path();
    }

    boolean isAbsent(EventRow row) {
        return field != null && row.isAbsent(field.slot());
    }

    /** Whether a binary label that is there is 1 or true. */
    boolean isPositive(EventRow row) {
        if (field == null) {
            return constant == 1;
        }
        return row.kind(field.slot()) == EventRow.Kind.BIG_NUMBER
                ? row.decimal(field.slot()).signum() != 0
                : isSmall(row) && unscaled(row) != 0;
    }

    /** Whether {@link #unscaled} and {@link #scale} say it. */
    boolean isSmall(EventRow row) {
        return field == null || row.kind(field.slot()) != EventRow.Kind.BIG_NUMBER;
    }

    /** Of a small label; true is 1, false is 0. */
    long unscaled(EventRow row) {
        if (field == null) {
            return constant;
        }
        return row.kind(field.slot()) == EventRow.Kind.BOOLEAN
                ? (row.bool(field.slot()) ? 1 : 0)
                : row.unscaled(field.slot());
    }

    /** Of a small label. */
    int scale(EventRow row) {
        return field == null || row.kind(field.slot()) == EventRow.Kind.BOOLEAN ? 0 : row.scale(field.slot());
    }

    BigDecimal decimal(EventRow row) {
        return field == null || isSmall(row)
                ? BigDecimal.valueOf(unscaled(row), scale(row))
                : row.decimal(field.slot());
    }
}

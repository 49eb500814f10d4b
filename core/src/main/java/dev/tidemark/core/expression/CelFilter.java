package dev.tidemark.core.expression;

import com.google.protobuf.NullValue;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelVariableResolver;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.event.InvalidEvent;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import java.util.Optional;

/** A filter evaluated by CEL, whatever its shape. */
final class CelFilter implements EventFilter {

    private static final BigDecimal MIN_LONG = BigDecimal.valueOf(Long.MIN_VALUE);
    private static final BigDecimal MAX_LONG = BigDecimal.valueOf(Long.MAX_VALUE);
    private static final Optional<Object> NULL = Optional.of(NullValue.NULL_VALUE);
    private static final Optional<Object> COMPOUND = Optional.of(Compound.VALUE);

    private static final String REMEDY =
            "send the fields as the filter expects them, or guard it: field != null && field > 0";

    /** From here on a string's length may be what is wrong with it. */
    private static final int LONG = 1_000;

    private final String text;
    private final CelRuntime.Program program;
    private final Map<String, Integer> slotOf;

    /** Stands for an object or array: equal to nothing that an expression can name. */
    enum Compound {
        VALUE
    }

    CelFilter(String text, CelRuntime.Program program, Map<String, Integer> slotOf) {
        this.text = text;
        this.program = program;
        this.slotOf = Map.copyOf(slotOf);
    }

    @Override
    public boolean test(EventRow row) {
        Object result;
        try {
            result = program.eval((CelVariableResolver) name -> value(row, name));
        } catch (CelEvaluationException e) {
            // CEL's own message may quote the event's values, so it goes no further.
            throw failed(row);
        }
        if (result instanceof Boolean decided) {
            return decided;
        }
        throw failed(row);
    }

    private Optional<Object> value(EventRow row, String name) {
        Integer slot = slotOf.get(name);
        return slot == null ? Optional.empty() : value(row, slot);
    }

    private static Optional<Object> value(EventRow row, int slot) {
        return switch (row.kind(slot)) {
            case ABSENT -> NULL;
            case STRING -> Optional.of(row.string(slot));
            case BOOLEAN -> Optional.of(row.bool(slot));
            case NUMBER -> Optional.of(row.scale(slot) == 0 ? (Object) row.unscaled(slot) : number(row.decimal(slot)));
            case BIG_NUMBER -> Optional.of(number(row.decimal(slot)));
            case COMPOUND, LIST -> COMPOUND;
            // A variable without value: whatever uses it has no result, unless && or || is decided by the other side.
            case FLAWED -> Optional.empty();
        };
    }

    private static Object number(BigDecimal value) {
        boolean fits = value.compareTo(MIN_LONG) >= 0 && value.compareTo(MAX_LONG) <= 0;
        if (fits && value.stripTrailingZeros().scale() <= 0) {
            return value.setScale(0, RoundingMode.UNNECESSARY).longValueExact();
        }
        return value.doubleValue();
    }

    private InvalidEvent failed(EventRow row) {
        StringBuilder found = new StringBuilder();
        slotOf.keySet().stream().sorted().forEach(name -> {
            int slot = slotOf.getOrDefault(name, -1);
            found.append(found.isEmpty() ? "" : ", ")
                    .append(name)
                    .append(" is ")
                    .append(describe(row, slot));
        });
        return new InvalidEvent(
                InvalidEvent.Reason.FILTER_FAILED,
                "the filter '" + text + "' cannot be decided: " + found,
                searches() ? REMEDY + TextSearch.REMEDY : REMEDY);
    }

    private boolean searches() {
        return text.contains("matches") || text.contains("contains");
    }

    private static String describe(EventRow row, int slot) {
        return switch (row.kind(slot)) {
            case NUMBER, BIG_NUMBER -> "a number";
            case COMPOUND, LIST -> "an object or array";
            case STRING -> {
                int length = row.string(slot).length();
                yield length < LONG ? "a string" : "a string of " + length + " characters";
            }
            case BOOLEAN -> "a boolean";
            case ABSENT -> "absent";
            case FLAWED -> row.flaw(slot).phrase();
        };
    }
}

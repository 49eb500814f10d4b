package dev.tidemark.training;

import dev.tidemark.core.aggregate.Accumulation;
import dev.tidemark.core.aggregate.AggregateFunction;
import dev.tidemark.core.aggregate.AggregateFunctions;
import dev.tidemark.core.aggregate.Computation;
import dev.tidemark.core.aggregate.FieldInput;
import dev.tidemark.core.aggregate.Parameter;
import dev.tidemark.core.event.Bounds;
import dev.tidemark.core.event.EventRow;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How the values of one column are distributed: what function {@code profile} says of a field that holds them. */
final class ColumnProfile {

    private static final Computation PROFILE = profile();

    private static final Pattern JSON_NUMBER = Pattern.compile("-?(0|[1-9]\\d*)(\\.\\d+)?([eE][+-]?\\d{1,9})?");

    private final EventRow row = new EventRow(1);
    private final Accumulation values = new Accumulation(PROFILE);

    /** Of a column without a type, as long as all its texts are numbers. */
    private @Nullable ColumnProfile asNumbers;

    /** @param isTyped whether a text is none but a text; otherwise they are numbers if all texts of the column are */
    ColumnProfile(boolean isTyped) {
        asNumbers = isTyped ? null : new ColumnProfile(true);
    }

    private static Computation profile() {
        AggregateFunction function = AggregateFunctions.find("profile").orElseThrow();
        Map<String, Object> defaults = new HashMap<>();
        for (Parameter parameter : function.parameters()) {
            Object value = parameter.defaultValue();
            if (value != null) {
                defaults.put(parameter.name(), value);
            }
        }
        return function.bind(new FieldInput(0, "value", true), defaults);
    }

    /** @param value a single value; one that no event could hold counts as none */
    void add(@Nullable Object value) {
        if (asNumbers != null) {
            addAsNumber(asNumbers, value);
        }
        row.clear();
        if (value instanceof BigDecimal number) {
            set(number);
        } else if (value instanceof Long number) {
            set(BigDecimal.valueOf(number));
        } else if (value instanceof Boolean flag) {
            row.setBoolean(0, flag);
        } else if (value instanceof String text && Bounds.contain(text)) {
            row.setString(0, text);
        }
        values.add(row);
    }

    private void set(BigDecimal number) {
        BigDecimal within = Bounds.within(number);
        if (within != null) {
            row.setDecimal(0, within);
        }
    }

    private void addAsNumber(ColumnProfile numbers, @Nullable Object text) {
        if (text == null) {
            numbers.add(null);
        } else if (text instanceof String digits
                && Bounds.contain(digits)
                && JSON_NUMBER.matcher(digits).matches()) {
            numbers.add(new BigDecimal(digits));
        } else {
            asNumbers = null;
        }
    }

    /** See {@link dev.tidemark.core.aggregate.Computation#value}. */
    @Nullable
    Object value() {
        return asNumbers == null ? values.value() : asNumbers.value();
    }
}

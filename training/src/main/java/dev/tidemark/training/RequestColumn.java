package dev.tidemark.training;

import dev.tidemark.core.value.ValueType;
import dev.tidemark.core.view.Model;
import dev.tidemark.tables.ParquetCells;
import java.math.BigDecimal;
import java.util.regex.Pattern;
import org.apache.parquet.io.api.Binary;

/**
 * Reads a model's request input from a spine. A text file's cells are read as the input's type says, others have types.
 *
 * @param column negative if the spine does not have it: each row has the default
 */
record RequestColumn(Model.Input input, int column) {

    private static final Pattern NUMBER = Pattern.compile("[+-]?(\\d+(\\.\\d*)?|\\.\\d+)([eE][+-]?\\d{1,9})?");

    /** Reading a longer number would cost; see {@link dev.tidemark.core.event.Bounds} for those that are taken. */
    private static final int MAX_CHARS = 1_000;

    /** @throws IllegalArgumentException saying what is wrong with the row's cell */
    Object value(SpineReader row) {
        Object cell = column < 0 ? null : row.cell(column);
        return input.accept(cell == null ? null : row.isTyped() ? typed(cell, row) : untyped((Binary) cell));
    }

    private Object typed(Object cell, SpineReader row) {
        Object value = ParquetCells.scalar(cell, row.columns().get(column));
        if (value == null) {
            throw bad(ParquetCells.text(cell, row.columns().get(column)), "no number, text or boolean");
        }
        return value;
    }

    private Object untyped(Binary cell) {
        String text = cell.toStringUsingUTF8();
        if (input.type().equals(ValueType.STRING)) {
            return text;
        }
        if (input.type().equals(ValueType.BOOLEAN)) {
            if (text.equals("true") || text.equals("false")) {
                return text.equals("true");
            }
            throw bad(text, "no boolean: write true or false");
        }
        if (text.length() > MAX_CHARS || !NUMBER.matcher(text).matches()) {
            throw bad(text, "no number: write it like 59.9");
        }
        return new BigDecimal(text);
    }

    private IllegalArgumentException bad(String text, String problem) {
        String shown = text.length() <= MAX_CHARS ? text : text.substring(0, 20) + "…";
        return new IllegalArgumentException("request input '" + input.name() + "': '" + shown + "' is " + problem);
    }
}

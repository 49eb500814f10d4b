package dev.tidemark.formats;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.math.BigDecimal;

/** Numbers of other formats as JSON. */
final class Numbers {

    private Numbers() {}

    /** A decimal as it is; what is none, such as NaN, as a text, so that it is bad only for a view that needs the number. */
    static void write(String text, JsonGenerator json) throws IOException {
        BigDecimal number = JsonTools.number(text);
        if (number == null) {
            json.writeString(text);
        } else {
            json.writeNumber(number.toString());
        }
    }
}

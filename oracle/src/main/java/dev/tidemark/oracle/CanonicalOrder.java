package dev.tidemark.oracle;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.Comparator;

/** Scalars as the answers write and sort them. */
final class CanonicalOrder {

    /** Numbers by value, before strings by code point, before booleans (false first). */
    static final Comparator<JsonNode> SCALARS = CanonicalOrder::compare;

    private CanonicalOrder() {}

    /** Unicode code point order, which is also the order of the UTF-8 bytes. */
    static int compareText(String a, String b) {
        int[] left = a.codePoints().toArray();
        int[] right = b.codePoints().toArray();
        for (int i = 0; i < Math.min(left.length, right.length); i++) {
            if (left[i] != right[i]) {
                return Integer.compare(left[i], right[i]);
            }
        }
        return Integer.compare(left.length, right.length);
    }

    /** Without trailing zeros; every zero is the same zero. */
    static BigDecimal strip(BigDecimal number) {
        return number.signum() == 0 ? BigDecimal.ZERO : number.stripTrailingZeros();
    }

    /** A scalar as text, for keys: numbers plain and without trailing zeros. */
    static String text(JsonNode scalar) {
        return scalar.isNumber() ? strip(scalar.decimalValue()).toPlainString() : scalar.asText();
    }

    private static int compare(JsonNode a, JsonNode b) {
        if (a.isNumber() && b.isNumber()) {
            return a.decimalValue().compareTo(b.decimalValue());
        }
        if (a.isTextual() && b.isTextual()) {
            return compareText(a.textValue(), b.textValue());
        }
        if (a.isBoolean() && b.isBoolean()) {
            return Boolean.compare(a.booleanValue(), b.booleanValue());
        }
        return Integer.compare(rank(a), rank(b));
    }

    private static int rank(JsonNode scalar) {
        return scalar.isNumber() ? 0 : scalar.isTextual() ? 1 : 2;
    }
}

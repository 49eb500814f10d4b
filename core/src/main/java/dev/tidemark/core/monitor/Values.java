package dev.tidemark.core.monitor;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads what functions answer, whether it comes from an answer or from JSON, and writes what is computed of it. */
final class Values {

    /** Distances and shares are estimates of samples: more digits would say nothing. */
    private static final MathContext SHOWN = new MathContext(6);

    /** Of what is as exact as doubles. */
    private static final MathContext EXACT = new MathContext(12);

    private Values() {}

    static Map<?, ?> map(@Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            return map;
        }
        throw new IllegalArgumentException(value + " where an object is wanted");
    }

    static List<?> list(@Nullable Object value) {
        if (value instanceof List<?> list) {
            return list;
        }
        throw new IllegalArgumentException(value + " where a list is wanted");
    }

    static Object member(Map<?, ?> map, String name) {
        Object member = map.get(name);
        if (member == null) {
            throw new IllegalArgumentException("'" + name + "' is missing");
        }
        return member;
    }

    static long count(@Nullable Object value) {
        if (value instanceof Number number && number.longValue() >= 0) {
            return number.longValue();
        }
        throw new IllegalArgumentException(value + " where a count is wanted");
    }

    static @Nullable BigDecimal decimal(@Nullable Object value) {
        if (value == null) {
            return null;
        }
        if (value instanceof BigDecimal decimal) {
            return decimal;
        }
        if (value instanceof Long || value instanceof Integer || value instanceof BigInteger) {
            return new BigDecimal(value.toString());
        }
        throw new IllegalArgumentException(value + " where a number is wanted");
    }

    static BigDecimal number(@Nullable Object value) {
        BigDecimal number = value instanceof String text ? new BigDecimal(text) : decimal(value);
        if (number == null) {
            throw new IllegalArgumentException("nothing where a number is wanted");
        }
        return number;
    }

    /** To six digits; null if it is no finite number. */
    static @Nullable BigDecimal shown(double value) {
        return rounded(value, SHOWN);
    }

    /** To twelve digits; null if it is no finite number. */
    static @Nullable BigDecimal exact(double value) {
        return rounded(value, EXACT);
    }

    private static @Nullable BigDecimal rounded(double value, MathContext digits) {
        if (!Double.isFinite(value)) {
            return null;
        }
        BigDecimal rounded = new BigDecimal(value).round(digits).stripTrailingZeros();
        return rounded.signum() == 0 ? BigDecimal.ZERO : rounded;
    }
}

package dev.tidemark.core.monitor;

import java.math.BigDecimal;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How a value was distributed: a value of the function {@code profile}. Two profiles of one grid can be compared cell by cell,
 * whenever and of whatever they were made.
 *
 * @param nulls how many events had no value
 * @param mean of the numbers; null without any
 * @param stddev of the numbers; null without any
 * @param cells how many numbers each cell of the grid has, by the number that stands for it
 * @param values how often each listed text or boolean stood there
 * @param other how many texts are not listed
 */
public record Profile(
        long nulls,
        @Nullable BigDecimal mean,
        @Nullable BigDecimal stddev,
        NavigableMap<BigDecimal, Long> cells,
        Map<String, Long> values,
        long other) {

    /** Of nothing. */
    public static final Profile EMPTY = new Profile(0, null, null, new TreeMap<>(), Map.of(), 0);

    public Profile {
        cells = Collections.unmodifiableNavigableMap(new TreeMap<>(cells));
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /**
     * Reads a value of {@code profile}, as answers have it or as its JSON was read back.
     *
     * @param value null is a profile of nothing
     * @throws IllegalArgumentException if it is no such value
     */
    public static Profile of(@Nullable Object value) {
        if (value == null) {
            return EMPTY;
        }
        Map<?, ?> members = Values.map(value);
        NavigableMap<BigDecimal, Long> cells = new TreeMap<>();
        Values.map(Values.member(members, "cells"))
                .forEach((key, count) -> cells.put(Values.number(String.valueOf(key)), Values.count(count)));
        Map<String, Long> values = new LinkedHashMap<>();
        Values.map(Values.member(members, "values"))
                .forEach((key, count) -> values.put(String.valueOf(key), Values.count(count)));
        return new Profile(
                Values.count(Values.member(members, "nulls")),
                Values.decimal(members.get("mean")),
                Values.decimal(members.get("stddev")),
                cells,
                values,
                Values.count(Values.member(members, "other")));
    }

    /** How many values there were. */
    public long present() {
        return numbers() + texts();
    }

    /** How many events there were, with or without a value. */
    public long rows() {
        return present() + nulls;
    }

    long numbers() {
        return cells.values().stream().mapToLong(Long::longValue).sum();
    }

    long texts() {
        return values.values().stream().mapToLong(Long::longValue).sum() + other;
    }

    /** The share of events without a value; 0 without events. */
    public double nullShare() {
        return rows() == 0 ? 0 : (double) nulls / rows();
    }
}

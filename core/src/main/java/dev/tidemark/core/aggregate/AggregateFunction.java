package dev.tidemark.core.aggregate;

import java.util.List;
import java.util.Map;

/**
 * An aggregate function as a user names it in the catalog. Adding one: a class, its line in {@link AggregateFunctions},
 * one line in the law test, one row in docs/semantics.md.
 */
public interface AggregateFunction {

    /** What it aggregates. */
    enum Input {
        /** No {@code input:} in the definition. */
        NONE,
        /** A JSON number. */
        NUMBER,
        /** A JSON string, number or boolean. */
        SCALAR
    }

    /** What a value is, for expressions over values. */
    enum Output {
        /** A whole number that fits a long. */
        INTEGER,
        /** An integer or a decimal. */
        NUMBER,
        /** Whatever the input was: a string, number or boolean. */
        SCALAR,
        /** A list or an object. */
        COMPOUND
    }

    /** The name in the catalog, such as {@code avg}. */
    String name();

    /** One line for messages and documentation. */
    String summary();

    Input input();

    List<Parameter> parameters();

    /** What its values are, where they are not null. */
    default Output output() {
        return Output.NUMBER;
    }

    /** Whether a {@code lifetime} window makes sense; not for functions that look at the age of a tile. */
    default boolean allowsLifetime() {
        return true;
    }

    /** Whether a feature of this function must have a {@code where} of its own. */
    default boolean needsWhere() {
        return false;
    }

    /**
     * Resolves the function for one feature.
     *
     * @param input the slot and path of the input; ignored when {@link #input()} is {@code NONE}
     * @param arguments validated values of the declared parameters, defaults filled in
     * @throws IllegalArgumentException naming the value, if the arguments break a rule that {@link Parameter} cannot
     *     express; the catalog's author sees the message
     */
    Computation bind(FieldInput input, Map<String, Object> arguments);
}

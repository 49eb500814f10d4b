package dev.tidemark.core.expression;

/** What a value is, as far as an expression over it can know beforehand. */
public enum ValueType {
    /** A whole number that fits a long; inside an expression an IEEE double. */
    INTEGER,
    /** A number; inside an expression an IEEE double. */
    NUMBER,
    BOOLEAN,
    STRING,
    /** A number, a string or a boolean, depending on the events. */
    SCALAR,
    /** A list or an object; no expression can use it. */
    COMPOUND
}

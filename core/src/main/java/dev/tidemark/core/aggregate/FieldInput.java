package dev.tidemark.core.aggregate;

/**
 * An input field, resolved.
 *
 * @param slot the field's slot in the event row; -1 for functions without input
 * @param path its path, for state ids; empty for functions without input
 * @param optional whether events without it are ignored; a required input is in every event that reaches a state, so
 *     that its count is the plain {@code count()} and can be shared
 * @param kind what it holds where it is there
 */
public record FieldInput(int slot, String path, boolean optional, AggregateFunction.Input kind) {

    /** A field of any single value. */
    public FieldInput(int slot, String path, boolean optional) {
        this(slot, path, optional, AggregateFunction.Input.SCALAR);
    }

    public static final FieldInput NONE = new FieldInput(-1, "", false);
}

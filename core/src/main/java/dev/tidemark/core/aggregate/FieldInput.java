package dev.tidemark.core.aggregate;

/**
 * An input field, resolved.
 *
 * @param slot where the field stands in the event row; -1 for functions without input
 * @param path its path, for state ids; empty for functions without input
 */
public record FieldInput(int slot, String path) {

    public static final FieldInput NONE = new FieldInput(-1, "");
}

package dev.tidemark.core.event;

import org.jspecify.annotations.Nullable;

/**
 * What a schema registry says of an id, for good.
 *
 * @param id as the events name it
 * @param text the schema as its owner wrote it; null if there is none to decode by
 * @param refused why there is none; null if there is one
 */
public record RegisteredSchema(
        String id, @Nullable String text, @Nullable String refused) {

    public RegisteredSchema {
        if ((text == null) == (refused == null)) {
            throw new IllegalArgumentException("schema " + id + " with text " + text + " refused because " + refused);
        }
    }

    public static RegisteredSchema of(String id, String text) {
        return new RegisteredSchema(id, text, null);
    }

    /** Whose events cannot be decoded. */
    public static RegisteredSchema refused(String id, String why) {
        return new RegisteredSchema(id, null, why);
    }
}

package dev.tidemark.core.serve;

import dev.tidemark.core.tile.EntityKeys;
import dev.tidemark.core.view.View;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Entity keys as callers write them: the key's parts joined by {@code |}, with {@code |} and {@code \} inside a part
 * escaped by {@code \}. This is the canonical form of {@link EntityKeys}.
 */
public final class EntityText {

    private EntityText() {}

    /**
     * Checks a caller's text against the view; returns the canonical text.
     *
     * @throws Unanswerable if no event can have this key
     */
    public static String check(View view, String text) {
        if (text.getBytes(StandardCharsets.UTF_8).length > EntityKeys.MAX_BYTES) {
            throw bad("the entity key " + Quoted.of(text) + " is longer than " + EntityKeys.MAX_BYTES + " bytes", view);
        }
        if (!EntityKeys.isWellFormed(text)) {
            throw new Unanswerable(
                    "the entity key " + Quoted.of(text) + " holds half of a surrogate pair",
                    "send the key as well-formed Unicode; no event can have another");
        }
        List<String> parts = parts(text);
        if (parts.size() != view.entity().size()) {
            throw bad(
                    "the entity key " + Quoted.of(text) + " has " + parts.size() + " part(s), but view '" + view.name()
                            + "' has " + view.entity().size(),
                    view);
        }
        if (parts.contains("")) {
            throw bad("a part of the entity key " + Quoted.of(text) + " is empty", view);
        }
        return EntityKeys.of(parts);
    }

    private static List<String> parts(String text) {
        try {
            return EntityKeys.values(text);
        } catch (IllegalArgumentException e) {
            throw new Unanswerable(
                    "the entity key " + Quoted.of(text) + " ends in a lone '\\'",
                    "write '\\\\' for a backslash and '\\|' for a bar inside a key part");
        }
    }

    private static Unanswerable bad(String detail, View view) {
        String form = String.join(
                "|",
                view.entity().stream().map(field -> "{" + field.name() + "}").toList());
        return new Unanswerable(
                detail, "write the key as " + form + "; '|' and '\\' inside a part are escaped by '\\'");
    }
}

package dev.tidemark.core.catalog;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a definition says to people only. It is part of no hash, so that changing it changes nothing else.
 *
 * @param description what it is
 * @param owner whom to ask about it
 * @param tags words to find it by
 */
public record Notes(@Nullable String description, @Nullable String owner, List<String> tags) {

    static final Notes NONE = new Notes(null, null, List.of());
    static final List<String> KEYS = List.of("description", "owner", "tags");
    static final int MAX_DESCRIPTION = 2_000;
    static final int MAX_WORD = 100;
    static final int MAX_TAGS = 20;

    public Notes {
        tags = List.copyOf(tags);
    }

    /** These keys and those of the notes. */
    static Set<String> and(String... keys) {
        Set<String> all = new LinkedHashSet<>(List.of(keys));
        all.addAll(KEYS);
        return all;
    }

    static Notes read(YamlMapping definition) {
        YamlValue tags = definition.optional("tags");
        return new Notes(
                text(definition.optional("description"), MAX_DESCRIPTION),
                text(definition.optional("owner"), MAX_WORD),
                tags == null ? List.of() : tags(tags));
    }

    private static @Nullable String text(@Nullable YamlValue at, int max) {
        String text = at == null ? null : at.text("write a text");
        if (at != null && text != null && (text.isBlank() || text.length() > max)) {
            at.problem("a text of " + text.length() + " characters", "write 1 to " + max + ", or leave it out");
        }
        return text;
    }

    private static List<String> tags(YamlValue at) {
        List<YamlValue> elements = at.list("list the tags, such as tags: [pricing, shop]");
        if (elements == null) {
            return List.of();
        }
        if (elements.size() > MAX_TAGS) {
            at.problem("'tags' with " + elements.size() + " elements", "list at most " + MAX_TAGS);
            return List.of();
        }
        List<String> tags = new ArrayList<>();
        for (YamlValue element : elements) {
            String tag = text(element, MAX_WORD);
            if (tag != null && tags.contains(tag)) {
                element.problem(element.shown() + " stands twice", "list every tag once");
            } else if (tag != null) {
                tags.add(tag);
            }
        }
        return tags;
    }

    boolean isEmpty() {
        return description == null && owner == null && tags.isEmpty();
    }

    /** One line for a list of definitions: {@code what it is (owner team-pricing; pricing, shop)}; empty without notes. */
    public String line() {
        List<String> rest = new ArrayList<>();
        if (owner != null) {
            rest.add("owner " + owner);
        }
        if (!tags.isEmpty()) {
            rest.add(String.join(", ", tags));
        }
        String what = description == null ? "" : description.strip().replaceAll("\\s+", " ");
        return rest.isEmpty() ? what : (what + " (" + String.join("; ", rest) + ")").strip();
    }

    /** As members of a definition's JSON. */
    void addTo(ObjectNode definition) {
        if (description != null) {
            definition.put("description", description);
        }
        if (owner != null) {
            definition.put("owner", owner);
        }
        if (!tags.isEmpty()) {
            tags.forEach(definition.putArray("tags")::add);
        }
    }
}

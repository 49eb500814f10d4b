package dev.tidemark.core.catalog;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** The keys and values of one mapping, in file order. A duplicate key is reported; the first one counts. */
final class YamlMapping {

    private final YamlValue at;
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    /** A key and its value, each with its place. */
    record Entry(String name, YamlValue key, YamlValue value) {

        /** Whether the program has chosen the name. */
        boolean isMade() {
            return YamlTree.isMade(key.node());
        }
    }

    YamlMapping(MappingNode node, YamlValue at, Problems problems) {
        this.at = at;
        for (NodeTuple tuple : node.getValue()) {
            Node keyNode = tuple.getKeyNode();
            if (!(keyNode instanceof ScalarNode scalar)) {
                new YamlValue(keyNode, at.path(), problems).problem("a key that is no text", "write key: value");
                continue;
            }
            String name = scalar.getValue();
            String path = at.path().isEmpty() ? name : at.path() + "." + name;
            YamlValue key = new YamlValue(keyNode, path, problems);
            Entry first = entries.putIfAbsent(
                    name, new Entry(name, key, new YamlValue(tuple.getValueNode(), path, problems)));
            if (first != null) {
                key.problem(
                        "'" + name + "' stands twice, first in line "
                                + first.key().line(),
                        "keep one of them, or give them different names");
            }
        }
    }

    /** The place of the mapping itself. */
    YamlValue at() {
        return at;
    }

    List<Entry> entries() {
        return List.copyOf(entries.values());
    }

    @Nullable
    YamlValue optional(String key) {
        Entry entry = entries.get(key);
        return entry == null ? null : entry.value();
    }

    /** The key itself, for messages about it. */
    @Nullable
    YamlValue keyOf(String key) {
        Entry entry = entries.get(key);
        return entry == null ? null : entry.key();
    }

    @Nullable
    YamlValue required(String key, String remedy) {
        YamlValue value = optional(key);
        if (value == null) {
            at.problem("'" + key + "' is missing", remedy);
        }
        return value;
    }

    /** Reports every key that is not among these. */
    void allowOnly(Set<String> known) {
        Set<String> rest = new LinkedHashSet<>(entries.keySet());
        rest.removeAll(known);
        for (String name : rest) {
            YamlValue key = keyOf(name);
            if (key != null) {
                key.problem("unknown key " + key.shown(), Suggestions.remedy(name, known, "keys here"));
            }
        }
    }
}

package dev.tidemark.simulation.cloud;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** A table with a partition key and a sort key, texts both. Remembers every version that an item ever had. */
public final class Table {

    static final String PARTITION_KEY = "pk";
    static final String SORT_KEY = "sk";

    private final Watcher watcher;
    private final Map<String, TreeMap<String, Row>> rows = new HashMap<>();

    /** Sees every change, before anybody else can. */
    public interface Watcher {

        /** @param old null if there was none */
        void written(@Nullable Map<String, AttributeValue> old, Map<String, AttributeValue> item);
    }

    /** One item: what is stored, and what ever was; null stands for nothing. */
    private static final class Row {

        private final List<@Nullable Map<String, AttributeValue>> versions = new ArrayList<>();

        Row() {
            versions.add(null);
        }

        @Nullable
        Map<String, AttributeValue> current() {
            return versions.get(versions.size() - 1);
        }
    }

    public Table(Watcher watcher) {
        this.watcher = watcher;
    }

    /** What is stored now; null if nothing is. */
    public @Nullable Map<String, AttributeValue> get(Map<String, AttributeValue> key) {
        Row row = find(key);
        return row == null ? null : row.current();
    }

    /** Everything that was ever stored under the key, oldest first, beginning with nothing. */
    List<@Nullable Map<String, AttributeValue>> versions(Map<String, AttributeValue> key) {
        Row row = find(key);
        return row == null ? List.of() : row.versions;
    }

    void put(Map<String, AttributeValue> item) {
        Row row = rows.computeIfAbsent(text(item, PARTITION_KEY), key -> new TreeMap<>())
                .computeIfAbsent(text(item, SORT_KEY), key -> new Row());
        watcher.written(row.current(), item);
        row.versions.add(item);
    }

    /** Removes what is stored under the key. */
    public void delete(Map<String, AttributeValue> key) {
        Row row = find(key);
        if (row != null && row.current() != null) {
            row.versions.add(null);
        }
    }

    /** The items of a key range after a sort key, in order. */
    List<Map<String, AttributeValue>> range(Conditions.KeyRange range, @Nullable String after) {
        List<Map<String, AttributeValue>> found = new ArrayList<>();
        rows.getOrDefault(range.partition(), new TreeMap<>()).forEach((sort, row) -> {
            Map<String, AttributeValue> item = row.current();
            boolean inside = (range.first() == null || sort.compareTo(range.first()) >= 0)
                    && (range.last() == null || sort.compareTo(range.last()) <= 0)
                    && (after == null || sort.compareTo(after) > 0);
            if (item != null && inside) {
                found.add(item);
            }
        });
        return found;
    }

    /** Everything that is stored, in an order that depends on the keys only. */
    public List<Map<String, AttributeValue>> items() {
        List<Map<String, AttributeValue>> items = new ArrayList<>();
        new TreeMap<>(rows)
                .values()
                .forEach(ofPartition -> ofPartition.values().forEach(row -> {
                    Map<String, AttributeValue> item = row.current();
                    if (item != null) {
                        items.add(item);
                    }
                }));
        return items;
    }

    private @Nullable Row find(Map<String, AttributeValue> key) {
        TreeMap<String, Row> ofPartition = rows.get(text(key, PARTITION_KEY));
        return ofPartition == null ? null : ofPartition.get(text(key, SORT_KEY));
    }

    private static String text(Map<String, AttributeValue> item, String name) {
        AttributeValue value = item.get(name);
        if (value == null || value.s() == null) {
            throw new IllegalStateException("an item without the key '" + name + "'");
        }
        return value.s();
    }
}

package dev.tidemark.simulation.check;

import dev.tidemark.core.stream.Position;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.simulation.cloud.Table;
import dev.tidemark.simulation.engine.Engine;
import dev.tidemark.simulation.engine.Happening;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Watches the state table. An item's mark only grows; over its whole history equal marks have equal content (rule P3);
 * and what TTL has deleted is never created anew (rule F10), unless it is a head, which begins empty again (rule U5).
 */
public final class ItemWatch implements Table.Watcher {

    private final Engine engine;
    private final Map<Version, Map<String, AttributeValue>> versions = new HashMap<>();
    private final Set<String> deleted = new HashSet<>();

    private record Version(String key, String mark) {}

    public ItemWatch(Engine engine) {
        this.engine = engine;
    }

    @Override
    public void written(@Nullable Map<String, AttributeValue> old, Map<String, AttributeValue> item) {
        String key = key(item);
        String mark = text(item, "m");
        if (old != null && !Position.parse(mark).isAfter(Position.parse(text(old, "m")))) {
            engine.fail("the mark of item " + key + " does not grow");
        }
        if (deleted.contains(key)) {
            engine.fail("item " + key + " was deleted when it expired, and is written again");
        }
        Map<String, AttributeValue> before = versions.putIfAbsent(new Version(key, mark), item);
        if (before != null && !before.equals(item)) {
            engine.fail("item " + key + " had other content at the same mark before");
        }
    }

    /** TTL has deleted an item. */
    public void expired(Map<String, AttributeValue> item) {
        ItemKey key = ItemKey.parse(text(item, "pk"), text(item, "sk"));
        engine.happened(key.isHead() ? Happening.HEAD_DELETED_BY_TTL : Happening.ITEM_DELETED_BY_TTL);
        if (!key.isHead()) {
            deleted.add(key(item));
        }
    }

    private static String key(Map<String, AttributeValue> item) {
        return text(item, "pk") + " " + text(item, "sk");
    }

    private static String text(Map<String, AttributeValue> item, String name) {
        return Objects.requireNonNull(item.get(name), name).s();
    }
}

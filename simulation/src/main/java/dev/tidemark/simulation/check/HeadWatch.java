package dev.tidemark.simulation.check;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.tile.HeadState;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.view.View;
import dev.tidemark.simulation.cloud.Table;
import dev.tidemark.simulation.engine.Engine;
import dev.tidemark.simulation.engine.Happening;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Watches the state table, and counts what becomes of heads. */
public final class HeadWatch implements Table.Watcher {

    private final Engine engine;
    private final Map<String, View> views = new HashMap<>();

    public HeadWatch(Engine engine, Catalog before, Catalog after) {
        this.engine = engine;
        before.views().forEach(view -> views.put(view.version(), view));
        after.views().forEach(view -> views.put(view.version(), view));
    }

    @Override
    public void written(@Nullable Map<String, AttributeValue> old, Map<String, AttributeValue> item) {
        ItemKey key =
                ItemKey.parse(attribute(item, "pk").s(), attribute(item, "sk").s());
        View view = Objects.requireNonNull(views.get(key.viewVersion()));
        if (!key.isHead()) {
            return;
        }
        HeadState head = head(view, key, item);
        HeadState before = old == null
                ? HeadState.empty(view.layout(), Objects.requireNonNull(view.head()), key.shardId())
                : head(view, key, old);
        if (head.open() > before.open()) {
            engine.happened(Happening.HEAD_SPILLED);
        } else if (head.open() != HeadState.NOT_OPEN && head.below().isAfter(before.below())) {
            engine.happened(Happening.EVENT_BELOW_HEAD);
        }
        if (head.open() < before.open() || (head.open() == before.open() && begins(head) > begins(before))) {
            engine.happened(Happening.HEAD_EMPTIED);
        }
    }

    private static HeadState head(View view, ItemKey key, Map<String, AttributeValue> item) {
        byte[] body = attribute(item, "b").b().asByteArray();
        return HeadState.decode(view.layout(), Objects.requireNonNull(view.head()), key.shardId(), body);
    }

    private static AttributeValue attribute(Map<String, AttributeValue> item, String name) {
        return Objects.requireNonNull(item.get(name), name);
    }

    /** The oldest tile; a head loses it to a spill, which moves {@link HeadState#open}, or when it is emptied (rule U5). */
    private static long begins(HeadState head) {
        return head.tileCount() == 0 ? Long.MAX_VALUE : head.tileIndex(0);
    }
}

package dev.tidemark.aws.dynamodb;

import dev.tidemark.core.stream.Position;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.StoredItem;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** A state item as DynamoDB attributes. Names are one letter because they are stored, and paid for, with every item. */
final class ItemAttributes {

    static final String PARTITION_KEY = "pk";
    static final String SORT_KEY = "sk";

    /** The position as text: its digits do not fit a DynamoDB number (rule P2). */
    static final String MARK = "m";

    static final String BODY = "b";

    /** Seconds since the epoch; absent when the item does not expire. */
    static final String EXPIRES = "x";

    private ItemAttributes() {}

    static Map<String, AttributeValue> key(ItemKey key) {
        return Map.of(
                PARTITION_KEY, AttributeValue.fromS(key.partitionKey()),
                SORT_KEY, AttributeValue.fromS(key.sortKey()));
    }

    static Map<String, AttributeValue> encode(ItemKey key, StoredItem item) {
        Map<String, AttributeValue> attributes = new HashMap<>(key(key));
        attributes.put(MARK, AttributeValue.fromS(item.mark().text()));
        // Bodies are immutable (StoredItem), so it need not be copied.
        attributes.put(BODY, AttributeValue.fromB(SdkBytes.fromByteArrayUnsafe(item.body())));
        if (item.expiresAtSeconds() != 0) {
            attributes.put(EXPIRES, AttributeValue.fromN(Long.toString(item.expiresAtSeconds())));
        }
        return attributes;
    }

    static ItemKey decodeKey(Map<String, AttributeValue> attributes) {
        return ItemKey.parse(text(attributes, PARTITION_KEY), text(attributes, SORT_KEY));
    }

    static StoredItem decode(Map<String, AttributeValue> attributes) {
        AttributeValue body = attributes.get(BODY);
        if (body == null || body.b() == null) {
            throw corrupt(attributes, BODY);
        }
        AttributeValue expires = attributes.get(EXPIRES);
        return new StoredItem(
                Position.parse(text(attributes, MARK)),
                body.b().asByteArrayUnsafe(),
                expires == null ? 0 : Long.parseLong(expires.n()));
    }

    private static String text(Map<String, AttributeValue> attributes, String name) {
        AttributeValue value = attributes.get(name);
        if (value == null || value.s() == null) {
            throw corrupt(attributes, name);
        }
        return value.s();
    }

    private static IllegalStateException corrupt(Map<String, AttributeValue> attributes, String name) {
        return new IllegalStateException(
                "The state item " + keyText(attributes.get(PARTITION_KEY)) + " "
                        + keyText(attributes.get(SORT_KEY)) + " has no attribute '" + name
                        + "' of the expected type, so something other than Tidemark wrote it. Delete it and backfill the view.");
    }

    private static String keyText(@Nullable AttributeValue value) {
        return value == null ? "(no key)" : "'" + value.s() + "'";
    }
}

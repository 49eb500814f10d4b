package dev.tidemark.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.core.catalog.FormatDefinition.Envelope;
import dev.tidemark.core.catalog.FormatDefinition.Take;
import dev.tidemark.core.catalog.FormatDefinition.Wrapper;
import dev.tidemark.core.event.EventDecoder;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Opens envelopes. Of a CloudEvent, the event is the envelope with its data opened. Of a change, the event is the row that
 * is taken, and under {@code __change} what the envelope says of the change; without such a row, the latter only.
 */
final class Envelopes implements EventDecoder {

    /** The member of a row of a change that holds what is said of the change. */
    static final String CHANGE = "__change";

    private static final int MOST_TOMBSTONE_BYTES = 16;

    private final Envelope envelope;

    Envelopes(Envelope envelope) {
        this.envelope = envelope;
    }

    @Override
    public byte[] decode(byte[] data) {
        if (envelope.wrapper() == Wrapper.DEBEZIUM && isTombstone(data)) {
            throw NotDecoded.because(
                    "the record is empty, as what Debezium sends after a delete",
                    "let Debezium send none: tombstones.on.delete=false");
        }
        ObjectNode event = JsonTools.object(data);
        return JsonTools.bytes(
                switch (envelope.wrapper()) {
                    case CLOUDEVENTS -> cloudEvent(event);
                    case DEBEZIUM -> debezium(event);
                    case DMS -> dms(event);
                    case DYNAMODB -> dynamoDb(event);
                });
    }

    private static boolean isTombstone(byte[] data) {
        String text = data.length > MOST_TOMBSTONE_BYTES ? "{" : new String(data, StandardCharsets.UTF_8).strip();
        return text.isEmpty() || text.equals("null") || text.equals("default");
    }

    private static ObjectNode cloudEvent(ObjectNode event) {
        if (!event.path("specversion").isTextual() || !event.path("type").isTextual()) {
            throw NotDecoded.because("the record is no CloudEvent: it lacks 'specversion' or 'type'");
        }
        JsonNode encoded = event.path("data_base64");
        if (encoded.isTextual()) {
            try {
                event.set("data", JsonTools.object(Base64.getDecoder().decode(encoded.textValue())));
            } catch (IllegalArgumentException e) {
                throw NotDecoded.because("the CloudEvent's 'data_base64' is no base64");
            }
            event.remove("data_base64");
        }
        return event;
    }

    private ObjectNode taken(@Nullable JsonNode row, ObjectNode change) {
        ObjectNode event = row instanceof ObjectNode object ? object : JsonNodeFactory.instance.objectNode();
        event.set(CHANGE, change);
        return event;
    }

    private String name() {
        return envelope.taken() == Take.AFTER ? "after" : "before";
    }

    /** With or without the schema that the converter adds. */
    private ObjectNode debezium(ObjectNode event) {
        JsonNode payload = event.has("schema") && event.path("payload").isObject() ? event.path("payload") : event;
        if (!(payload instanceof ObjectNode change) || !change.path("op").isTextual()) {
            throw NotDecoded.because("the record is no change event of Debezium: it lacks 'op'");
        }
        JsonNode row = change.path(name());
        if (row instanceof ObjectNode object) {
            decimals(event.path("schema"), object);
        }
        change.remove(List.of("before", "after"));
        return taken(row, change);
    }

    /** Kafka Connect's decimals in base64, of which the added schema tells the scale, as numbers. */
    private void decimals(JsonNode schema, ObjectNode row) {
        Map<String, Integer> scales = new HashMap<>();
        for (JsonNode part : schema.path("fields")) {
            if (name().equals(part.path("field").asText())) {
                for (JsonNode field : part.path("fields")) {
                    if ("org.apache.kafka.connect.data.Decimal"
                            .equals(field.path("name").asText())) {
                        scales.put(
                                field.path("field").asText(),
                                field.path("parameters").path("scale").asInt());
                    }
                }
            }
        }
        scales.forEach((field, scale) -> {
            JsonNode value = row.path(field);
            if (value.isTextual()) {
                try {
                    byte[] unscaled = Base64.getDecoder().decode(value.textValue());
                    row.put(field, new BigDecimal(new BigInteger(unscaled), scale));
                } catch (IllegalArgumentException e) {
                    throw NotDecoded.because("a decimal of the change event is no base64");
                }
            }
        });
    }

    /** A row as it is after the change is under {@code data}, and as it was before it under {@code before-image}. */
    private ObjectNode dms(ObjectNode event) {
        if (!event.path("metadata").isObject()) {
            throw NotDecoded.because("the record is no change record of DMS: it lacks 'metadata'");
        }
        ObjectNode change = (ObjectNode) event.path("metadata");
        boolean isDelete = "delete".equals(change.path("operation").asText());
        JsonNode before = isDelete && !event.has("before-image") ? event.path("data") : event.path("before-image");
        JsonNode after = isDelete ? null : event.path("data");
        return taken(envelope.taken() == Take.AFTER ? after : before, change);
    }

    private ObjectNode dynamoDb(ObjectNode event) {
        if (!(event.path("dynamodb") instanceof ObjectNode change)) {
            throw NotDecoded.because("the record is no record of a DynamoDB stream: it lacks 'dynamodb'");
        }
        JsonNode image = change.path(envelope.taken() == Take.AFTER ? "NewImage" : "OldImage");
        JsonNode row = image.isObject() ? plainMap(image) : null;
        change.remove(List.of("NewImage", "OldImage"));
        ObjectNode about = event.deepCopy();
        about.remove("dynamodb");
        if (change.path("Keys").isObject()) {
            change.set("Keys", plainMap(change.path("Keys")));
        }
        about.setAll(change);
        return taken(row, about);
    }

    private static ObjectNode plainMap(JsonNode typed) {
        ObjectNode plain = JsonNodeFactory.instance.objectNode();
        typed.properties().forEach(field -> plain.set(field.getKey(), plain(field.getValue())));
        return plain;
    }

    /** DynamoDB writes a value as an object of one member, whose name is the type. */
    private static JsonNode plain(JsonNode typed) {
        if (!typed.isObject() || typed.size() != 1) {
            throw NotDecoded.because("a value of the DynamoDB record has no type");
        }
        Map.Entry<String, JsonNode> one = typed.properties().iterator().next();
        JsonNode value = one.getValue();
        return switch (one.getKey()) {
            case "S", "B", "BOOL" -> value;
            case "N" -> number(value);
            case "NULL" -> JsonNodeFactory.instance.nullNode();
            case "M" -> plainMap(value);
            case "L" -> list(value, Envelopes::plain);
            case "SS", "BS" -> list(value, element -> element);
            case "NS" -> list(value, Envelopes::number);
            default -> throw NotDecoded.because("a value of the DynamoDB record is of an unknown type");
        };
    }

    private static JsonNode number(JsonNode text) {
        @Nullable BigDecimal number = JsonTools.number(text.asText());
        if (number == null) {
            throw NotDecoded.because("a number of the DynamoDB record is none");
        }
        return DecimalNode.valueOf(number);
    }

    private static ArrayNode list(JsonNode values, Function<JsonNode, JsonNode> each) {
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        values.forEach(value -> list.add(each.apply(value)));
        return list;
    }
}

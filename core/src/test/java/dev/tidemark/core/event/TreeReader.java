package dev.tidemark.core.event;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.common.hash.Hashing;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What {@link JsonEventReader} is held against: the JDK's UTF-8 decoder, Jackson's tree of the whole text, and plain
 * look-ups in it.
 */
final class TreeReader {

    private final JsonMapper mapper = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder().maxNestingDepth(64).build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.USE_BIG_INTEGER_FOR_INTS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    /**
     * The event as an object; empty if the bytes are none.
     *
     * @throws NumberFormatException if a number's exponent is too large for BigDecimal
     */
    Optional<JsonNode> object(byte[] data) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(data))
                    .toString();
            // A reader of characters passes over a byte order mark, which JSON forbids.
            if (text.startsWith("\uFEFF")) {
                return Optional.empty();
            }
            return Optional.ofNullable(mapper.readTree(text)).filter(JsonNode::isObject);
        } catch (CharacterCodingException | JsonProcessingException e) {
            return Optional.empty();
        }
    }

    /** The reason that the record is bad, or null. */
    InvalidEvent.@Nullable Reason flaw(JsonNode event, EventShape shape) {
        JsonNode time = at(event, shape.fields().get(shape.eventTime().slot()).steps());
        byte[] text = time.asText().getBytes(StandardCharsets.UTF_8);
        if (!time.isTextual() || IsoTime.parseMillis(text, 0, text.length) == IsoTime.NONE) {
            return InvalidEvent.Reason.NO_EVENT_TIME;
        }
        return null;
    }

    /** The fields' values in the form of {@link #values(EventRow)}. */
    List<Object> values(JsonNode event, EventShape shape) {
        List<Object> values = new ArrayList<>();
        for (FieldPath field : shape.fields()) {
            values.add(value(event, field));
        }
        return values;
    }

    private static Object value(JsonNode event, FieldPath field) {
        if (field.isConstant()) {
            return field.name();
        }
        int each = field.steps().indexOf(new FieldPath.Each());
        if (each < 0) {
            return converted(value(at(event, field.steps())), field.as());
        }
        JsonNode array = at(event, field.steps().subList(0, each));
        if (!array.isArray()) {
            return EventRow.Kind.ABSENT;
        }
        List<Object> elements = new ArrayList<>();
        for (JsonNode element : array) {
            elements.add(value(
                    at(element, field.steps().subList(each + 1, field.steps().size()))));
        }
        return list(elements, field.as());
    }

    private static Object list(List<Object> values, FieldPath.As as) {
        List<Object> elements = values.stream()
                .filter(value -> value != EventRow.Kind.ABSENT)
                .map(value -> converted(value, as))
                .toList();
        if (elements.size() > 100) {
            return Flaw.TOO_MANY_ELEMENTS;
        }
        return elements.stream()
                .filter(value -> value instanceof Flaw || value == EventRow.Kind.COMPOUND)
                .findFirst()
                .orElse(elements);
    }

    private static Object converted(Object value, FieldPath.As as) {
        if (!(value instanceof String text) || as == FieldPath.As.VALUE) {
            return value;
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (as == FieldPath.As.NUMBER) {
            try {
                BigDecimal number = new BigDecimal(text);
                return Numbers.inBounds(number) ? canonical(number) : Flaw.NUMBER_OUT_OF_BOUNDS;
            } catch (NumberFormatException e) {
                return Flaw.NO_NUMBER;
            }
        }
        if (bytes.length <= 256) {
            return text;
        }
        if (as == FieldPath.As.HASH) {
            return "sha256:" + Hashing.sha256().hashBytes(bytes);
        }
        int end = 256;
        while ((bytes[end] & 0xC0) == 0x80) {
            end--;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }

    private static Object value(JsonNode value) {
        if (value.isNumber()) {
            BigDecimal number = value.decimalValue();
            return Numbers.inBounds(number) ? canonical(number) : Flaw.NUMBER_OUT_OF_BOUNDS;
        }
        if (value.isTextual()) {
            String text = value.textValue();
            return StandardCharsets.UTF_8.newEncoder().canEncode(text) ? text : Flaw.LONE_SURROGATE;
        }
        if (value.isBoolean()) {
            return value.booleanValue();
        }
        return value.isContainerNode() ? EventRow.Kind.COMPOUND : EventRow.Kind.ABSENT;
    }

    /** What a row holds, numbers canonical. */
    static List<Object> values(EventRow row) {
        List<Object> values = new ArrayList<>();
        for (int slot = 0; slot < row.slots(); slot++) {
            values.add(
                    switch (row.kind(slot)) {
                        case NUMBER, BIG_NUMBER -> canonical(row.decimal(slot));
                        case STRING -> row.string(slot);
                        case BOOLEAN -> row.bool(slot);
                        case COMPOUND, ABSENT -> row.kind(slot);
                        case FLAWED -> row.flaw(slot);
                        case LIST ->
                            row.elements(slot).stream()
                                    .map(element -> values(element).get(0))
                                    .toList();
                    });
        }
        return values;
    }

    private static JsonNode at(JsonNode event, List<FieldPath.Step> steps) {
        JsonNode node = event;
        for (FieldPath.Step step : steps) {
            node = step instanceof FieldPath.Member member
                    ? node.path(member.name())
                    : node.path(((FieldPath.Element) step).index());
        }
        return node;
    }

    private static BigDecimal canonical(BigDecimal value) {
        return value.signum() == 0 ? BigDecimal.ZERO : value.stripTrailingZeros();
    }
}

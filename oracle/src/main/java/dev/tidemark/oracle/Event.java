package dev.tidemark.oracle;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One readable record: its fields and its event time.
 *
 * @param record where it came from
 * @param root the JSON object
 * @param statedMillis the event time as the producer wrote it; {@link #NO_TIME} if a view's own is missing or
 *     unreadable; of a pair, that of its left
 * @param isPair whether it is a pair, with its halves as members, and the record is the one that made it
 */
record Event(StreamRecord record, JsonNode root, long statedMillis, boolean isPair) {

    static final long NO_TIME = Long.MIN_VALUE;

    private static final int MAX_NUMBER_DIGITS = 34;
    private static final BigDecimal NUMBER_LIMIT = BigDecimal.TEN.pow(35);
    private static final int MAX_SCALAR_BYTES = 256;
    private static final int MOST_SUBRECORDS = 10_000;

    /** How a packed record begins. */
    private static final byte[] PACKED = {(byte) 0xF3, (byte) 0x89, (byte) 0x9A, (byte) 0xC2};

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .build();

    /**
     * @throws BadRecord if the record is not its shard's or one too many, or the bytes are too many, no JSON object, or carry no readable
     *     event time
     */
    static Event parse(StreamRecord record, Definitions.Source source) {
        if (record.subsequence() >= MOST_SUBRECORDS && isPacked(record.data())) {
            throw new BadRecord(BadRecord.TOO_MANY_SUBRECORDS);
        }
        if (record.outsideShard() && !source.countsOutsiders()) {
            throw new BadRecord(BadRecord.OUTSIDE_SHARD);
        }
        if (record.data().length > source.maxEventBytes()) {
            throw new BadRecord(BadRecord.TOO_LARGE);
        }
        JsonNode root = object(record.data());
        return new Event(record, root, statedMillis(root, source), false);
    }

    /** The rest of a packed record is one, until somebody repairs it. */
    private static boolean isPacked(byte[] data) {
        return data.length >= PACKED.length && Arrays.equals(data, 0, PACKED.length, PACKED, 0, PACKED.length);
    }

    private static long statedMillis(JsonNode root, Definitions.Source source) {
        try {
            return eventTime(at(root, source.timeField()), source.timeFormat());
        } catch (BadRecord e) {
            if (source.timeIsOfView()) {
                return NO_TIME;
            }
            throw e;
        }
    }

    /** The moment that a field holds. */
    long moment(String field, String format) {
        return eventTime(at(root, field), format);
    }

    static Event ofPair(StreamRecord record, JsonNode root, long leftMillis) {
        return new Event(record, root, leftMillis, true);
    }

    /** As a half of a pair, whose other half is unknown. */
    Event alone(String side) {
        return new Event(record, JSON.createObjectNode().set(side, root), statedMillis, false);
    }

    /** The event time that counts: an event cannot have happened after it arrived. */
    long timeMillis() {
        return isPair ? statedMillis : Math.min(statedMillis, record.arrivalMillis());
    }

    /** The value at a path; null if it, or an object on the way, is missing or JSON null. */
    @Nullable
    JsonNode field(String path) {
        return at(root, path);
    }

    /**
     * A field that the view uses otherwise than in an expression; null as for {@link #field}.
     *
     * @throws BadRecord if it is a number out of bounds or no Unicode text
     */
    @Nullable
    JsonNode usable(String path) {
        JsonNode value = field(path);
        if (value != null && isFlawed(value)) {
            throw new BadRecord(BadRecord.VALUE_OUT_OF_BOUNDS);
        }
        return value;
    }

    /**
     * A field as a feature aggregates it.
     *
     * @throws BadRecord if it is not usable, of the wrong type, or too long a text
     */
    @Nullable
    JsonNode scalar(String path, String type) {
        JsonNode value = usable(path);
        if (value == null) {
            return null;
        }
        boolean fits = switch (type) {
            case "number" -> value.isNumber();
            case "text" -> value.isTextual();
            case "boolean" -> value.isBoolean();
            case "probability" -> value.isNumber();
            case "binary" -> value.isNumber() || value.isBoolean();
            default -> !value.isContainerNode();
        };
        if (!fits) {
            throw new BadRecord(BadRecord.MISTYPED_FIELD);
        }
        if (value.isTextual() && value.textValue().getBytes(StandardCharsets.UTF_8).length > MAX_SCALAR_BYTES) {
            throw new BadRecord(BadRecord.VALUE_OUT_OF_BOUNDS);
        }
        if (value.isNumber() && !isInRange(value.decimalValue(), type)) {
            throw new BadRecord(BadRecord.VALUE_OUT_OF_BOUNDS);
        }
        return value;
    }

    private static boolean isInRange(BigDecimal number, String type) {
        boolean isEnd = number.signum() == 0 || number.compareTo(BigDecimal.ONE) == 0;
        return switch (type) {
            case "probability" -> isEnd || (number.signum() > 0 && number.compareTo(BigDecimal.ONE) < 0);
            case "binary" -> isEnd;
            default -> true;
        };
    }

    /**
     * What an expression sees of a path.
     *
     * @throws Expression.Undefined if it is a number out of bounds or no Unicode text
     */
    @Nullable
    Object expressionValue(String path) {
        JsonNode value = field(path);
        if (value == null) {
            return null;
        }
        if (value.isContainerNode()) {
            return Expression.COMPOUND;
        }
        if (isFlawed(value)) {
            throw new Expression.Undefined("'" + path + "' is out of bounds");
        }
        return value.isNumber()
                ? (Object) Expression.numberOf(value.decimalValue())
                : value.isBoolean() ? value.booleanValue() : value.textValue();
    }

    private static boolean isFlawed(JsonNode value) {
        return value.isNumber()
                ? !isBounded(value.decimalValue())
                : value.isTextual() && !StandardCharsets.UTF_8.newEncoder().canEncode(value.textValue());
    }

    private static boolean isBounded(BigDecimal number) {
        if (number.signum() == 0) {
            return true;
        }
        BigDecimal stripped = number.stripTrailingZeros();
        return stripped.precision() <= MAX_NUMBER_DIGITS
                && stripped.scale() <= MAX_NUMBER_DIGITS
                && stripped.abs().compareTo(NUMBER_LIMIT) < 0;
    }

    private static JsonNode object(byte[] data) {
        try {
            JsonNode root = JSON.readTree(data);
            if (root == null || !root.isObject()) {
                throw new BadRecord(BadRecord.NOT_JSON);
            }
            return root;
        } catch (JsonProcessingException e) {
            throw new BadRecord(BadRecord.NOT_JSON);
        } catch (IOException e) {
            throw new IllegalStateException("reading from memory cannot fail otherwise", e);
        }
    }

    private static @Nullable JsonNode at(JsonNode root, String path) {
        JsonNode node = root;
        for (String name : names(path)) {
            JsonNode member = node.get(name);
            node = member == null ? MissingNode.getInstance() : member;
        }
        return node.isMissingNode() || node.isNull() ? null : node;
    }

    /** A name in quotes may hold dots; only the last of a path is ever quoted here. */
    private static String[] names(String path) {
        int quote = path.indexOf('"');
        if (quote < 0) {
            return path.split("\\.", -1);
        }
        String[] names = path.substring(0, quote).split("\\.");
        String[] all = Arrays.copyOf(names, names.length + 1);
        all[names.length] = path.substring(quote + 1, path.length() - 1);
        return all;
    }

    private static long eventTime(@Nullable JsonNode time, String format) {
        if (time == null
                || time.isTextual() != format.equals("iso8601")
                || !time.isValueNode()
                || time.isBoolean()
                || isFlawed(time)) {
            throw new BadRecord(BadRecord.NO_EVENT_TIME);
        }
        return switch (format) {
            case "iso8601" -> isoMillis(time.textValue());
            case "epoch_millis" -> whole(time.decimalValue());
            case "epoch_seconds" -> whole(time.decimalValue().movePointRight(3));
            default -> throw new IllegalArgumentException("unknown event time format '" + format + "'");
        };
    }

    /** Fractions of a millisecond are cut off. */
    private static long whole(BigDecimal millis) {
        if (millis.abs().compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            throw new BadRecord(BadRecord.NO_EVENT_TIME);
        }
        return millis.setScale(0, RoundingMode.DOWN).longValueExact();
    }

    private static long isoMillis(String text) {
        try {
            return OffsetDateTime.parse(text).toInstant().toEpochMilli();
        } catch (DateTimeException e) {
            throw new BadRecord(BadRecord.NO_EVENT_TIME);
        }
    }
}

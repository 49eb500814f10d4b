package dev.tidemark.oracle;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BinaryNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalAccessor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
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
    private static final int MAX_ELEMENTS = 100;

    /** Before the path of a list: the member that holds the element that an event stands for. */
    private static final String EACH = "\0each ";

    /** A text that should be a number and is none. */
    private static final JsonNode NO_NUMBER = BinaryNode.valueOf(new byte[] {0});

    private static final Pattern CALL = Pattern.compile("([a-z]+)\\((.*)\\)");
    private static final Pattern STEP =
            Pattern.compile("\\.?(?:\"(?<quoted>(?:[^\"\\\\]|\\\\.)+)\"|\\[(?<index>[0-9]+)]"
                    + "|(?<each>\\[\\*])|(?<name>[^.\\[\"]+))");

    /** In the forms that the tests use. */
    private static final DateTimeFormatter MOMENT = DateTimeFormatter.ofPattern(
            "[uuuu-MM-dd][uuuuMMdd]['T'[HH:mm[:ss[.SSS]]][HHmmss[.SSS]][XXX][XX][X]]", Locale.ROOT);

    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("[uuuu-MM-dd][uuuuMMdd]", Locale.ROOT);

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
        if (NO_NUMBER.equals(value)) {
            throw new BadRecord(BadRecord.MISTYPED_FIELD);
        }
        if (value != null && isFlawed(value)) {
            throw new BadRecord(BadRecord.VALUE_OUT_OF_BOUNDS);
        }
        return value;
    }

    /**
     * As {@link #scalar}, of every element if the path is that of a list.
     *
     * @throws BadRecord also if there are too many
     */
    boolean hasInput(String path, String type) {
        JsonNode list = path.contains("[*]") ? at(root, path) : null;
        if (!path.contains("[*]") || list == null) {
            return scalar(path, type) != null;
        }
        if (list.size() > MAX_ELEMENTS) {
            throw new BadRecord(BadRecord.VALUE_OUT_OF_BOUNDS);
        }
        each(path).forEach(event -> event.scalar(path, type));
        return true;
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
        if (NO_NUMBER.equals(value) || isFlawed(value)) {
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

    /** The value at a path; how it is read is written like a call. Null if it is missing or null. */
    private static @Nullable JsonNode at(JsonNode root, String path) {
        if (root.has(EACH + path)) {
            return root.get(EACH + path);
        }
        Matcher call = CALL.matcher(path);
        if (!call.matches()) {
            return plain(root, path);
        }
        if (call.group(1).equals("constant")) {
            return TextNode.valueOf(call.group(2).replace("\"", ""));
        }
        JsonNode value = plain(root, call.group(2));
        if (value != null && value.isArray() && path.contains("[*]")) {
            ArrayNode all = JSON.createArrayNode();
            for (JsonNode element : value) {
                JsonNode read = read(element, call.group(1));
                if (!read.isNull()) {
                    all.add(read);
                }
            }
            return all;
        }
        JsonNode read = value == null ? null : read(value, call.group(1));
        return read == null || read.isNull() ? null : read;
    }

    private static JsonNode read(JsonNode value, String how) {
        if (!value.isTextual()) {
            return value;
        }
        String text = value.textValue();
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        boolean isLong = bytes.length > MAX_SCALAR_BYTES;
        return switch (how) {
            case "number" -> {
                try {
                    yield DecimalNode.valueOf(new BigDecimal(text));
                } catch (NumberFormatException e) {
                    yield NO_NUMBER;
                }
            }
            case "short" -> isLong ? NullNode.getInstance() : value;
            case "hash" -> isLong ? TextNode.valueOf("sha256:" + sha256(bytes)) : value;
            case "truncate" -> TextNode.valueOf(truncated(text));
            default -> throw new IllegalArgumentException("no way to read a field: " + how);
        };
    }

    private static String truncated(String text) {
        String cut = text;
        while (cut.getBytes(StandardCharsets.UTF_8).length > MAX_SCALAR_BYTES) {
            cut = cut.substring(0, cut.offsetByCodePoints(cut.length(), -1));
        }
        return cut;
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has it", e);
        }
    }

    /** Of a path with {@code [*]} an array of what its elements have there; null if there is no array. */
    private static @Nullable JsonNode plain(JsonNode root, String path) {
        JsonNode node = root;
        Matcher step = STEP.matcher(path);
        int at = 0;
        while (step.find(at) && step.start() == at) {
            at = step.end();
            if (step.group("each") != null) {
                if (!node.isArray()) {
                    return null;
                }
                String rest = path.substring(at).replaceFirst("^\\.", "");
                ArrayNode all = JSON.createArrayNode();
                for (JsonNode element : node) {
                    JsonNode value = rest.isEmpty() ? element : plain(element, rest);
                    if (value != null && !value.isNull()) {
                        all.add(value);
                    }
                }
                return all;
            }
            String quoted = step.group("quoted");
            node = step.group("index") != null
                    ? node.path(Integer.parseInt(step.group("index")))
                    : node.path(quoted == null ? step.group("name") : quoted.replaceAll("\\\\(.)", "$1"));
        }
        return node.isMissingNode() || node.isNull() ? null : node;
    }

    /** One event for each element of a list that a feature aggregates; the event itself if it is no list. */
    Stream<Event> each(@Nullable String path) {
        if (path == null || !path.contains("[*]")) {
            return Stream.of(this);
        }
        List<Event> all = new ArrayList<>();
        JsonNode elements = at(root, path);
        if (elements != null) {
            for (JsonNode element : elements) {
                ObjectNode one = ((ObjectNode) root).deepCopy();
                all.add(new Event(record, one.set(EACH + path, element), statedMillis, isPair));
            }
        }
        return all.stream();
    }

    private static long eventTime(@Nullable JsonNode time, String format) {
        if (time == null
                || time.isTextual() == format.startsWith("epoch")
                || NO_NUMBER.equals(time)
                || !time.isValueNode()
                || time.isBoolean()
                || isFlawed(time)) {
            throw new BadRecord(BadRecord.NO_EVENT_TIME);
        }
        return switch (format) {
            case "iso8601" -> isoMillis(time.textValue());
            case "epoch_millis" -> whole(time.decimalValue());
            case "epoch_seconds" -> whole(time.decimalValue().movePointRight(3));
            case "epoch_micros" -> whole(time.decimalValue().movePointLeft(3));
            case "epoch_nanos" -> whole(time.decimalValue().movePointLeft(6));
            default -> zoned(time.textValue(), format.split(" "));
        };
    }

    /** Fractions of a millisecond are cut off. */
    private static long whole(BigDecimal millis) {
        if (millis.abs().compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            throw new BadRecord(BadRecord.NO_EVENT_TIME);
        }
        return millis.setScale(0, RoundingMode.DOWN).longValueExact();
    }

    /** @param format its name, and the zone if there is one */
    private static long zoned(String text, String[] format) {
        ZoneId zone = format.length > 1 ? ZoneId.of(format[1]) : format[0].equals("date") ? ZoneOffset.UTC : null;
        try {
            TemporalAccessor read = format[0].equals("date")
                    ? DAY.parseBest(text, LocalDate::from)
                    : MOMENT.parseBest(
                            text.replace(',', '.').replace(' ', 'T'),
                            OffsetDateTime::from,
                            LocalDateTime::from,
                            LocalDate::from);
            if (read instanceof OffsetDateTime moment) {
                return moment.toInstant().toEpochMilli();
            }
            LocalDateTime local = read instanceof LocalDate day ? day.atStartOfDay() : (LocalDateTime) read;
            if (zone != null) {
                return local.atZone(zone).toInstant().toEpochMilli();
            }
        } catch (DateTimeException e) {
            throw new BadRecord(BadRecord.NO_EVENT_TIME);
        }
        throw new BadRecord(BadRecord.NO_EVENT_TIME);
    }

    private static long isoMillis(String text) {
        try {
            return OffsetDateTime.parse(text).toInstant().toEpochMilli();
        } catch (DateTimeException e) {
            throw new BadRecord(BadRecord.NO_EVENT_TIME);
        }
    }
}

package dev.tidemark.core.event;

import static dev.tidemark.core.event.InvalidEvent.Reason.NOT_JSON;
import static dev.tidemark.core.event.InvalidEvent.Reason.NO_EVENT_TIME;
import static dev.tidemark.core.event.InvalidEvent.Reason.TOO_LARGE;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import dev.tidemark.core.event.EventShape.TimeFormat;
import dev.tidemark.core.stream.KplRecords;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.function.Predicate;

/**
 * Reads events that are JSON objects (RFC 8259, strictly: UTF-8 without byte order mark, no comments, no NaN, at most
 * 64 levels, nothing after the object) in one pass over the bytes. Members that no view wants are skipped, but must be
 * valid JSON.
 *
 * <p>Numbers are exact. Of several members with one name the last one counts, whole: an event with {@code "item":
 * {"price": 1}} and then {@code "item": {}} has no {@code item.price}. A number out of bounds, or a string that is no
 * Unicode text, is a {@link Flaw} of its slot and no reason to refuse the record, unless it is the event time. A record
 * with several faults is reported for the first of: too large, not JSON, no event time.
 *
 * <p>Event times lie from 1970-01-01T00:00:00Z to 9999-12-31T23:59:59.999Z. ISO 8601 is read as {@link IsoTime} says;
 * the epoch formats take JSON numbers, and numbers in strings where the field is read as a number.
 *
 * <p>Not thread-safe.
 */
public final class JsonEventReader {

    /**
     * The parser is replaced after so many bytes. This bounds what its table of member names can hold when a producer
     * sends names that never repeat, such as ids.
     */
    private static final long BYTES_PER_PARSER = 16L << 20;

    private static final String JSON_REMEDY = "send one JSON object in UTF-8 per record";

    private final EventShape shape;
    private final PathNode root;
    private final PlainJson plain;
    private final Conversion[] conversions;
    private final DecimalText decimal = new DecimalText();
    private RecordParser parser = new RecordParser();
    private long parserBytes;

    /** @throws IllegalArgumentException if a field of the shape lies inside another */
    public JsonEventReader(EventShape shape) {
        this.shape = shape;
        this.root = PathNode.rootOf(shape.fields());
        this.plain = new PlainJson(root);
        this.conversions = Conversion.of(shape.fields());
    }

    /**
     * Fills the row's slots and its event time as written (unclamped). Slots whose field is missing or null become
     * absent; one whose value cannot be used becomes flawed, and each view decides what that means. Strings in the row
     * are well-formed Unicode.
     *
     * @throws InvalidEvent if the bytes are no JSON object, too large, or the event time is missing or unreadable; the
     *     row's content is then undefined. Where the event time is not required, a row without one has {@link
     *     IsoTime#NONE}
     */
    public void read(byte[] data, EventRow row) {
        if (data.length > shape.maxEventBytes()) {
            throw tooLarge(data.length, shape);
        }
        checkEncoding(data);
        row.clear();
        if (!plain.read(data, row)) {
            row.clear();
            parse(data, row);
        }
        for (Conversion conversion : conversions) {
            conversion.apply(row);
        }
        long millis = eventTimeMillis(row);
        if (millis == IsoTime.NONE && shape.eventTime().required()) {
            throw noEventTime(row);
        }
        row.setEventTimeMillis(millis);
    }

    /**
     * Checks whether a record may have a value, in much less time than reading it. For callers that want few of many
     * records.
     *
     * @param value a string, or a number as a plain decimal without trailing zeros behind its point
     * @return says no only of a record that has the value, whether as string or as number, in no field, and has no
     *     member of that name, or cannot be read
     */
    public static Predicate<byte[]> glance(String value) {
        return value.isEmpty() ? data -> true : new JsonGlance(value);
    }

    /** Any JSON. */
    void parse(byte[] data, EventRow row) {
        if (parserBytes > BYTES_PER_PARSER) {
            replaceParser();
        }
        parserBytes += data.length;
        boolean whole = false;
        try {
            parser.start(data);
            parser.nextToken();
            readMembers(root, row);
            checkEnd(data, parser.position());
            whole = true;
        } catch (JacksonException e) {
            throw notJson(e);
        } catch (IOException e) {
            throw new UncheckedIOException("reading bytes in memory cannot fail", e);
        } finally {
            if (!whole) {
                replaceParser();
            }
        }
    }

    private void replaceParser() {
        parser = new RecordParser();
        parserBytes = 0;
    }

    private void readMembers(PathNode node, EventRow row) throws IOException {
        int guess = 0;
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            JsonToken value = parser.nextToken();
            int index = node.indexOf(name, guess);
            if (index < 0) {
                parser.skipChildren();
            } else {
                guess = index + 1;
                readMember(node.child(index), value, row);
            }
        }
    }

    private void readMember(PathNode node, JsonToken value, EventRow row) throws IOException {
        if (node.isField()) {
            readField(node.slot(), value, row);
            return;
        }
        for (int slot : node.slots()) {
            row.setAbsent(slot);
        }
        if (value == JsonToken.START_OBJECT) {
            readMembers(node, row);
        } else if (value == JsonToken.START_ARRAY && !node.takesNoElement()) {
            readElements(node, row);
        } else {
            parser.skipChildren();
        }
    }

    private void readElements(PathNode node, EventRow row) throws IOException {
        for (int slot : node.listSlots()) {
            row.beginList(slot);
        }
        int index = 0;
        for (JsonToken value = parser.nextToken(); value != JsonToken.END_ARRAY; value = parser.nextToken()) {
            PathNode element = node.element(index++);
            if (element == PathNode.UNWANTED) {
                parser.skipChildren();
            } else {
                readMember(element, value, row);
            }
            for (int slot : node.listSlots()) {
                row.addElement(slot);
            }
        }
        for (int slot : node.listSlots()) {
            row.endList(slot);
        }
    }

    private void readField(int slot, JsonToken value, EventRow row) throws IOException {
        switch (value) {
            case VALUE_STRING -> readString(slot, row);
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> readNumber(slot, row);
            case VALUE_TRUE -> row.setBoolean(slot, true);
            case VALUE_FALSE -> row.setBoolean(slot, false);
            case START_OBJECT, START_ARRAY -> {
                row.setCompound(slot);
                parser.skipChildren();
            }
            default -> row.setAbsent(slot);
        }
    }

    private void readString(int slot, EventRow row) throws IOException {
        char[] text = parser.getTextCharacters();
        int offset = parser.getTextOffset();
        int length = parser.getTextLength();
        if (hasLoneSurrogate(text, offset, offset + length)) {
            row.setFlawed(slot, Flaw.LONE_SURROGATE);
            return;
        }
        row.setString(slot, new String(text, offset, length));
    }

    private void readNumber(int slot, EventRow row) throws IOException {
        decimal.readInto(row, slot, parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength());
    }

    private static boolean hasLoneSurrogate(char[] text, int from, int end) {
        for (int at = from; at < end; at++) {
            if (Character.isSurrogate(text[at])) {
                boolean pair = at + 1 < end && Character.isSurrogatePair(text[at], text[at + 1]);
                if (!pair) {
                    return true;
                }
                at++;
            }
        }
        return false;
    }

    private long eventTimeMillis(EventRow row) {
        return millis(row, shape.eventTime());
    }

    /** A moment that a row holds, milliseconds since the epoch; {@link IsoTime#NONE} if it has none there. */
    public static long millis(EventRow row, EventShape.EventTime time) {
        return switch (time.format()) {
            case ISO8601, ISO8601_ANY, DATE ->
                row.kind(time.slot()) == EventRow.Kind.STRING ? textMillis(row, time) : IsoTime.NONE;
            case EPOCH_SECONDS -> epochMillis(row, time.slot(), 3);
            case EPOCH_MILLIS -> epochMillis(row, time.slot(), 0);
            case EPOCH_MICROS -> epochMillis(row, time.slot(), -3);
            case EPOCH_NANOS -> epochMillis(row, time.slot(), -6);
        };
    }

    private static long textMillis(EventRow row, EventShape.EventTime time) {
        return time.format() == TimeFormat.ISO8601 && time.zone() == null
                ? row.isoMillis(time.slot())
                : TimeText.parseMillis(row.string(time.slot()), time.format(), time.zone());
    }

    /** @param shift how many decimal places to move the point to the right to get milliseconds; to the left below 0 */
    private static long epochMillis(EventRow row, int slot, int shift) {
        if (!row.isNumber(slot)) {
            return IsoTime.NONE;
        }
        if (row.kind(slot) == EventRow.Kind.NUMBER && row.scale(slot) == 0 && shift >= 0) {
            long factor = shift == 0 ? 1 : 1000;
            long whole = row.unscaled(slot);
            return whole >= 0 && whole <= IsoTime.MAX_MILLIS / factor ? whole * factor : IsoTime.NONE;
        }
        BigInteger millis = row.decimal(slot)
                .scaleByPowerOfTen(shift)
                .setScale(0, RoundingMode.FLOOR)
                .unscaledValue();
        boolean inRange = millis.signum() >= 0 && millis.compareTo(BigInteger.valueOf(IsoTime.MAX_MILLIS)) <= 0;
        return inRange ? millis.longValueExact() : IsoTime.NONE;
    }

    private static void checkEncoding(byte[] data) {
        int first = PlainJson.afterSpace(data, 0);
        if (first == data.length) {
            throw new InvalidEvent(NOT_JSON, "the record is empty", JSON_REMEDY);
        }
        if (data[first] != '{') {
            throw noObject(data, first);
        }
        int malformed = Utf8.firstMalformed(data);
        if (malformed >= 0) {
            throw new InvalidEvent(NOT_JSON, "the record is not UTF-8 at byte " + malformed, JSON_REMEDY);
        }
    }

    private static InvalidEvent noObject(byte[] data, int first) {
        if (KplRecords.isMarked(data)) {
            return new InvalidEvent(
                    NOT_JSON,
                    "the record begins like an aggregated one, but is damaged or holds no records",
                    "correct what packs the records; this one was taken as a whole, and holds whatever was packed");
        }
        boolean mark = (data[first] & 0xFF) == 0xEF;
        String what = mark ? "the record starts with a byte order mark" : "the record is no JSON object";
        return new InvalidEvent(NOT_JSON, what, JSON_REMEDY);
    }

    private static void checkEnd(byte[] data, int end) {
        int next = PlainJson.afterSpace(data, end);
        if (next < data.length) {
            throw new InvalidEvent(NOT_JSON, "something follows the JSON object, from byte " + next, JSON_REMEDY);
        }
    }

    /** The parser's own message is not passed on, because it quotes the payload. */
    private InvalidEvent notJson(JacksonException e) {
        if (e instanceof StreamConstraintsException) {
            return new InvalidEvent(
                    NOT_JSON,
                    "objects and arrays are nested more than " + RecordParser.MAX_DEPTH + " levels deep",
                    "send flatter events");
        }
        String problem = e instanceof JsonEOFException
                ? "the record ends inside its JSON object"
                : "the record is no valid JSON at about byte " + parser.position();
        return new InvalidEvent(NOT_JSON, problem, JSON_REMEDY);
    }

    static InvalidEvent tooLarge(int bytes, EventShape shape) {
        return new InvalidEvent(
                TOO_LARGE,
                "the record has " + bytes + " bytes; " + shape.maxEventBytes() + " are allowed",
                "send smaller events, or raise the source's max_event_bytes");
    }

    /** Why a row has no event time. */
    public InvalidEvent noEventTime(EventRow row) {
        FieldPath field = shape.fields().get(shape.eventTime().slot());
        String wanted = switch (shape.eventTime().format()) {
            case ISO8601 -> "an ISO 8601 string" + offset() + ", such as 2026-01-31T10:00:00.123Z";
            case ISO8601_ANY -> "an ISO 8601 string" + offset() + ", such as 20260131T100000.123Z";
            case DATE -> "a date, such as 2026-01-31";
            case EPOCH_MILLIS -> epoch("milliseconds");
            case EPOCH_SECONDS -> epoch("seconds");
            case EPOCH_MICROS -> epoch("microseconds");
            case EPOCH_NANOS -> epoch("nanoseconds");
        };
        return new InvalidEvent(
                NO_EVENT_TIME,
                row.isAbsent(shape.eventTime().slot())
                        ? "the event time '" + field + "' is missing"
                        : "the event time '" + field + "' cannot be read as a time from 1970 to 9999",
                "send " + wanted + ", or correct the event_time, or leave the event out by the view's where");
    }

    private String offset() {
        return shape.eventTime().zone() == null ? " with an offset" : "";
    }

    private String epoch(String units) {
        FieldPath field = shape.fields().get(shape.eventTime().slot());
        return "a number of " + units + " since 1970"
                + (field.as() == FieldPath.As.NUMBER
                        ? ""
                        : " (not a string, unless the field is number(" + field + "))");
    }
}

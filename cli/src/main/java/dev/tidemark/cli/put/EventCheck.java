package dev.tidemark.cli.put;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.cli.terminal.Plural;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.event.FieldPath;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.fold.RecordJudge;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.tile.EntityKeys;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Checks the records to put one by one, and refuses input that must be a mistake: not lines of JSON objects, records
 * without the partition key's field, or an input whose beginning would count in no view. A single bad record is put
 * like any other; the fold keeps it in quarantine. Not thread-safe.
 */
public final class EventCheck {

    /** If none of this many first records counts, the input is a mistake. */
    public static final int FIRST = 1_000;

    /** Kinesis's limit, unless a stream is configured for more. */
    private static final int MAX_RECORD_BYTES = 1 << 20;

    private static final int MAX_KEY_CHARACTERS = 256;

    private static final String FORCE = "--force puts all of it as it is";

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final String input;
    private final @Nullable FieldPath key;
    private final List<RecordJudge> judges;
    private final boolean isForced;
    private final LongSupplier clockMillis;
    private final Map<String, Long> reasons = new TreeMap<>();
    private byte[] first = {};
    private boolean isCutOff;
    private long records;
    private long countless;
    private @Nullable String example;
    private long refused;
    private @Nullable String refusal;

    /**
     * @param input its name, for messages
     * @param key the field of the partition key; null for none
     * @param catalog null if it is not known; then a record counts if it is a JSON object
     * @param isForced whether nothing is refused
     */
    public EventCheck(
            String input,
            @Nullable FieldPath key,
            @Nullable Catalog catalog,
            String stream,
            boolean isForced,
            LongSupplier clockMillis) {
        this.input = input;
        this.key = key;
        this.isForced = isForced;
        this.clockMillis = clockMillis;
        this.judges = catalog == null
                ? List.of()
                : catalog.sourceOfStream(stream).stream()
                        // What is looked up decides too, and is not at hand.
                        .filter(source -> source.lookUps().isEmpty())
                        .flatMap(source -> catalog.viewsOf(source).stream()
                                .map(view -> new RecordJudge(view, catalog.sourceOf(view))))
                        .toList();
    }

    /** How many records were checked. */
    long records() {
        return records;
    }

    /**
     * Checks the next record.
     *
     * @param line its line number
     * @return its partition key
     * @throws Failure if the input so far must be a mistake
     */
    public String look(byte[] data, long line) {
        records++;
        @Nullable JsonNode event = key == null && records > FIRST ? null : parse(data);
        if (isForced) {
            return partitionKey(data, event, line);
        }
        checkShape(data);
        if (data.length > MAX_RECORD_BYTES) {
            refuse("line " + line + " has " + data.length + " bytes, and a Kinesis record holds " + MAX_RECORD_BYTES
                    + " unless its stream was set up for more");
        }
        if (records <= FIRST) {
            judge(data, event, line);
            checkFirst();
        }
        return partitionKey(data, event, line);
    }

    /** @throws Failure if one of the checked records cannot be put as requested */
    public void checkRefused() {
        if (refusal != null && !isForced) {
            throw new Failure(input + ": " + refusal
                    + (refused == 1 ? "" : "; so it is with " + refused + " of its " + Plural.of(records, "record"))
                    + ". Mend the file" + (key == null ? "" : ", name another field with --key") + ", or: " + FORCE
                    + (key == null ? "" : ", records without the field by a key of their own"));
        }
    }

    private void refuse(String problem) {
        refused++;
        refusal = refusal == null ? problem : refusal;
    }

    private @Nullable JsonNode parse(byte[] data) {
        try {
            JsonNode node = JSON.readTree(data);
            return node.isObject() ? node : null;
        } catch (JsonEOFException e) {
            isCutOff = records == 1;
            return null;
        } catch (JacksonException e) {
            return null;
        } catch (IOException e) {
            throw new IllegalStateException("bytes in memory can be read", e);
        }
    }

    /** Two lines show whether an object spans several lines, or whether these are rows of a table. */
    private void checkShape(byte[] data) {
        if (records == 1) {
            first = data;
            if (begins(data, '[')) {
                throw wrongShape("begins with a JSON array: put its elements one per line, as by jq -c '.[]' FILE");
            }
        } else if (records == 2) {
            if (isCutOff && begins(first, '{') && (begins(data, '"') || begins(data, '}'))) {
                throw wrongShape(
                        "has an object that goes over several lines: put each on one line, as by jq -c . FILE");
            }
            if (isTable(data)) {
                throw wrongShape(
                        "is a table with a row per line, such as CSV: export its rows as JSON objects, one per "
                                + "line, as by mlr --icsv --ojsonl cat FILE");
            }
        }
    }

    private Failure wrongShape(String what) {
        return new Failure(input + " " + what + " | tidemark put …. Or: " + FORCE);
    }

    private static boolean begins(byte[] data, char wanted) {
        for (byte one : data) {
            if (one != ' ' && one != '\t') {
                return one == wanted;
            }
        }
        return false;
    }

    private boolean isTable(byte[] second) {
        if (begins(first, '{') || begins(second, '{')) {
            return false;
        }
        for (char separator : new char[] {',', ';', '\t', '|'}) {
            long fields = count(first, separator);
            if (fields > 0 && fields == count(second, separator)) {
                return true;
            }
        }
        return false;
    }

    /** Not within quotation marks. */
    private static long count(byte[] data, char wanted) {
        long count = 0;
        boolean isQuoted = false;
        for (byte one : data) {
            if (one == '"') {
                isQuoted = !isQuoted;
            } else if (one == wanted && !isQuoted) {
                count++;
            }
        }
        return count;
    }

    /** A record that some view takes or filters is good enough. */
    private void judge(byte[] data, @Nullable JsonNode event, long line) {
        if (judges.isEmpty()) {
            if (event == null) {
                countless(InvalidEvent.Reason.NOT_JSON.name(), "line " + line + " is no JSON object");
            }
            return;
        }
        RawRecord record = new RawRecord(new Position(Long.toString(records), 0), clockMillis.getAsLong(), "", data);
        @Nullable String reason = null;
        String what = "";
        boolean isFiltered = true;
        for (RecordJudge judge : judges) {
            try {
                switch (judge.judge(record)) {
                    case IN -> {
                        return;
                    }
                    case TOO_LATE -> {
                        isFiltered = false;
                        reason = "too late";
                        what = "its event time is before the view's retention, or it happened after the view's within";
                    }
                    case BEFORE_SEAM, AFTER_SEAM -> {
                        isFiltered = false;
                        reason = "before the seam";
                        what = "its event time is before the source's history.until, so only an import may bring it";
                    }
                    case OUT -> {}
                }
            } catch (InvalidEvent bad) {
                isFiltered = false;
                reason = bad.reason().name();
                what = bad.getMessage() + "; " + bad.remedy();
            }
        }
        if (!isFiltered && reason != null) {
            countless(reason, "line " + line + ": " + what);
        }
    }

    private void countless(String reason, String what) {
        countless++;
        reasons.merge(reason, 1L, Long::sum);
        example = example == null ? what : example;
    }

    private void checkFirst() {
        if (countless == FIRST) {
            throw new Failure(input + ": none of the first " + FIRST + " records would count in any view ("
                    + reasons.entrySet().stream()
                            .map(reason -> reason.getValue() + " " + reason.getKey())
                            .collect(Collectors.joining(", "))
                    + "), for example " + example + ". Is it the right file and --stream? Or: " + FORCE);
        }
    }

    private String partitionKey(byte[] data, @Nullable JsonNode event, long line) {
        if (key == null) {
            return RecordWriter.hashKey(data);
        }
        if (event == null) {
            refuse("line " + line + " is no JSON object, so it has no field '" + key + "' for the partition key");
            return RecordWriter.hashKey(data);
        }
        JsonNode node = key.in(event);
        if (node.isMissingNode() || node.isNull()) {
            refuse("line " + line + " has no field '" + key + "' for the partition key");
        } else if (!node.isValueNode() || !isPartitionKey(node.asText())) {
            refuse("field '" + key + "' in line " + line + " is no partition key, which is a text of 1 to "
                    + MAX_KEY_CHARACTERS + " Unicode characters, or a number");
        } else {
            return node.asText();
        }
        return RecordWriter.hashKey(data);
    }

    private static boolean isPartitionKey(String text) {
        return !text.isEmpty()
                && text.codePointCount(0, text.length()) <= MAX_KEY_CHARACTERS
                && EntityKeys.isWellFormed(text);
    }
}

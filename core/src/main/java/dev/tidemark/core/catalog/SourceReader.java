package dev.tidemark.core.catalog;

import dev.tidemark.core.event.EventShape;
import dev.tidemark.core.event.EventShape.AggregatedBy;
import dev.tidemark.core.event.EventShape.TimeFormat;
import dev.tidemark.core.event.FieldPath;
import dev.tidemark.core.event.IsoTime;
import dev.tidemark.core.event.Seam;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code sources:}. */
final class SourceReader {

    static final String DEFAULT_STREAM_RETENTION = "24h";
    static final long DEFAULT_STREAM_RETENTION_MILLIS = 86_400_000;

    /** Kinesis keeps records for at most 365 days and a record is at most 10 MiB. */
    static final long MAX_STREAM_RETENTION_MILLIS = 365 * 86_400_000L;

    static final int DEFAULT_MAX_EVENT_BYTES = 262_144;
    static final int LARGEST_MAX_EVENT_BYTES = 10 << 20;

    static final AggregatedBy DEFAULT_AGGREGATED_BY = AggregatedBy.KPL;

    /** What Kinesis allows. */
    static final String STREAM_PATTERN = "[a-zA-Z0-9_.-]{1,128}";

    private static final Pattern STREAM = Pattern.compile(STREAM_PATTERN);
    private static final Set<String> KEYS = Notes.and(
            "stream",
            "stream_retention",
            "event_time",
            "event_id",
            "max_event_bytes",
            "aggregated_by",
            "history",
            "format",
            "forward");
    private static final Set<String> TIME_KEYS = new LinkedHashSet<>(List.of("field", "format", "zone"));
    private static final Set<String> HISTORY_KEYS = new LinkedHashSet<>(List.of("until", "arrival_delay"));
    private static final String HISTORY_REMEDY =
            "say up to which event time the history comes from imports, such as history: {until: 2026-12-01T00:00:00Z}";
    private static final String ZONE_REMEDY = "name a zone of the time zone database, such as Europe/Berlin or UTC";
    private static final String TIME_REMEDY = "say which field holds the time of the event, such as event_time: ts";

    private final Map<String, YamlValue> streams = new LinkedHashMap<>();
    private final FormatReader formats;

    SourceReader(Formats formats) {
        this.formats = new FormatReader(formats);
    }

    /** Null if the source has a mistake that leaves nothing to work with. */
    @Nullable
    SourceDefinition read(YamlMapping.Entry entry) {
        Names.check(entry, "source");
        YamlMapping source = entry.value().mapping("describe the source: stream and event_time");
        if (source == null) {
            return null;
        }
        source.allowOnly(KEYS);
        String stream = stream(source);
        Long retention = retention(source);
        YamlValue idAt = source.optional("event_id");
        FieldPath eventId = idAt == null ? null : idAt.field();
        YamlValue maxAt = source.optional("max_event_bytes");
        Long maxBytes =
                maxAt == null ? (Long) (long) DEFAULT_MAX_EVENT_BYTES : maxAt.integer(1, LARGEST_MAX_EVENT_BYTES);
        YamlValue packerAt = source.optional("aggregated_by");
        AggregatedBy packer = packerAt == null
                ? DEFAULT_AGGREGATED_BY
                : oneOf(List.of(AggregatedBy.values()), packerAt, "packer of aggregated records", "packers");
        YamlValue historyAt = source.optional("history");
        Seam seam = historyAt == null ? null : seam(historyAt);
        FormatReader.Read format = formats.read(source.optional("format"));
        SourceFields fields = new SourceFields();
        YamlValue timeAt = source.required("event_time", TIME_REMEDY);
        EventTime time = timeAt == null ? null : eventTime(timeAt, fields);
        if (stream == null
                || retention == null
                || time == null
                || maxBytes == null
                || packer == null
                || format == null) {
            return null;
        }
        return new SourceDefinition(
                entry.name(),
                stream,
                retention,
                time,
                eventId,
                maxBytes.intValue(),
                packer,
                seam,
                format,
                fields,
                Notes.read(source),
                source.optional("forward"),
                new ArrayList<>());
    }

    /** Null, with the mistake reported, if it is none. */
    private static @Nullable Seam seam(YamlValue at) {
        YamlMapping history = at.mapping(HISTORY_REMEDY);
        if (history == null) {
            return null;
        }
        history.allowOnly(HISTORY_KEYS);
        YamlValue untilAt = history.required("until", HISTORY_REMEDY);
        Long until = untilAt == null ? null : moment(untilAt);
        YamlValue delayAt = history.optional("arrival_delay");
        Long delay = delayAt == null ? (Long) 0L : delayAt.duration();
        return until == null || delay == null ? null : new Seam(until, delay);
    }

    private static @Nullable Long moment(YamlValue at) {
        String text = at.text(HISTORY_REMEDY);
        long millis = text == null ? IsoTime.NONE : IsoTime.parseMillis(text);
        if (text != null && millis == IsoTime.NONE) {
            at.problem(
                    at.shown() + " is no moment from 1970 to 9999",
                    "write it in ISO 8601 with an offset, such as 2026-12-01T00:00:00Z");
        }
        return millis == IsoTime.NONE ? null : (Long) millis;
    }

    /**
     * The field that holds the time, and how that is written.
     *
     * @param zone of times without an offset; null if they are none
     */
    record EventTime(
            Field field, TimeFormat format, @Nullable ZoneId zone) {

        EventShape.EventTime shape(boolean required) {
            return new EventShape.EventTime(field.slot(), format, required, zone);
        }

        /** The same field among others. */
        EventTime in(SourceFields fields) {
            return new EventTime(new Field(field.path(), fields.slotOf(field.path())), format, zone);
        }

        /** The zone stands there only if there is one, as views from before there were zones keep their versions. */
        @Override
        public String toString() {
            return field + " " + nameOf(format) + (zone == null ? "" : " " + zone);
        }
    }

    private @Nullable String stream(YamlMapping source) {
        YamlValue at = source.required("stream", "name the Kinesis stream, such as stream: shop-events");
        String stream = at == null ? null : at.text("name the Kinesis stream");
        if (at == null || stream == null) {
            return null;
        }
        if (!STREAM.matcher(stream).matches()) {
            at.problem(
                    at.shown() + " is no name of a Kinesis stream",
                    "use 1 to 128 letters, digits, '_', '.' and '-'; the name, not the ARN");
            return null;
        }
        YamlValue first = streams.putIfAbsent(stream, at);
        if (first != null) {
            at.problem(
                    "stream " + at.shown() + " is already read by " + first.path() + " in line " + first.line(),
                    "give the views of both sources one source");
        }
        return stream;
    }

    private static @Nullable Long retention(YamlMapping source) {
        YamlValue at = source.optional("stream_retention");
        Long millis = at == null ? (Long) DEFAULT_STREAM_RETENTION_MILLIS : at.duration();
        if (at != null && millis != null && millis > MAX_STREAM_RETENTION_MILLIS) {
            at.problem(at.shown() + " is more than Kinesis keeps records", "write at most 365d");
            return null;
        }
        return millis;
    }

    /** Null, with the mistake reported, if it is none. */
    static @Nullable EventTime eventTime(YamlValue at, SourceFields fields) {
        if (!at.isMapping()) {
            FieldPath path = at.field();
            return path == null ? null : new EventTime(fields.use(path, at), TimeFormat.ISO8601, null);
        }
        YamlMapping mapping = at.mapping(TIME_REMEDY);
        if (mapping == null) {
            return null;
        }
        mapping.allowOnly(TIME_KEYS);
        YamlValue fieldAt = mapping.required("field", TIME_REMEDY);
        FieldPath path = fieldAt == null ? null : fieldAt.field();
        YamlValue formatAt = mapping.optional("format");
        TimeFormat format = formatAt == null
                ? TimeFormat.ISO8601
                : oneOf(List.of(TimeFormat.values()), formatAt, "time format", "formats");
        YamlValue zoneAt = mapping.optional("zone");
        ZoneId zone = zoneAt == null || format == null ? null : zone(zoneAt, format);
        return fieldAt == null || path == null || format == null || (zoneAt != null && zone == null)
                ? null
                : new EventTime(fields.use(path, fieldAt), format, zone);
    }

    private static @Nullable ZoneId zone(YamlValue at, TimeFormat format) {
        String text = at.text(ZONE_REMEDY);
        if (text == null) {
            return null;
        }
        if (!format.isText()) {
            at.problem("'zone' for " + nameOf(format) + ", which is a moment in every zone", "remove it");
            return null;
        }
        if (!ZoneId.getAvailableZoneIds().contains(text)) {
            at.problem("unknown time zone " + at.shown(), ZONE_REMEDY);
            return null;
        }
        return ZoneId.of(text);
    }

    /** @param plural what all of them are, such as "formats" */
    static <T extends Enum<T>> @Nullable T oneOf(List<T> values, YamlValue at, String what, String plural) {
        String text = at.text("write one of " + namesOf(values));
        if (text == null) {
            return null;
        }
        for (T value : values) {
            if (nameOf(value).equals(text)) {
                return value;
            }
        }
        at.problem("unknown " + what + " " + at.shown(), Suggestions.remedy(text, namesOf(values), plural));
        return null;
    }

    /** As the catalog writes it. */
    static String nameOf(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    static List<String> namesOf(List<? extends Enum<?>> values) {
        return values.stream().map(SourceReader::nameOf).toList();
    }
}

package dev.tidemark.core.event;

import java.time.ZoneId;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which fields of a source's events are read, and into which slots: the field at index {@code i} goes to slot {@code
 * i}. One shape serves all views of a source, so that a record is parsed once.
 *
 * @param fields distinct paths; none may lead through a place that another reads (a field is either a scalar or an object),
 *     but several may read one place in different ways
 * @param eventTime the slot and format of the event time
 * @param maxEventBytes a larger record is {@link InvalidEvent.Reason#TOO_LARGE}
 * @param aggregatedBy who packs records together
 */
public record EventShape(List<FieldPath> fields, EventTime eventTime, int maxEventBytes, AggregatedBy aggregatedBy) {

    /** Who packs several records of a source into one record of the stream. */
    public enum AggregatedBy {
        /**
         * The Kinesis Producer Library. It packs records of one shard, and sends records again that were delivered to
         * another one, so a record outside its shard is {@link InvalidEvent.Reason#OUTSIDE_SHARD}.
         */
        KPL,
        /** Any packer, also those that pack whatever comes into one record: every record counts where it arrives. */
        ANY
    }

    /** How an event time is written. */
    public enum TimeFormat {
        /** {@code 2026-01-31T10:00:00.123Z} or with an offset; fractions below a millisecond are cut off. */
        ISO8601,
        /** A number of milliseconds since the epoch; fractions are cut off. */
        EPOCH_MILLIS,
        /** A number of seconds since the epoch, with decimals down to the millisecond. */
        EPOCH_SECONDS,
        /** A number of microseconds since the epoch; what is below a millisecond is cut off. */
        EPOCH_MICROS,
        /** A number of nanoseconds since the epoch; what is below a millisecond is cut off. */
        EPOCH_NANOS,
        /** Whatever {@link TimeText} reads: further forms of ISO 8601. */
        ISO8601_ANY,
        /** {@code 2026-01-31} or {@code 20260131}: the first moment of that day. */
        DATE;

        /** Whether it is written as a text. */
        public boolean isText() {
            return this == ISO8601 || this == ISO8601_ANY || this == DATE;
        }
    }

    /**
     * @param slot the slot of the field that holds the event time
     * @param required whether a record without a readable one cannot be read; else that is bad only for who asks for it
     * @param zone whose time a text without an offset says; null if such a text is no event time (a date is then one of UTC)
     */
    public record EventTime(
            int slot,
            TimeFormat format,
            boolean required,
            @Nullable ZoneId zone) {

        public EventTime {
            if (zone != null && !format.isText()) {
                throw new IllegalArgumentException("zone " + zone + " of " + format + ", which is a moment anywhere");
            }
        }

        /** Of all records, without a zone. */
        public EventTime(int slot, TimeFormat format) {
            this(slot, format, true, null);
        }

        /** The same time in another slot. */
        public EventTime inSlot(int other) {
            return new EventTime(other, format, required, zone);
        }
    }

    /** For a source whose records only the Kinesis Producer Library may pack. */
    public EventShape(List<FieldPath> fields, EventTime eventTime, int maxEventBytes) {
        this(fields, eventTime, maxEventBytes, AggregatedBy.KPL);
    }

    /** The same fields, with another event time. */
    public EventShape at(EventTime otherTime) {
        return new EventShape(fields, otherTime, maxEventBytes, aggregatedBy);
    }

    public EventShape {
        fields = List.copyOf(fields);
        if (new LinkedHashSet<>(fields).size() != fields.size()) {
            throw new IllegalArgumentException("a field twice in " + fields);
        }
        if (eventTime.slot() < 0 || eventTime.slot() >= fields.size()) {
            throw new IllegalArgumentException("no event time slot " + eventTime.slot() + " in " + fields);
        }
    }
}

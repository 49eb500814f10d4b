package dev.tidemark.training;

import dev.tidemark.core.event.EventShape.TimeFormat;
import dev.tidemark.core.event.IsoTime;
import dev.tidemark.core.event.TimeText;
import dev.tidemark.tables.ParquetCells;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.regex.Pattern;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.PrimitiveType;

/** Reads the moments of a spine, to the millisecond; finer fractions are cut off, as in events. */
final class TimeColumn {

    private static final long MAX_MILLIS =
            Instant.parse("9999-12-31T23:59:59.999Z").toEpochMilli();
    private static final int MAX_DIGITS = 18;

    private static final String OUT_OF_RANGE =
            "lies before 1970 or after 9999, where no event can be: leave the row out, or see whether --time-format is right";

    private static final String TIME = "[Tt ]\\d{2}:\\d{2}(:\\d{2}([.,]\\d+)?)?";

    /** A moment whose year is not within 1970 to 9999 (or of 1969 and 9999 in UTC). */
    private static final Pattern OTHER_YEARS =
            Pattern.compile("([+-]\\d{4,}|0\\d{3}|1[0-8]\\d{2}|19[0-6]\\d|1970|9999|\\d{5,})-\\d{2}-\\d{2}" + TIME
                    + "([Zz]|[+-]\\d{2}(:?\\d{2})?)");

    private static final Pattern DAY = Pattern.compile("[+-]?\\d{4,}-\\d{2}-\\d{2}");
    private static final Pattern LOCAL = Pattern.compile("[+-]?\\d{4,}-\\d{2}-\\d{2}" + TIME);
    private static final Pattern NUMBER = Pattern.compile("-?\\d+(\\.\\d+)?");

    private final TimeFormat format;

    /** @param format of texts and plain numbers; a Parquet timestamp needs none */
    TimeColumn(TimeFormat format) {
        this.format = format;
    }

    /** @throws IllegalArgumentException saying what is wrong with the cell and what would be right */
    long millis(Object cell, PrimitiveType type) {
        if (ParquetCells.isMoment(type)) {
            Instant moment = ParquetCells.moment(cell, type);
            return inRange(moment.toEpochMilli(), moment);
        }
        return cell instanceof Binary text && type.getLogicalTypeAnnotation() != null
                ? millis(text.toStringUsingUTF8())
                : number(cell, type);
    }

    private long millis(String text) {
        if (format.isText()) {
            long millis = TimeText.parseMillis(text, format, null);
            if (millis == IsoTime.NONE) {
                throw new IllegalArgumentException("'" + text + "' " + problem(text));
            }
            return millis;
        }
        try {
            return scaled(new BigDecimal(text), text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + text + "' is no number, but --time-format says " + name(), e);
        }
    }

    /** Why a text is not a moment, as the rest of a sentence. */
    private static String problem(String text) {
        String other = ", or name another format with --time-format";
        if (OTHER_YEARS.matcher(text).matches()) {
            return OUT_OF_RANGE;
        }
        if (DAY.matcher(text).matches()) {
            return "is a day and no moment: write it with its time and offset, like 2026-01-31T10:00:00Z" + other;
        }
        if (LOCAL.matcher(text).matches()) {
            return "is no moment: write it with its offset, like 2026-01-31T10:00:00Z" + other;
        }
        if (NUMBER.matcher(text).matches()) {
            return "is a number: say with --time-format epoch_millis or epoch_seconds what it counts";
        }
        return "is no moment: write it like 2026-01-31T10:00:00Z" + other;
    }

    private long number(Object cell, PrimitiveType type) {
        if (type.getLogicalTypeAnnotation() != null || !(cell instanceof Number number) || format.isText()) {
            throw new IllegalArgumentException("a column of type " + type
                    + " holds no moments: write timestamps in UTC (in pandas: tz_localize('UTC')), texts with an offset,"
                    + " or numbers with --time-format epoch_millis or epoch_seconds");
        }
        if (!Double.isFinite(number.doubleValue())) {
            throw new IllegalArgumentException("'" + cell + "' is no moment");
        }
        return scaled(new BigDecimal(cell.toString()), cell);
    }

    private long scaled(BigDecimal number, Object cell) {
        int shift = switch (format) {
            case EPOCH_SECONDS -> 3;
            case EPOCH_MICROS -> -3;
            case EPOCH_NANOS -> -6;
            case EPOCH_MILLIS, ISO8601, ISO8601_ANY, DATE -> 0;
        };
        // Before it is written out: 1e999999999 has a billion digits.
        long digits = (long) number.precision() - number.scale() + shift;
        if (number.signum() < 0 || digits > MAX_DIGITS) {
            throw outOfRange(cell);
        }
        if (digits <= 0) {
            return 0;
        }
        return inRange(
                number.movePointRight(shift).setScale(0, RoundingMode.FLOOR).longValueExact(), cell);
    }

    private static long inRange(long millis, Object cell) {
        if (millis < 0 || millis > MAX_MILLIS) {
            throw outOfRange(cell);
        }
        return millis;
    }

    private static IllegalArgumentException outOfRange(Object cell) {
        return new IllegalArgumentException("'" + cell + "' " + OUT_OF_RANGE);
    }

    private String name() {
        return format.name().toLowerCase(java.util.Locale.ROOT);
    }
}

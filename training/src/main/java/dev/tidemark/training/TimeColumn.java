package dev.tidemark.training;

import dev.tidemark.core.event.EventShape.TimeFormat;
import dev.tidemark.core.event.IsoTime;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.PrimitiveType;

/** Reads the moments of a spine, down to the millisecond; what is finer is cut off, as it is in events. */
final class TimeColumn {

    private final TimeFormat format;

    /** @param format of texts and plain numbers; a Parquet timestamp needs none */
    TimeColumn(TimeFormat format) {
        this.format = format;
    }

    /** @throws IllegalArgumentException saying what is wrong with the cell and what would be right */
    long millis(Object cell, PrimitiveType type) {
        if (Cells.isMoment(type)) {
            return inRange(Cells.moment(cell, type).toEpochMilli(), cell);
        }
        return cell instanceof Binary text && type.getLogicalTypeAnnotation() != null
                ? millis(text.toStringUsingUTF8())
                : number(cell, type);
    }

    private long millis(String text) {
        if (format == TimeFormat.ISO8601) {
            long millis = IsoTime.parseMillis(text);
            if (millis == IsoTime.NONE) {
                throw new IllegalArgumentException("'" + text
                        + "' is no moment: write it with its offset, like 2026-01-31T10:00:00Z, or name another format "
                        + "with --time-format");
            }
            return millis;
        }
        try {
            return scaled(new BigDecimal(text), text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + text + "' is no number, but --time-format says " + name(), e);
        }
    }

    private long number(Object cell, PrimitiveType type) {
        if (type.getLogicalTypeAnnotation() != null || !(cell instanceof Number) || format == TimeFormat.ISO8601) {
            throw new IllegalArgumentException("a column of type " + type
                    + " holds no moments: write timestamps in UTC (in pandas: tz_localize('UTC')), texts with an offset,"
                    + " or numbers with --time-format epoch_millis or epoch_seconds");
        }
        return scaled(new BigDecimal(cell.toString()), cell);
    }

    private long scaled(BigDecimal number, Object cell) {
        BigDecimal millis = format == TimeFormat.EPOCH_SECONDS ? number.movePointRight(3) : number;
        BigDecimal whole = millis.setScale(0, RoundingMode.FLOOR);
        if (whole.precision() > 18) {
            throw new IllegalArgumentException("'" + cell + "' lies outside of all time: is --time-format right?");
        }
        return inRange(whole.longValueExact(), cell);
    }

    private static long inRange(long millis, Object cell) {
        if (millis < 0 || millis > Instant.parse("9999-12-31T23:59:59.999Z").toEpochMilli()) {
            throw new IllegalArgumentException(
                    "'" + cell + "' lies before 1970 or after 9999: is --time-format right?");
        }
        return millis;
    }

    private String name() {
        return format.name().toLowerCase(java.util.Locale.ROOT);
    }
}

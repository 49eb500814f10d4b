package dev.tidemark.core.event;

import dev.tidemark.core.event.EventShape.TimeFormat;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the texts of moments that {@link IsoTime} does not: without an offset, and in the further forms of ISO 8601.
 *
 * <ul>
 *   <li>{@link TimeFormat#ISO8601} with a zone: what {@link IsoTime} reads, and the same without an offset, in that zone.
 *   <li>{@link TimeFormat#ISO8601_ANY}: also {@code 20260131T100000Z}, a comma before the fraction, a blank before the
 *       offset, hours alone; with a zone also without an offset, and dates alone, which say the day's first moment.
 *   <li>{@link TimeFormat#DATE}: {@code 2026-01-31} or {@code 20260131}, the day's first moment in the zone or in UTC.
 * </ul>
 *
 * <p>A local time that a zone has twice is the earlier of the two; one that it skips is as long after the gap's start as
 * its clock says: both count by the offset from before the change. Week dates, day numbers, hour 24 and second 60 are refused.
 */
public final class TimeText {

    private static final Pattern DATE = Pattern.compile("([0-9]{4})(-?)([0-9]{2})\\2([0-9]{2})");
    private static final Pattern OFFSET = Pattern.compile(" ?(?:[Zz]|([+-])([0-9]{2})(?::?([0-9]{2}))?)");

    /** Hours, minutes, seconds and the fraction's digits. */
    private static final Pattern EXTENDED = Pattern.compile("([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\\.([0-9]+))?)?");

    private static final Pattern ANY =
            Pattern.compile("([0-9]{2})(?:(:?)([0-9]{2})(?:\\2([0-9]{2})(?:[.,]([0-9]+))?)?)?");

    private TimeText() {}

    /** Milliseconds since the epoch, at least 0, or {@link IsoTime#NONE}. */
    public static long parseMillis(String text, TimeFormat format, @Nullable ZoneId zone) {
        if (format == TimeFormat.ISO8601) {
            long millis = IsoTime.parseMillis(text);
            if (millis != IsoTime.NONE) {
                return millis;
            }
        }
        try {
            long millis = millis(text, format, zone);
            return millis >= 0 && millis <= IsoTime.MAX_MILLIS ? millis : IsoTime.NONE;
        } catch (DateTimeException noSuchDateOrTime) {
            return IsoTime.NONE;
        }
    }

    private static long millis(String text, TimeFormat format, @Nullable ZoneId zone) {
        Matcher dated = DATE.matcher(text);
        if (!dated.lookingAt()
                || (format == TimeFormat.ISO8601 && dated.group(2).isEmpty())) {
            return IsoTime.NONE;
        }
        LocalDate date = LocalDate.of(number(dated.group(1)), number(dated.group(3)), number(dated.group(4)));
        int end = dated.end();
        if (end == text.length()) {
            ZoneId ofDay = zone == null && format == TimeFormat.DATE ? ZoneOffset.UTC : zone;
            return ofDay == null || format == TimeFormat.ISO8601
                    ? IsoTime.NONE
                    : date.atStartOfDay(ofDay).toInstant().toEpochMilli();
        }
        if (format == TimeFormat.DATE || "Tt ".indexOf(text.charAt(end)) < 0) {
            return IsoTime.NONE;
        }
        return millis(date, text.substring(end + 1), format, zone);
    }

    private static long millis(LocalDate date, String text, TimeFormat format, @Nullable ZoneId zone) {
        boolean any = format == TimeFormat.ISO8601_ANY;
        Matcher timed = (any ? ANY : EXTENDED).matcher(text);
        if (!timed.lookingAt()) {
            return IsoTime.NONE;
        }
        int minutes = any ? 3 : 2;
        LocalTime time = LocalTime.of(
                number(timed.group(1)),
                number(timed.group(minutes)),
                number(timed.group(minutes + 1)),
                nanos(timed.group(minutes + 2)));
        ZoneId of = zone;
        if (timed.end() < text.length()) {
            Matcher offset = OFFSET.matcher(text).region(timed.end(), text.length());
            if (!offset.matches() || !any) {
                return IsoTime.NONE;
            }
            int sign = "-".equals(offset.group(1)) ? -1 : 1;
            of = ZoneOffset.ofHoursMinutes(sign * number(offset.group(2)), sign * number(offset.group(3)));
        }
        return of == null
                ? IsoTime.NONE
                : date.atTime(time).atZone(of).toInstant().toEpochMilli();
    }

    private static int number(@Nullable String digits) {
        return digits == null ? 0 : Integer.parseInt(digits);
    }

    /** Digits beyond nanoseconds are cut off. */
    private static int nanos(@Nullable String fraction) {
        return fraction == null ? 0 : Integer.parseInt((fraction + "00000000").substring(0, 9));
    }
}

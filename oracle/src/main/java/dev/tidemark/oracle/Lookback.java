package dev.tidemark.oracle;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/**
 * A window as its text says it: {@code 24h}, {@code 1h_before_24h}, {@code lifetime}, or {@code day}, {@code week_before_1}
 * of a zone's calendar.
 *
 * @param widthMillis of a calendar unit the longest
 * @param before periods of the calendar, or milliseconds
 * @param unit day, week or month; null for no calendar
 */
record Lookback(
        long widthMillis,
        long before,
        @Nullable String unit,
        @Nullable ZoneId zone) {

    private static final long DAY_MILLIS = 86_400_000L;

    static Lookback of(String text, @Nullable ZoneId zone) {
        String[] parts = text.split("_before_");
        long days = switch (parts[0]) {
            case "day" -> 1;
            case "week" -> 7;
            case "month" -> 31;
            default -> 0;
        };
        if (days == 0) {
            return new Lookback(
                    Definitions.windowMillis(parts[0]),
                    parts.length == 1 ? 0 : Definitions.windowMillis(parts[1]),
                    null,
                    null);
        }
        if (zone == null) {
            throw new IllegalArgumentException("'" + text + "' without a zone");
        }
        return new Lookback(days * DAY_MILLIS, parts.length == 1 ? 0 : Long.parseLong(parts[1]), parts[0], zone);
    }

    /** The number of the day, week or month that a moment's date in the zone is in. */
    long number(long millis) {
        if (unit == null || zone == null) {
            throw new IllegalStateException("no window of a calendar: " + this);
        }
        LocalDate date = Instant.ofEpochMilli(millis).atZone(zone).toLocalDate();
        return switch (unit) {
            case "day" -> date.toEpochDay();
            case "week" -> Math.floorDiv(date.toEpochDay() + 3, 7L); // 1970 began on a Thursday.
            default -> date.getYear() * 12L + date.getMonthValue();
        };
    }
}

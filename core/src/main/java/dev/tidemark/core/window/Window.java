package dev.tidemark.core.window;

import java.time.ZoneId;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How far a feature looks back from a moment {@code t}.
 *
 * <ul>
 *   <li>{@code 30s 5m 24h 7d}: so long, until {@code t}.
 *   <li>{@code 1h_before_24h}: an hour, until 24 hours before {@code t}.
 *   <li>{@code day week month}: since the day, the week (from Monday) or the month of {@code t} began.
 *   <li>{@code day_before_1}: the whole day before, and so on.
 *   <li>{@code lifetime}: always, until {@code t}.
 * </ul>
 *
 * @param text as written in the catalog; part of the feature's name
 * @param widthMillis positive, of a calendar period the longest; {@link #UNBOUNDED} for lifetime
 * @param beforeMillis how long before the moment it ends; 0 for a calendar period
 * @param period of a calendar; null for none
 */
public record Window(
        String text,
        long widthMillis,
        long beforeMillis,
        @Nullable CalendarPeriod period) {

    /** The width of a lifetime window. */
    public static final long UNBOUNDED = Long.MAX_VALUE;

    public static final Window LIFETIME = new Window("lifetime", UNBOUNDED, 0, null);

    /** Ten years; longer windows are lifetime in disguise, and widths stay far from overflow. */
    private static final long MAX_REACH_MILLIS = 3650L * 86_400_000L;

    private static final Pattern DURATION = Pattern.compile("([1-9][0-9]{0,8})([smhd])");
    private static final Pattern PERIOD = Pattern.compile("(day|week|month)(?:_before_([1-9][0-9]{0,3}))?");
    private static final String BEFORE = "_before_";

    public Window {
        if (widthMillis <= 0 || beforeMillis < 0) {
            throw new IllegalArgumentException(
                    "window '" + text + "' of " + widthMillis + " ms, " + beforeMillis + " ms before");
        }
        if (widthMillis != UNBOUNDED && reachMillis(widthMillis, beforeMillis, period) > MAX_REACH_MILLIS) {
            throw new IllegalArgumentException("window '" + text + "' looks back further than 3650d");
        }
    }

    /** @throws IllegalArgumentException naming the text, if it is no window, or one of a calendar */
    public static Window parse(String text) {
        int before = text.indexOf(BEFORE);
        if (text.equals(LIFETIME.text)) {
            return LIFETIME;
        }
        return before < 0
                ? new Window(text, parseDurationMillis(text), 0, null)
                : new Window(
                        text,
                        parseDurationMillis(text.substring(0, before)),
                        parseDurationMillis(text.substring(before + BEFORE.length())),
                        null);
    }

    /**
     * @param zone whose calendar is meant
     * @throws IllegalArgumentException naming the text, if it is no window
     */
    public static Window parse(String text, ZoneId zone) {
        Matcher matcher = PERIOD.matcher(text);
        if (!matcher.matches()) {
            return parse(text);
        }
        CalendarPeriod.Unit unit = CalendarPeriod.Unit.valueOf(matcher.group(1).toUpperCase(Locale.ROOT));
        int before = matcher.group(2) == null ? 0 : Integer.parseInt(matcher.group(2));
        return new Window(text, unit.mostMillis(), 0, new CalendarPeriod(unit, before, zone));
    }

    /** Whether the text is a window that needs a zone. */
    public static boolean isOfCalendar(String text) {
        return PERIOD.matcher(text).matches();
    }

    /** Reads {@code 30s 5m 24h 7d}. */
    public static long parseDurationMillis(String text) {
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text + "' is no duration such as 30s, 5m, 24h or 7d");
        }
        long millis =
                Long.parseLong(matcher.group(1)) * unitMillis(matcher.group(2).charAt(0));
        if (millis > MAX_REACH_MILLIS) {
            throw new IllegalArgumentException("'" + text + "' is longer than 3650d");
        }
        return millis;
    }

    /** The shortest such text, for example {@code 90s}, {@code 1h}; the width must be whole seconds. */
    public static String formatDuration(long millis) {
        if (millis <= 0 || millis % 1000 != 0) {
            throw new IllegalArgumentException("not a positive whole number of seconds: " + millis + " ms");
        }
        for (char unit : new char[] {'d', 'h', 'm'}) {
            if (millis % unitMillis(unit) == 0) {
                return millis / unitMillis(unit) + "" + unit;
            }
        }
        return millis / 1000 + "s";
    }

    public boolean isLifetime() {
        return widthMillis == UNBOUNDED;
    }

    /** Whether it is a day, week or month, whose ends a zone's clocks decide. */
    public boolean isOfCalendar() {
        return period != null;
    }

    /** Whether it reaches up to the moment, and does not end before it. */
    public boolean isCurrent() {
        return period == null ? beforeMillis == 0 : period.before() == 0;
    }

    /** Where it starts as asked, before tiles are considered; of a window that is bounded. */
    public long startMillis(long atMillis) {
        return period == null ? atMillis - beforeMillis - widthMillis : period.startMillis(atMillis);
    }

    /** Where it ends as asked, exclusive: with the moment itself if it is current. */
    public long endMillis(long atMillis) {
        if (isCurrent()) {
            return atMillis + 1;
        }
        return period == null ? atMillis - beforeMillis : period.endMillis(atMillis);
    }

    /** How long before a moment it starts at most; of a window that is bounded. */
    public long reachMillis() {
        return reachMillis(widthMillis, beforeMillis, period);
    }

    private static long reachMillis(long widthMillis, long beforeMillis, @Nullable CalendarPeriod period) {
        return period == null ? widthMillis + beforeMillis : period.reachMillis();
    }

    private static long unitMillis(char unit) {
        return switch (unit) {
            case 's' -> 1_000L;
            case 'm' -> 60_000L;
            case 'h' -> 3_600_000L;
            default -> 86_400_000L;
        };
    }
}

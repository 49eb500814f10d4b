package dev.tidemark.core.window;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How far a feature looks back: a number and a unit ({@code 30s 5m 24h 7d}) or {@code lifetime}.
 *
 * @param text as written in the catalog; part of the feature's name
 * @param widthMillis positive; {@link #UNBOUNDED} for lifetime
 */
public record Window(String text, long widthMillis) {

    /** The width of a lifetime window. */
    public static final long UNBOUNDED = Long.MAX_VALUE;

    public static final Window LIFETIME = new Window("lifetime", UNBOUNDED);

    /** Ten years; longer windows are lifetime in disguise, and widths stay far from overflow. */
    public static final long MAX_WIDTH_MILLIS = 3650L * 86_400_000L;

    private static final Pattern DURATION = Pattern.compile("([1-9][0-9]{0,8})([smhd])");

    public Window {
        if (widthMillis <= 0) {
            throw new IllegalArgumentException("window '" + text + "' has no width");
        }
    }

    /** @throws IllegalArgumentException naming the text, if it is no window */
    public static Window parse(String text) {
        return text.equals(LIFETIME.text) ? LIFETIME : new Window(text, parseDurationMillis(text));
    }

    /** Reads {@code 30s 5m 24h 7d}. */
    public static long parseDurationMillis(String text) {
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text + "' is no duration such as 30s, 5m, 24h or 7d");
        }
        long millis =
                Long.parseLong(matcher.group(1)) * unitMillis(matcher.group(2).charAt(0));
        if (millis > MAX_WIDTH_MILLIS) {
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

    private static long unitMillis(char unit) {
        return switch (unit) {
            case 's' -> 1_000L;
            case 'm' -> 60_000L;
            case 'h' -> 3_600_000L;
            default -> 86_400_000L;
        };
    }
}

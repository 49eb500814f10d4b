package dev.tidemark.oracle;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * The tile widths of a view and the intervals they give, written anew from the documented rules.
 *
 * <p>The finest width is the hop. An hour rung is added when the longest bounded window is at least two hours and would
 * read more than 1,000 tiles of the hop; a day rung when it is at least two days and would read more than 240 hour
 * tiles (or more than 1,000 of a finer finest rung). A window of width {@code w} at {@code t} covers
 * {@code [floor(t - w, step), floor(t, hop) + hop)}, where {@code step} is the widest rung of at most {@code w / 60}. In
 * a view of lifetime windows only there is no hop, and they end with {@code t} itself.
 *
 * @param hopMillis the finest width
 * @param widthsMillis all bounded widths, finest first; empty if every window is lifetime
 */
record Rungs(long hopMillis, List<Long> widthsMillis) {

    static final long LIFETIME = Long.MAX_VALUE;

    static final long QUARTER_MILLIS = 900_000L;

    private static final long HOUR_MILLIS = 3_600_000L;
    private static final long DAY_MILLIS = 86_400_000L;
    private static final int[] DEFAULT_HOPS_SECONDS = {3600, 1800, 1200, 900, 600, 300, 120, 60, 30, 20, 15, 10, 5, 2, 1
    };

    /** Event times in {@code [startMillis, endMillis)}. */
    record Span(long startMillis, long endMillis) {

        boolean contains(long millis) {
            return startMillis <= millis && millis < endMillis;
        }

        long middleMillis() {
            return startMillis + (endMillis - startMillis) / 2;
        }
    }

    static Rungs of(long hopMillis, Collection<Long> windowsMillis) {
        long longest = windowsMillis.stream()
                .filter(window -> window != LIFETIME)
                .mapToLong(Long::longValue)
                .max()
                .orElse(0);
        List<Long> widths = new ArrayList<>();
        if (longest > 0) {
            widths.add(hopMillis);
            if (hopMillis < HOUR_MILLIS && longest >= 2 * HOUR_MILLIS && longest / hopMillis > 1_000) {
                widths.add(HOUR_MILLIS);
            }
            long finest = widths.get(widths.size() - 1);
            long mostTiles = finest >= HOUR_MILLIS ? 240 : 1_000;
            if (longest >= 2 * DAY_MILLIS && longest / finest > mostTiles) {
                widths.add(DAY_MILLIS);
            }
        }
        return new Rungs(hopMillis, List.copyOf(widths));
    }

    /** The widest hop that gives even the shortest window sixty tiles. */
    static long defaultHopMillis(Collection<Long> windowsMillis) {
        long shortest = windowsMillis.stream().mapToLong(Long::longValue).min().orElse(LIFETIME);
        for (int seconds : DEFAULT_HOPS_SECONDS) {
            if (seconds * 1_000L <= shortest / 60) {
                return seconds * 1_000L;
            }
        }
        return 1_000L;
    }

    /** What a window covers; a lifetime window has no tail. */
    Span covered(long windowMillis, long atMillis) {
        long end = widthsMillis.isEmpty() ? atMillis + 1 : floor(atMillis, hopMillis) + hopMillis;
        if (windowMillis == LIFETIME) {
            return new Span(Long.MIN_VALUE, end);
        }
        return new Span(floor(atMillis - windowMillis, step(windowMillis)), end);
    }

    private long step(long windowMillis) {
        long step = hopMillis;
        for (long width : widthsMillis) {
            if (width <= windowMillis / 60) {
                step = width;
            }
        }
        return step;
    }

    /** What any window covers. */
    Span covered(Lookback window, long atMillis) {
        if (window.unit() != null) {
            return period(window, atMillis);
        }
        if (window.before() == 0) {
            return covered(window.widthMillis(), atMillis);
        }
        long step = step(window.widthMillis());
        long end = atMillis - window.before();
        return new Span(floor(end - window.widthMillis(), step), floor(end, step));
    }

    /** Looks at every quarter of an hour for a change of the date: zones are from UTC by multiples of it. */
    private Span period(Lookback window, long atMillis) {
        long wanted = window.number(atMillis) - window.before();
        long start = floor(atMillis, QUARTER_MILLIS);
        while (window.number(start - 1) >= wanted) {
            start -= QUARTER_MILLIS;
        }
        if (window.before() == 0) {
            return new Span(start, floor(atMillis, hopMillis) + hopMillis);
        }
        long end = floor(atMillis, QUARTER_MILLIS);
        while (window.number(end - 1) > wanted) {
            end -= QUARTER_MILLIS;
        }
        return new Span(start, end);
    }

    /** Whether one moment lies in an earlier hop than another; never where every window is lifetime. */
    boolean isEarlierHop(long millis, long thanMillis) {
        return !widthsMillis.isEmpty() && floor(millis, hopMillis) < floor(thanMillis, hopMillis);
    }

    /** The fewest tiles that make up a bounded interval, oldest first; none reaches outside it. */
    List<Span> tiles(Span interval) {
        List<Span> tiles = new ArrayList<>();
        long at = interval.startMillis();
        while (at < interval.endMillis()) {
            long widest = hopMillis;
            for (long width : widthsMillis) {
                if (floor(at, width) == at && at + width <= interval.endMillis()) {
                    widest = width;
                }
            }
            tiles.add(new Span(at, at + widest));
            at += widest;
        }
        return tiles;
    }

    private static long floor(long millis, long widthMillis) {
        return Math.floorDiv(millis, widthMillis) * widthMillis;
    }
}

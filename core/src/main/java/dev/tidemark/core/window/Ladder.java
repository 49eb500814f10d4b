package dev.tidemark.core.window;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/**
 * The tile widths of a view, finest (the hop) first, each dividing the next; the lifetime width, if any, last. An event
 * changes one tile per width, regardless of the windows' lengths.
 *
 * <p>A window of width {@code w} at moment {@code t} covers {@code [floor(t - w, step), hopEnd(t))}: its tail starts on
 * a multiple of {@code step}, the widest width of at most {@code w / 60}, so it covers at most a sixtieth more than
 * asked; its head takes the whole hop tile that contains {@code t}. A coarse tile is used only if it is completely
 * inside. A window that ends {@code b} before {@code t} covers {@code [floor(t - b - w, step), floor(t - b, step))}: with
 * the same step at both ends, {@code 1h_before_1h} ends where {@code 1h} starts. A calendar period begins and ends on hops.
 *
 * <p>Example: windows 30m and 24h give the ladder 30s, 1h. At 10:35:03 the 24h window, whose step is 30s, covers {@code
 * [10:35:00 yesterday, 10:35:30)} with 144 tiles:
 *
 * <pre>{@code
 * 1h              |=========== 23 ===========|
 * 30s  |=== 50 ===|                          |=== 71 ===|
 *   10:35:00    11:00                      10:00    10:35:30
 * }</pre>
 */
public record Ladder(List<TileWidth> widths) {

    private static final long HOUR_MILLIS = 3_600_000L;
    private static final long DAY_MILLIS = 24 * HOUR_MILLIS;
    private static final long[] HOPS_SECONDS = {3600, 1800, 1200, 900, 600, 300, 120, 60, 30, 20, 15, 10, 5, 2, 1};

    /** The part of a window by which its tail may be over-covered: one sixtieth. */
    public static final int STEPS_PER_WINDOW = 60;

    /**
     * Hops of a view with calendar periods divide it, as the offsets of all zones from UTC have since 1980. It does not hang
     * on the zone, so a new edition of the zones' rules changes no hop and with it no version of a view.
     */
    public static final long CALENDAR_HOP_MILLIS = 15 * 60_000L;

    /** As many as states from before heads have. */
    private static final int FLAT_HOP_TILES = 60;

    /** Such a block is written with every batch; mostly it is one write unit. */
    private static final int HOP_TILES_OF_ONE_WIDTH = 48;

    /** Such a block is written once for many events, so it may be larger than one write unit. */
    private static final int HOP_TILES_BELOW_HEAD = 240;

    /** A window that would read more tiles than this of one width gets a coarser width. */
    private static final long MAX_TILES_OF_ONE_WIDTH = 1_000;

    public Ladder {
        widths = List.copyOf(widths);
        if (widths.isEmpty()) {
            throw new IllegalArgumentException("a ladder without rungs");
        }
        for (int i = 1; i < widths.size(); i++) {
            TileWidth finer = widths.get(i - 1);
            TileWidth coarser = widths.get(i);
            if (finer.isLifetime() || (!coarser.isLifetime() && coarser.widthMillis() % finer.widthMillis() != 0)) {
                throw new IllegalArgumentException(finer.code() + " does not divide " + coarser.code());
            }
        }
    }

    /**
     * The widest hop that serves these windows: a divisor of an hour and of every window, and at most a sixtieth of the
     * shortest; one second where there is none.
     */
    public static long defaultHopMillis(Collection<Window> windows) {
        for (long seconds : HOPS_SECONDS) {
            long hopMillis = seconds * 1000;
            if (windows.stream().allMatch(window -> serves(hopMillis, window))) {
                return hopMillis;
            }
        }
        return 1000;
    }

    private static boolean serves(long hopMillis, Window window) {
        return window.isLifetime()
                || (window.widthMillis() / hopMillis >= STEPS_PER_WINDOW
                        && window.widthMillis() % hopMillis == 0
                        && window.beforeMillis() % hopMillis == 0
                        && (!window.isOfCalendar() || CALENDAR_HOP_MILLIS % hopMillis == 0));
    }

    /** Whether a hop is one of the widths that tile an hour evenly. */
    public static boolean isHop(long millis) {
        return millis >= 1000 && millis % 1000 == 0 && HOUR_MILLIS % millis == 0;
    }

    /**
     * The ladder that these windows need, with items for a state in which every event goes into the item of every width.
     *
     * @param windows at least one; each bounded one a multiple of the hop and at least sixty hops
     * @param hopMillis see {@link #isHop}
     * @param maxTileBytes the largest encoded tile
     * @param maxItemBytes the largest encoded item; a block gets as many tiles as fit, up to a sensible number
     */
    public static Ladder of(Collection<Window> windows, long hopMillis, int maxTileBytes, int maxItemBytes) {
        return of(windows, hopMillis, FLAT_HOP_TILES, maxTileBytes, maxItemBytes);
    }

    /** The same widths as {@link #of}, which must be one, in smaller blocks. */
    public static Ladder ofOneWidth(Collection<Window> windows, long hopMillis, int maxTileBytes, int maxItemBytes) {
        return of(windows, hopMillis, HOP_TILES_OF_ONE_WIDTH, maxTileBytes, maxItemBytes);
    }

    /**
     * The same widths as {@link #of}, with items for a state in which new events go into a head: larger blocks of hops,
     * and coarse items whose keys lie beside the head's.
     */
    public static Ladder belowHead(Collection<Window> windows, long hopMillis, int maxTileBytes, int maxItemBytes) {
        List<TileWidth> widths = of(windows, hopMillis, HOP_TILES_BELOW_HEAD, maxTileBytes, maxItemBytes)
                .widths();
        return new Ladder(
                Stream.concat(Stream.of(widths.get(0)), widths.stream().skip(1).map(TileWidth::besideHead))
                        .toList());
    }

    private static Ladder of(
            Collection<Window> windows, long hopMillis, int hopTiles, int maxTileBytes, int maxItemBytes) {
        List<Long> rungs = rungsFor(windows, hopMillis);
        List<TileWidth> widths = new ArrayList<>();
        for (int i = 0; i < rungs.size(); i++) {
            long width = rungs.get(i);
            long keep = keepMillis(windows, rungs, i);
            int tiles = tilesPerBlock(width, hopTiles, maxTileBytes, maxItemBytes);
            widths.add(new TileWidth(Window.formatDuration(width), width, tiles, keep));
        }
        if (windows.stream().anyMatch(Window::isLifetime)) {
            widths.add(TileWidth.lifetime());
        }
        return new Ladder(widths);
    }

    /** The finest width. */
    public TileWidth hop() {
        return widths.get(0);
    }

    /** The width on whose multiples a window starts, and ends if it is not current. */
    public TileWidth step(Window window) {
        TileWidth step = hop();
        for (TileWidth width : widths) {
            if (!width.isLifetime() && isStep(width.widthMillis(), window)) {
                step = width;
            }
        }
        return step;
    }

    /** The start of a day is on no multiple of an hour or a day in general, so the hop is the step. */
    private static boolean isStep(long widthMillis, Window window) {
        return !window.isOfCalendar() && widthMillis <= window.widthMillis() / STEPS_PER_WINDOW;
    }

    /** The tiles that answer a window at a moment: the fewest, none reaching outside the covered interval. */
    public Cover cover(Window window, long atMillis) {
        if (window.isLifetime()) {
            TileRange all = new TileRange(widths.get(widths.size() - 1), 0, 1);
            return new Cover(new Interval(Long.MIN_VALUE, headEndMillis(atMillis)), List.of(all));
        }
        TileWidth step = step(window);
        long start = step.tileStartMillis(step.tileOf(window.startMillis(atMillis)));
        long end = window.isCurrent()
                ? headEndMillis(atMillis)
                : step.tileStartMillis(step.tileOf(window.endMillis(atMillis)));
        List<TileRange> ranges = new ArrayList<>();
        int coarsest = widths.size() - 1;
        addRanges(start, end, widths.get(coarsest).isLifetime() ? coarsest - 1 : coarsest, ranges);
        return new Cover(new Interval(start, end), ranges);
    }

    /** The end of the newest tile that answers a window at a moment: the hop tile that contains it. */
    public long headEndMillis(long atMillis) {
        return hop().isLifetime() ? atMillis + 1 : hop().tileEndMillis(hop().tileOf(atMillis));
    }

    /** The first moment whose windows reach an event: the start of the hop tile that contains it. */
    public long headStartMillis(long eventTimeMillis) {
        return hop().isLifetime() ? eventTimeMillis : hop().tileStartMillis(hop().tileOf(eventTimeMillis));
    }

    private void addRanges(long start, long end, int rung, List<TileRange> ranges) {
        if (start >= end) {
            return;
        }
        TileWidth width = widths.get(rung);
        long first = Math.floorDiv(start + width.widthMillis() - 1, width.widthMillis());
        long after = Math.floorDiv(end, width.widthMillis());
        if (first >= after) {
            addRanges(start, end, rung - 1, ranges);
            return;
        }
        addRanges(start, first * width.widthMillis(), rung - 1, ranges);
        ranges.add(new TileRange(width, first, after));
        addRanges(after * width.widthMillis(), end, rung - 1, ranges);
    }

    private static List<Long> rungsFor(Collection<Window> windows, long hopMillis) {
        long longest = windows.stream()
                .filter(window -> !window.isLifetime())
                .mapToLong(Window::widthMillis)
                .max()
                .orElse(0);
        List<Long> rungs = new ArrayList<>();
        if (longest > 0) {
            rungs.add(hopMillis);
        }
        for (long coarser : new long[] {HOUR_MILLIS, DAY_MILLIS}) {
            long finest = rungs.isEmpty() ? coarser : rungs.get(rungs.size() - 1);
            if (finest < coarser && longest >= 2 * coarser && longest / finest > maxTiles(finest)) {
                rungs.add(coarser);
            }
        }
        return rungs;
    }

    /** Hour tiles are grouped into days sooner: ten days of hours are enough to read one by one. */
    private static long maxTiles(long rungMillis) {
        return rungMillis >= HOUR_MILLIS ? 240 : MAX_TILES_OF_ONE_WIDTH;
    }

    /** The coarsest width serves whole windows, any other one only up to the next coarser boundary at either end. */
    private static long keepMillis(Collection<Window> windows, List<Long> rungs, int rung) {
        long width = rungs.get(rung);
        long keep = rung + 1 < rungs.size() ? rungs.get(rung + 1) : width;
        for (Window window : windows) {
            if (!window.isLifetime() && reaches(window, rungs, rung)) {
                keep = Math.max(keep, window.reachMillis() + width);
            }
        }
        return keep;
    }

    /** Whether the tail of the window may need tiles of this width: its step is this width or a finer one. */
    private static boolean reaches(Window window, List<Long> rungs, int rung) {
        long step = rungs.get(0);
        for (long candidate : rungs) {
            if (isStep(candidate, window)) {
                step = candidate;
            }
        }
        return step <= rungs.get(rung);
    }

    private static int tilesPerBlock(long widthMillis, int hopTiles, int maxTileBytes, int maxItemBytes) {
        int wanted = widthMillis >= DAY_MILLIS ? 30 : widthMillis >= HOUR_MILLIS ? 24 : hopTiles;
        if ((long) wanted * maxTileBytes <= maxItemBytes) {
            return wanted;
        }
        int[] fewer = {120, 60, 30, 24, 20, 15, 12, 10, 6, 5, 4, 3, 2};
        for (int tiles : fewer) {
            if (tiles <= wanted && (long) tiles * maxTileBytes <= maxItemBytes) {
                return tiles;
            }
        }
        return 1;
    }
}

package dev.tidemark.core.window;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class LadderTest {

    private static final String[] WIDTHS = {
        "60s",
        "5m",
        "7m",
        "30m",
        "1h",
        "90m",
        "2h",
        "24h",
        "36h",
        "7d",
        "30d",
        "400d",
        "1h_before_1h",
        "5m_before_30d",
        "30d_before_90m",
        "day",
        "day_before_1",
        "week",
        "week_before_5",
        "month",
        "month_before_2"
    };

    /** Summer time, none, half an hour of it, at midnight, and by 45 minutes. */
    private static final List<String> ZONES = List.of(
            "Europe/Berlin", "UTC", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Kathmandu", "America/St_Johns");

    static LongStream seeds() {
        return LongStream.rangeClosed(1, 40);
    }

    /** The example of {@link Ladder}, and of docs/how-it-works.md with its picture. */
    @Test
    void theExample() {
        Ladder ladder = ladder(List.of(Window.parse("30m"), Window.parse("24h")));

        Cover cover = ladder.cover(
                Window.parse("24h"), Instant.parse("2026-01-31T10:35:03Z").toEpochMilli());

        assertThat(ladder.widths()).extracting(TileWidth::code).containsExactly("30s", "1h");
        assertThat(cover.interval())
                .isEqualTo(new Interval(
                        Instant.parse("2026-01-30T10:35:00Z").toEpochMilli(),
                        Instant.parse("2026-01-31T10:35:30Z").toEpochMilli()));
        assertThat(cover.ranges())
                .extracting(range -> range.width().code() + ": " + (range.endTile() - range.firstTile()))
                .containsExactlyInAnyOrder("30s: 50", "1h: 23", "30s: 71");
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void aMomentReachesAnEventFromTheStartOfItsHop(long seed) {
        Random random = new Random(seed);
        List<Ladder> ladders = List.of(ladder(windows(random)), ladder(List.of(Window.LIFETIME)));
        for (Ladder ladder : ladders) {
            for (int i = 0; i < 200; i++) {
                long event = 1_700_000_000_000L + random.nextInt(1_000_000);
                long start = ladder.headStartMillis(event);
                for (long at : new long[] {start - 1, start, event, event + random.nextInt(200_000) - 100_000}) {
                    assertThat(start <= at).as("%d at %d", event, at).isEqualTo(event < ladder.headEndMillis(at));
                }
            }
        }
    }

    /** Every hop of time is in a tile of the cover exactly once if the window's definition has it, else not at all. */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void coversWhatTheDefinitionSays(long seed) {
        Random random = new Random(seed);
        List<Window> windows = windows(random);
        Ladder ladder = ladder(windows);
        long hop = ladder.hop().widthMillis();
        for (Window window : windows) {
            long at = 1_700_000_000_000L + random.nextInt(1_000_000_000);
            Cover cover = ladder.cover(window, at);
            long step = ladder.step(window).widthMillis();
            long start = Math.floorDiv(window.startMillis(at), step) * step;
            long end = window.isCurrent()
                    ? Math.floorDiv(at, hop) * hop + hop
                    : Math.floorDiv(window.endMillis(at), step) * step;
            assertThat(cover.interval()).isEqualTo(new Interval(start, end));
            for (int i = 0; i < 2_000; i++) {
                long eventTime = someTime(random, start, end);
                assertThat(tilesWith(cover, eventTime))
                        .as("tiles of %s at %s with %s", window.text(), at, eventTime)
                        .isEqualTo(eventTime >= start && eventTime < end ? 1 : 0);
            }
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void coversHopByHopForOneWindow(long seed) {
        Random random = new Random(seed);
        List<Window> windows = List.of(Window.parse("5m"), Window.parse("24h"), Window.parse("30d"));
        Ladder ladder = ladder(windows);
        long hop = ladder.hop().widthMillis();
        long at = 1_700_000_000_000L + random.nextInt(1_000_000_000);
        Cover cover = ladder.cover(Window.parse("24h"), at);
        long hops = 0;
        for (TileRange range : cover.ranges()) {
            hops += (range.endTile() - range.firstTile()) * (range.width().widthMillis() / hop);
        }
        assertThat(hops)
                .isEqualTo((cover.interval().endMillis() - cover.interval().startMillis()) / hop);
        for (long time = cover.interval().startMillis(); time < cover.interval().endMillis(); time += hop) {
            assertThat(tilesWith(cover, time)).isEqualTo(1);
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void overCoversByAtMostAStepAndAHop(long seed) {
        Random random = new Random(seed);
        List<Window> windows = windows(random);
        Ladder ladder = ladder(windows);
        for (Window window : windows) {
            long at = 1_700_000_000_000L + random.nextInt(1_000_000_000);
            Interval interval = ladder.cover(window, at).interval();
            long before = window.startMillis(at) - interval.startMillis();
            long most = window.isOfCalendar() ? 0 : window.widthMillis() / Ladder.STEPS_PER_WINDOW - 1;
            assertThat(before).isBetween(0L, most);
            if (window.isCurrent()) {
                assertThat(interval.endMillis() - at).isBetween(1L, ladder.hop().widthMillis());
            } else {
                assertThat(window.endMillis(at) - interval.endMillis()).isBetween(0L, most);
            }
        }
    }

    /** Together, the last hour and the hour before it are two hours, and count nothing twice. */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void aWindowBeforeEndsWhereTheWindowOfTheSameWidthStarts(long seed) {
        Random random = new Random(seed);
        for (String width : List.of("5m", "1h", "24h", "30d")) {
            Window now = Window.parse(width);
            Window before = Window.parse(width + "_before_" + width);
            Ladder ladder = ladder(List.of(now, before, Window.parse("400d")));
            long at = 1_700_000_000_000L + random.nextInt(1_000_000_000);
            assertThat(ladder.cover(before, at).interval().endMillis())
                    .isEqualTo(ladder.cover(now, at).interval().startMillis());
        }
    }

    @Test
    void hopsOfACalendarDivideAQuarterOfAnHour() {
        assertThat(Ladder.defaultHopMillis(List.of(Window.parse("month", ZoneOffset.UTC))))
                .isEqualTo(900_000);
        assertThat(Ladder.defaultHopMillis(List.of(Window.parse("24h_before_10m"))))
                .isEqualTo(600_000);
    }

    /** Not as many tiles as from the end of the window to now: nobody reads those. */
    @Test
    void aWindowBeforeNeedsNoFurtherWidth() {
        assertThat(widths("1h_before_30d")).containsExactly("1m");
        assertThat(ladder(parse(new String[] {"1h_before_30d"})).hop().keepMillis())
                .isEqualTo((30 * 24 + 1) * 3_600_000L + 60_000);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void rangesAreInOrderAndCoarseWherePossible(long seed) {
        Random random = new Random(seed);
        List<Window> windows = windows(random);
        Ladder ladder = ladder(windows);
        for (Window window : windows) {
            Cover cover = ladder.cover(window, 1_700_000_000_000L + random.nextInt(1_000_000_000));
            long next = cover.interval().startMillis();
            for (TileRange range : cover.ranges()) {
                assertThat(range.width().tileStartMillis(range.firstTile())).isEqualTo(next);
                next = range.width().tileEndMillis(range.endTile() - 1);
                assertThat(couldBeCoarser(ladder, range))
                        .as("%s of %s", range, window.text())
                        .isFalse();
            }
            assertThat(next).isEqualTo(cover.interval().endMillis());
        }
    }

    /** No tile is needed longer than its width is kept. */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void tilesAreKeptAsLongAsTheyAreNeeded(long seed) {
        Random random = new Random(seed);
        List<Window> windows = windows(random);
        Ladder ladder = ladder(windows);
        for (Window window : windows) {
            for (int i = 0; i < 200; i++) {
                long at = 1_700_000_000_000L + random.nextInt(1_000_000_000);
                for (TileRange range : ladder.cover(window, at).ranges()) {
                    long age = at - range.width().tileEndMillis(range.firstTile());
                    assertThat(age)
                            .as("%s of %s at %s", range, window.text(), at)
                            .isLessThanOrEqualTo(range.width().keepMillis());
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "5m;30m;24h, 5000",
        "60s, 1000",
        "24h, 1200000",
        "20m;1201s, 1000",
        "lifetime, 3600000",
        "1h;lifetime, 60000"
    })
    void theDefaultHopServesAllWindows(String windows, long hopMillis) {
        assertThat(Ladder.defaultHopMillis(parse(windows.split(";")))).isEqualTo(hopMillis);
    }

    @Test
    void theUsualViewHasThreeWritesAtMost() {
        assertThat(widths("5m", "30m", "1h")).containsExactly("5s");
        assertThat(widths("5m", "30m", "24h")).containsExactly("5s", "1h");
        assertThat(widths("30m", "30d")).containsExactly("30s", "1h", "1d");
        assertThat(widths("lifetime")).containsExactly("life");
        assertThat(widths("30m", "lifetime")).containsExactly("30s", "life");
    }

    @Test
    void theLifetimeTileIsOne() {
        Ladder ladder = ladder(parse(new String[] {"30m", "lifetime"}));
        Cover cover = ladder.cover(Window.LIFETIME, 1_700_000_000_123L);
        assertThat(cover.ranges()).containsExactly(new TileRange(TileWidth.lifetime(), 0, 1));
        assertThat(cover.interval()).isEqualTo(new Interval(Long.MIN_VALUE, 1_700_000_010_000L));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void tilesAndBlocksTileTheTime(long seed) {
        Random random = new Random(seed);
        for (TileWidth width : ladder(windows(random)).widths()) {
            long time = 1_700_000_000_000L + random.nextInt(1_000_000_000);
            long tile = width.tileOf(time);
            assertThat(time).isBetween(width.tileStartMillis(tile), width.tileEndMillis(tile) - 1);
            long block = width.blockOf(tile);
            assertThat(tile).isBetween(width.firstTileOf(block), width.firstTileOf(block + 1) - 1);
            assertThat(width.blockEndMillis(block)).isEqualTo(width.tileStartMillis(width.firstTileOf(block + 1)));
        }
    }

    private static List<String> widths(String... windows) {
        return ladder(parse(windows)).widths().stream().map(TileWidth::code).toList();
    }

    private static boolean couldBeCoarser(Ladder ladder, TileRange range) {
        return ladder.widths().stream()
                .filter(width -> width.widthMillis() > range.width().widthMillis())
                .anyMatch(width -> {
                    long first = range.width().tileStartMillis(range.firstTile());
                    long tile = width.tileOf(first + width.widthMillis() - 1);
                    return width.tileEndMillis(tile) <= range.width().tileEndMillis(range.endTile() - 1);
                });
    }

    private static int tilesWith(Cover cover, long eventTime) {
        int tiles = 0;
        for (TileRange range : cover.ranges()) {
            long tile = range.width().tileOf(eventTime);
            tiles += tile >= range.firstTile() && tile < range.endTile() ? 1 : 0;
        }
        return tiles;
    }

    /** Near the ends of the interval, on hour and day boundaries, or anywhere. */
    private static long someTime(Random random, long start, long end) {
        long anywhere = start - 1_000_000 + (long) (random.nextDouble() * (end - start + 2_000_000));
        return switch (random.nextInt(4)) {
            case 0 -> start + random.nextInt(5) - 2;
            case 1 -> end + random.nextInt(5) - 2;
            case 2 -> Math.floorDiv(anywhere, 3_600_000L) * 3_600_000L - random.nextInt(2);
            default -> anywhere;
        };
    }

    private static List<Window> windows(Random random) {
        List<String> texts = new ArrayList<>();
        for (String width : WIDTHS) {
            if (random.nextInt(3) == 0) {
                texts.add(width);
            }
        }
        ZoneId zone = ZoneId.of(ZONES.get(random.nextInt(ZONES.size())));
        return texts.isEmpty()
                ? List.of(Window.parse("30m"))
                : texts.stream().map(text -> Window.parse(text, zone)).toList();
    }

    private static List<Window> parse(String[] windows) {
        return List.of(windows).stream().map(Window::parse).toList();
    }

    private static Ladder ladder(List<Window> windows) {
        return Ladder.of(windows, Ladder.defaultHopMillis(windows), 100, 400 * 1024);
    }
}

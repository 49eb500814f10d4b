package dev.tidemark.core.window;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CalendarPeriodTest {

    private static final long MINUTE_MILLIS = 60_000;
    private static final long DAY_MILLIS = 86_400_000;

    @ParameterizedTest(name = "{0} in {1} at {2}")
    @CsvSource({
        "day, Europe/Berlin, 2026-03-29T12:00:00Z, 2026-03-28T23:00:00Z,",
        "day_before_1, Europe/Berlin, 2026-03-30T12:00:00Z, 2026-03-28T23:00:00Z, 2026-03-29T22:00:00Z", // 23 hours
        "day_before_1, Europe/Berlin, 2026-10-26T12:00:00Z, 2026-10-24T22:00:00Z, 2026-10-25T23:00:00Z", // 25 hours
        "day_before_1, Asia/Kathmandu, 2026-03-30T12:00:00Z, 2026-03-28T18:15:00Z, 2026-03-29T18:15:00Z",
        "week, Europe/Berlin, 2026-03-29T21:59:59.999Z, 2026-03-22T23:00:00Z,", // Sunday's last moment.
        "week, Europe/Berlin, 2026-03-29T22:00:00Z, 2026-03-29T22:00:00Z,", // Monday's first.
        "week_before_1, UTC, 2026-03-30T00:00:00Z, 2026-03-23T00:00:00Z, 2026-03-30T00:00:00Z",
        "month, Europe/Berlin, 2026-03-31T22:00:00Z, 2026-03-31T22:00:00Z,",
        "month_before_1, Europe/Berlin, 2026-03-31T21:59:59Z, 2026-01-31T23:00:00Z, 2026-02-28T23:00:00Z",
        "day, America/Sao_Paulo, 2018-11-04T12:00:00Z, 2018-11-04T03:00:00Z,", // There was no midnight: 01:00 at once.
        "day, America/St_Johns, 2010-11-07T03:00:00Z, 2010-11-07T02:30:00Z,", // Clocks go back at 00:01, to 23:01:
        "day, America/St_Johns, 2010-11-07T02:35:00Z, 2010-11-07T02:30:00Z,", // the day has begun all the same.
        "day_before_1, Pacific/Apia, 2011-12-31T12:00:00Z, 2011-12-30T10:00:00Z, 2011-12-31T10:00:00Z",
        "day_before_1, Pacific/Apia, 2011-12-30T12:00:00Z, 2011-12-30T10:00:00Z, 2011-12-30T10:00:00Z" // The 30th never
        // was.
    })
    void beginsAndEndsByTheClocksOfItsZone(String text, String zone, String at, String start, String end) {
        Window window = Window.parse(text, ZoneId.of(zone));
        long atMillis = Instant.parse(at).toEpochMilli();
        assertThat(Instant.ofEpochMilli(window.startMillis(atMillis))).isEqualTo(start);
        assertThat(Instant.ofEpochMilli(window.endMillis(atMillis)))
                .isEqualTo(end == null ? Instant.parse(at).plusMillis(1) : Instant.parse(end));
    }

    /** In all zones: starts never go back, are reached as early as stated, and since 1980 are quarters of an hour. */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void allZonesKeepWhatTheLadderReliesOn(long seed) {
        Random random = new Random(seed);
        long from = Instant.parse("1980-01-01T00:00:00Z").toEpochMilli();
        for (String id : ZoneId.getAvailableZoneIds().stream().sorted().toList()) {
            ZoneId zone = ZoneId.of(id);
            String text = List.of("day", "day_before_1", "week", "week_before_2", "month", "month_before_1")
                    .get(random.nextInt(6));
            Window window = Window.parse(text, zone);
            long last = Long.MIN_VALUE;
            long at = from + random.nextInt((int) DAY_MILLIS);
            while (at < 2_000_000_000_000L) {
                long start = window.startMillis(at);
                assertThat(start).as("%s in %s at %s", text, id, at).isGreaterThanOrEqualTo(last);
                assertThat(at - start).as("%s in %s at %s", text, id, at).isBetween(0L, window.reachMillis());
                if (start >= from) {
                    assertThat(start % Ladder.CALENDAR_HOP_MILLIS)
                            .as("%s in %s at %s", text, id, at)
                            .isZero();
                }
                last = start;
                at = next(zone, at, random);
            }
        }
    }

    /** Some minutes on near a change of the clocks, else days. */
    private static long next(ZoneId zone, long atMillis, Random random) {
        ZonedDateTime at = Instant.ofEpochMilli(atMillis).atZone(zone);
        long later = atMillis + 20 * DAY_MILLIS + random.nextInt((int) DAY_MILLIS);
        if (at.getZone().getRules().isFixedOffset()) {
            return later;
        }
        var change = zone.getRules().nextTransition(Instant.ofEpochMilli(atMillis - 2 * DAY_MILLIS));
        long changeMillis =
                change == null ? Long.MAX_VALUE : change.getInstant().toEpochMilli();
        if (atMillis < changeMillis - DAY_MILLIS) {
            return Math.min(later, changeMillis - DAY_MILLIS);
        }
        return atMillis < changeMillis + DAY_MILLIS ? atMillis + (1 + random.nextInt(90)) * MINUTE_MILLIS : later;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "day_before_0",
                "day_before_01",
                "day_before_1d",
                "day_before_9999",
                "year",
                "days",
                "1h_before_day",
                "1h_before_",
                "1h_before_1h_before_1h",
                "lifetime_before_1h",
                "1h_before_3650d",
                "month_before_120"
            })
    void isNoWindow(String text) {
        assertThatThrownBy(() -> Window.parse(text, ZoneId.of("UTC"))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void isOneOfTheDatesOfItsName() {
        ZoneId zone = ZoneId.of("America/New_York");
        Window week = Window.parse("week_before_3", zone);
        long at = Instant.parse("2026-04-01T15:00:00Z").toEpochMilli();
        assertThat(LocalDate.ofInstant(Instant.ofEpochMilli(week.startMillis(at)), zone))
                .isEqualTo("2026-03-09");
        assertThat(LocalDate.ofInstant(Instant.ofEpochMilli(week.endMillis(at)), zone))
                .isEqualTo("2026-03-16");
    }
}

package dev.tidemark.core.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.event.EventShape.TimeFormat;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Random;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class TimeTextTest {

    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "iso8601_any, -,             2026-01-31 10:00:00+01,           2026-01-31T09:00:00Z",
                "iso8601_any, -,             2026-01-31 10:00:00 +0100,        2026-01-31T09:00:00Z",
                "iso8601_any, -,             2026-01-31t10:00:00.5z,           2026-01-31T10:00:00.500Z",
                "iso8601_any, -,             20260131T100000Z,                 2026-01-31T10:00:00Z",
                "iso8601_any, -,             20260131T1000Z,                   2026-01-31T10:00:00Z",
                "iso8601_any, -,             20260131T10Z,                     2026-01-31T10:00:00Z",
                "iso8601_any, -,             20260131T100000.1239-0330,        2026-01-31T13:30:00.123Z",
                "iso8601_any, -,             2026-01-31T10:00:00.1234567891Z,  2026-01-31T10:00:00.123Z",
                "iso8601_any, Europe/Berlin, 2026-01-31T10:00:00,              2026-01-31T09:00:00Z",
                "iso8601_any, Europe/Berlin, 2026-07-31T10:00:00Z,             2026-07-31T10:00:00Z",
                "iso8601_any, Europe/Berlin, 2026-01-31,                       2026-01-30T23:00:00Z",
                "iso8601,     Europe/Berlin, 2026-01-31 10:00:00.5,            2026-01-31T09:00:00.500Z",
                "iso8601,     Europe/Berlin, 2026-01-31T10:00,                 2026-01-31T09:00:00Z",
                "iso8601,     Europe/Berlin, 2026-01-31T10:00:00+05:30,        2026-01-31T04:30:00Z",
                "date,        -,             2026-01-31,                       2026-01-31T00:00:00Z",
                "date,        -,             20260131,                         2026-01-31T00:00:00Z",
                "date,        Europe/Berlin, 2026-07-01,                       2026-06-30T22:00:00Z",
                // The clock goes from 2 to 3, and from 3 back to 2: by the offset from before.
                "iso8601,     Europe/Berlin, 2026-03-29T02:30:00,              2026-03-29T01:30:00Z",
                "iso8601,     Europe/Berlin, 2026-10-25T02:30:00,              2026-10-25T00:30:00Z",
                // A day that begins at one.
                "date,        America/Sao_Paulo, 2017-10-15,                   2017-10-15T03:00:00Z"
            })
    void isRead(String format, @Nullable String zone, String text, String moment) {
        assertThat(Instant.ofEpochMilli(millis(format, zone, text))).isEqualTo(Instant.parse(moment));
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "iso8601_any, -,             2026-01-31T10:00:00",
                "iso8601_any, -,             2026-01-31",
                "iso8601_any, -,             2026-W05-6T10:00:00Z",
                "iso8601_any, -,             2026-031T10:00:00Z",
                "iso8601_any, -,             2026-01-31T24:00:00Z",
                "iso8601_any, -,             2026-01-31T10:00:60Z",
                "iso8601_any, -,             2026-01-31T10:0000Z",
                "iso8601_any, -,             2026-0131T10:00:00Z",
                "iso8601_any, -,             2026-01-31T10:00:00+19:00",
                "iso8601_any, -,             2026-01-31T10:00:00.Z",
                "iso8601_any, -,             2026-02-29T10:00:00Z",
                "iso8601_any, -,             1969-12-31T23:59:59Z",
                "iso8601_any, -,             10000-01-01T00:00:00Z",
                "iso8601,     Europe/Berlin, 20260131T100000",
                "iso8601,     Europe/Berlin, 2026-01-31",
                "iso8601,     Europe/Berlin, 2026-01-31T10",
                "date,        -,             2026-01-31T10:00:00Z",
                "date,        -,             2026-1-31",
                "date,        Europe/Berlin, 1970-01-01"
            })
    void isNoMoment(String format, @Nullable String zone, String text) {
        assertThat(millis(format, zone, text)).isEqualTo(IsoTime.NONE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"2026-01-31T10:00:00,5Z|2026-01-31T10:00:00.500Z"})
    void takesACommaBeforeTheFraction(String text, String moment) {
        assertThat(Instant.ofEpochMilli(millis("iso8601_any", null, text))).isEqualTo(Instant.parse(moment));
    }

    static LongStream seeds() {
        return LongStream.range(0, 8);
    }

    /** What {@link IsoTime} reads, this reads alike; and local times as the JDK resolves them. */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void readsAsOthersDo(long seed) {
        Random random = new Random(seed);
        for (int n = 0; n < 2_000; n++) {
            long millis = random.nextLong(4_102_444_800_000L) + 86_400_000;
            Instant moment = Instant.ofEpochMilli(millis);
            String zulu = moment.toString();
            assertThat(TimeText.parseMillis(zulu, TimeFormat.ISO8601_ANY, null))
                    .as(zulu)
                    .isEqualTo(millis);

            LocalDateTime local = LocalDateTime.ofInstant(moment, BERLIN);
            String basic = local.format(DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSS", Locale.ROOT));
            long expected = local.atZone(BERLIN).toInstant().toEpochMilli();
            assertThat(TimeText.parseMillis(basic, TimeFormat.ISO8601_ANY, BERLIN))
                    .as(basic)
                    .isEqualTo(expected);
            assertThat(TimeText.parseMillis(local.toString(), TimeFormat.ISO8601, BERLIN))
                    .as(local.toString())
                    .isEqualTo(expected);
        }
    }

    private static long millis(String format, @Nullable String zone, String text) {
        TimeFormat of = TimeFormat.valueOf(format.toUpperCase(Locale.ROOT));
        return TimeText.parseMillis(text, of, zone == null ? null : ZoneId.of(zone));
    }
}

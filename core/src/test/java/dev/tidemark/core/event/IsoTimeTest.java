package dev.tidemark.core.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IsoTimeTest {

    private static final long MAX_SECOND = 253_402_300_799L;

    @ParameterizedTest
    @CsvSource({
        "1970-01-01T00:00:00Z, 0",
        "9999-12-31T23:59:59.999Z, 253402300799999",
        "2026-01-31T10:00:00.123Z, 1769853600123",
        "2026-01-31t10:00:00.123z, 1769853600123",
        "2026-01-31 10:00:00.123Z, 1769853600123",
        "2026-01-31T10:00Z, 1769853600000",
        "2026-01-31T10:00+00, 1769853600000",
        "2026-01-31T10:00:00.1Z, 1769853600100",
        "2026-01-31T10:00:00.12Z, 1769853600120",
        "2026-01-31T10:00:00.1239999999999999999999999Z, 1769853600123",
        "2026-01-31T12:30:00+02:30, 1769853600000",
        "2026-01-31T12:30:00+0230, 1769853600000",
        "2026-01-31T12:00:00+02, 1769853600000",
        "2026-01-31T00:30:00-09:30, 1769853600000",
        "1969-12-31T23:59:59.5-00:01, 59500",
        "2000-02-29T00:00:00Z, 951782400000",
    })
    void readsMoments(String text, long millis) {
        assertThat(parse(text)).isEqualTo(millis);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Z",
                "2026-01-31",
                "2026-01-31T10:00:00",
                "2026-01-31T10:00:00.123",
                "2026-01-31T10Z",
                "2026-01-31T10:00:00,123Z",
                "2026-01-31T10:00:00.Z",
                "2026-01-31T10:00:60Z",
                "2016-12-31T23:59:60Z",
                "2026-01-31T24:00:00Z",
                "2026-01-31T10:60:00Z",
                "2026-01-31T10:0:00Z",
                "2026-01-31_10:00:00Z",
                "2026-01-31T10-00:00Z",
                "2026/01/31T10:00:00Z",
                "2026-13-01T10:00:00Z",
                "2026-00-01T10:00:00Z",
                "2026-01-32T10:00:00Z",
                "2026-01-00T10:00:00Z",
                "2026-02-29T10:00:00Z",
                "1900-02-29T10:00:00Z",
                "2100-02-29T10:00:00Z",
                "2026-04-31T10:00:00Z",
                "1969-12-31T23:59:59.999Z",
                "0000-01-01T00:00:00Z",
                "9999-12-31T23:59:59-00:01",
                "10000-01-01T00:00:00Z",
                "+2026-01-31T10:00:00Z",
                "-2026-01-31T10:00:00Z",
                "2026-01-31T10:00:00+18:01",
                "2026-01-31T10:00:00+01:60",
                "2026-01-31T10:00:00+1:00",
                "2026-01-31T10:00:00+01-00",
                "2026-01-31T10:00:00+01:0x",
                "2026-01-31T10:00:00 Z",
                "2026-01-31T10:00:00ZZ",
                "2026-01-31T10:00:00X",
                " 2026-01-31T10:00:00Z",
                "2026-01-31T10:00:00Z ",
                "٢٠٢٦-01-31T10:00:00Z",
                "2026-01-31T1\u0130:00:00Z",
                "2026-W05-6T10:00:00Z",
                "1769853600123",
            })
    void refusesWhatIsNoMoment(String text) {
        assertThat(parse(text)).isEqualTo(IsoTime.NONE);
    }

    @Test
    void looksOnlyAtItsPartOfTheText() {
        byte[] text = "992026-01-31T10:00:00Z99".getBytes(StandardCharsets.UTF_8);
        assertThat(IsoTime.parseMillis(text, 2, 20)).isEqualTo(1_769_853_600_000L);
        assertThat(IsoTime.parseMillis(text, 2, 19)).isEqualTo(IsoTime.NONE);
    }

    @Test
    void everyPrefixOfAMomentIsRefused() {
        byte[] text = "2026-01-31T10:00:00.123+01:00".getBytes(StandardCharsets.UTF_8);
        for (int length = 0; length < text.length; length++) {
            // "…+01" ends in an offset of whole hours.
            boolean wholeHours = length == text.length - 3;
            assertThat(IsoTime.parseMillis(text, 0, length) == IsoTime.NONE)
                    .as("the first %d characters", length)
                    .isEqualTo(!wholeHours);
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void agreesWithJavaTimeOnEveryDateAndOffset(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            int offsetSeconds = 60 * random.nextInt(-18 * 60, 18 * 60 + 1);
            LocalDateTime local = LocalDateTime.ofEpochSecond(
                    random.nextLong(-100_000, MAX_SECOND), random.nextInt(1_000_000_000), ZoneOffset.UTC);
            OffsetDateTime time = local.atOffset(ZoneOffset.ofTotalSeconds(offsetSeconds));
            String text = DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(time);
            Instant instant = time.toInstant();
            boolean inRange = instant.getEpochSecond() >= 0 && instant.getEpochSecond() <= MAX_SECOND;
            assertThat(parse(text)).as(text).isEqualTo(inRange ? instant.toEpochMilli() : IsoTime.NONE);
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {11, 12, 13, 14, 15})
    void agreesWithJavaTimeOnMutatedTexts(long seed) {
        Random random = new Random(seed);
        String alphabet = "0123456789-+:.TZ 69";
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder("2024-02-28T23:59:58.123+01:00");
            for (int change = random.nextInt(3); change >= 0; change--) {
                text.setCharAt(random.nextInt(text.length()), alphabet.charAt(random.nextInt(alphabet.length())));
            }
            assertThat(parse(text.toString())).as(text.toString()).isEqualTo(byJavaTime(text.toString()));
        }
    }

    /** Java's formatter takes the same texts but for a space between date and time, and Z anywhere but at the end. */
    private static long byJavaTime(String text) {
        String withT = text.charAt(10) == ' ' ? text.substring(0, 10) + "T" + text.substring(11) : text;
        try {
            Instant instant = OffsetDateTime.parse(withT).toInstant();
            boolean inRange = instant.getEpochSecond() >= 0 && instant.getEpochSecond() <= MAX_SECOND;
            return inRange ? instant.toEpochMilli() : IsoTime.NONE;
        } catch (DateTimeException e) {
            return IsoTime.NONE;
        }
    }

    private static long parse(String text) {
        return IsoTime.parseMillis(text);
    }
}

package dev.tidemark.core.overlap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.core.overlap.Finding.Kind;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OverlapTest {

    private static final long SEAM = at("2026-03-10T05:00:00Z");
    private static final long MINUTE = 60_000;
    private static final long HOUR = 60 * MINUTE;

    @Test
    void whatBothHaveCountsOnceWhateverTheSeam() {
        OverlapReport report = report(overlap -> everyMinute(overlap, 0, SEAM - 4 * HOUR, SEAM + 4 * HOUR));

        assertThat(report.isClean()).isTrue();
        assertThat(report.seam()).isEqualTo(new SeamChoice(SEAM, 0, 0));
        assertThat(report.best()).isEqualTo(report.seam());
        assertThat(report.hours()).hasSize(8).allSatisfy(hour -> {
            assertThat(hour.both()).isEqualTo(60);
            assertThat(hour.onlyExport() + hour.onlyArchive()).isZero();
            assertThat(hour.exportValue()).isEqualByComparingTo("90");
            assertThat(hour.archiveValue()).isEqualByComparingTo("90");
        });
        assertThat(report.lateness()).isEqualTo(new Spread(480, 250, 250, 250, 250));
        assertThat(report.differences()).isEqualTo(new Spread(480, 0, 0, 0, 0));
    }

    @Test
    void aStreamThatBeganAfterTheSeamLosesEvents() {
        OverlapReport report = report(overlap -> {
            exported(overlap, SEAM - 4 * HOUR, SEAM + 4 * HOUR);
            archived(overlap, 0, SEAM + 14 * MINUTE, SEAM + 4 * HOUR);
        });

        assertThat(report.seam()).isEqualTo(new SeamChoice(SEAM, 14, 0));
        assertThat(report.best()).isEqualTo(new SeamChoice(SEAM + HOUR, 0, 0));
        assertThat(report.streamCompleteFromMillis()).isEqualTo(SEAM + HOUR);
        assertThat(text(report, Kind.LOST))
                .contains("2026-03-10T05:00:00Z, 14 events would be lost", "with 2026-03-10T06:00:00Z none");
    }

    @Test
    void anExportThatEndsBeforeTheSeamLosesEvents() {
        OverlapReport report = report(overlap -> {
            exported(overlap, SEAM - 4 * HOUR, SEAM - 3 * MINUTE);
            archived(overlap, 0, SEAM - 2 * HOUR, SEAM + 4 * HOUR);
        });

        assertThat(report.seam().lost()).isEqualTo(3);
        assertThat(report.best()).isEqualTo(new SeamChoice(SEAM - HOUR, 0, 0));
        assertThat(report.exportCompleteUntilMillis()).isEqualTo(SEAM - HOUR);
        assertThat(report.streamCompleteFromMillis()).isEqualTo(SEAM - 2 * HOUR);
    }

    @Test
    void anEventDatedDifferentlyCountsTwiceOrNever() {
        OverlapReport report = report(overlap -> {
            everyMinute(overlap, 0, SEAM - 4 * HOUR, SEAM + 4 * HOUR);
            overlap.export(event("early", SEAM - 5));
            overlap.archive(event("early", SEAM + 5), SEAM + 5);
            overlap.export(event("late", SEAM + 5));
            overlap.archive(event("late", SEAM - 5), SEAM - 5);
        });

        assertThat(report.seam()).isEqualTo(new SeamChoice(SEAM, 1, 1));
        assertThat(report.has(Kind.LOST)).isTrue();
        assertThat(text(report, Kind.TWICE)).contains("1 event would count twice");
        assertThat(report.has(Kind.LOCAL_TIMES)).isFalse();
        assertThat(report.best().wrong()).isZero();
    }

    @Test
    void aMissingHourIsNamed() {
        long missing = SEAM - 50 * HOUR;
        OverlapReport report = report(overlap -> {
            exported(overlap, SEAM - 200 * HOUR, missing);
            exported(overlap, missing + HOUR, SEAM + 4 * HOUR);
            archived(overlap, 0, SEAM - HOUR, SEAM + 4 * HOUR);
        });

        assertThat(report.findings()).hasSize(1);
        assertThat(text(report, Kind.MISSING_HOURS))
                .contains("from 2026-03-08T03:00:00Z to 2026-03-08T04:00:00Z", "usually has 60");
    }

    @Test
    void nightsAndDaysOfAnExportOfDatesAreNoGapsButAMissingDayIs() {
        ExportHours hours = new ExportHours();
        for (int day = 0; day < 60; day++) {
            if (day != 33) {
                rows(hours, SEAM - 5 * HOUR + day * 24L * HOUR, 20);
            }
        }

        assertThat(hours.gaps()).hasSize(1);
        assertThat(Instant.ofEpochMilli(hours.gaps().get(0).startMillis())).isEqualTo("2026-04-11T01:00:00Z");
        assertThat(Instant.ofEpochMilli(hours.gaps().get(0).endMillis())).isEqualTo("2026-04-13T00:00:00Z");
    }

    @Test
    void sundaysAreNoGapsAndNeitherIsAChangeOfTheClocks() {
        ExportHours hours = new ExportHours();
        for (int day = 0; day < 70; day++) {
            for (int hour = 8; day % 7 != 5 && hour < 18; hour++) {
                rows(hours, SEAM - 5 * HOUR + day * 24L * HOUR + (hour - (day < 30 ? 0 : 1)) * HOUR, 40);
            }
        }

        assertThat(hours.gaps()).isEmpty();
    }

    @Test
    void aMissingWeekIsNamedOnce() {
        ExportHours hours = new ExportHours();
        for (int hour = 0; hour < 50 * 24; hour++) {
            if (hour / 24 < 20 || hour / 24 >= 27) {
                rows(hours, SEAM + hour * HOUR, 15);
            }
        }

        assertThat(hours.gaps()).containsExactly(new ExportHours.Gap(SEAM + 20 * 24 * HOUR, SEAM + 27 * 24 * HOUR, 15));
    }

    @Test
    void fewRowsMakeNoGap() {
        ExportHours hours = new ExportHours();
        for (int hour = 0; hour < 40; hour++) {
            if (hour != 33) {
                rows(hours, SEAM + hour * HOUR, 9);
            }
        }

        assertThat(hours.gaps()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {2 * HOUR, -5 * HOUR, 5 * HOUR + 30 * MINUTE})
    void localTimesAreNamed(long zone) {
        OverlapReport report = report(overlap -> {
            exported(overlap, zone, SEAM - 20 * HOUR, SEAM + 20 * HOUR);
            archived(overlap, 0, SEAM - 4 * HOUR, SEAM + 4 * HOUR);
        });

        String offset = zone == 2 * HOUR ? "+02:00" : zone < 0 ? "-05:00" : "+05:30";
        assertThat(text(report, Kind.LOCAL_TIMES)).contains("UTC" + offset, "100 % of the events");
        assertThat(report.differences()).satisfies(differences -> {
            assertThat(differences.minMillis()).isEqualTo(zone);
            assertThat(differences.maxMillis()).isEqualTo(zone);
        });
    }

    @Test
    void localTimesWithoutIdsAreGuessedFromTheEntitiesHours() {
        Random random = new Random(7);
        OverlapReport report = report(overlap -> {
            for (int i = 0; i < 500; i++) {
                long time = SEAM - 6 * HOUR + (long) (random.nextDouble() * 12 * HOUR);
                String entity = "user" + random.nextInt(60);
                overlap.export(new Sighting(null, entity, time + 3 * HOUR, null));
                overlap.archive(new Sighting(null, entity, time, null), time);
            }
        });

        assertThat(text(report, Kind.LOCAL_TIMES)).contains("after", "3h", "UTC+03:00");
    }

    @Test
    void withoutIdsEventsOfOneEntityAndHourAreTheSame() {
        OverlapReport report = report(overlap -> {
            for (int i = 0; i < 4; i++) {
                overlap.export(new Sighting(null, "ann", SEAM - HOUR + i * MINUTE, BigDecimal.ONE));
            }
            for (int i = 0; i < 3; i++) {
                overlap.archive(new Sighting(null, "ann", SEAM - HOUR + i * MINUTE + 7, BigDecimal.ONE), SEAM);
            }
            overlap.archive(new Sighting(null, "bob", SEAM + MINUTE, BigDecimal.TEN), SEAM + HOUR);
        });

        assertThat(report.hasIds()).isFalse();
        assertThat(report.differences()).isNull();
        assertThat(report.hours())
                .containsExactly(
                        new Hour(SEAM - HOUR, 3, 1, 0, new BigDecimal("4"), new BigDecimal("3")),
                        new Hour(SEAM, 0, 0, 1, BigDecimal.ZERO, BigDecimal.TEN));
        assertThat(report.seam()).isEqualTo(new SeamChoice(SEAM, 0, 0));
    }

    @Test
    void repeatedIdsAreFoundAndNamed() {
        RepeatedIds ids = new RepeatedIds();
        for (int i = 0; i < 5_000; i++) {
            ids.add("o" + i);
        }
        ids.add("o17");
        ids.add("o4999");
        ids.add("o17");
        RepeatedIds.Candidates candidates = ids.candidates();

        assertThat(candidates.mayHold("o17")).isTrue();
        assertThat(candidates.mayHold("o4999")).isTrue();
        assertThat(candidates.mayHold("o18")).isFalse();
        OverlapReport report = report(overlap -> {
            everyMinute(overlap, 0, SEAM - HOUR, SEAM + HOUR);
            overlap.repeated("o17", 3);
        });
        assertThat(text(report, Kind.REPEATED_IDS)).contains("3 rows of the export share an event id: 'o17' (3 rows)");
    }

    @Test
    void anEmptySideIsNamed() {
        assertThat(report(overlap -> exported(overlap, SEAM - HOUR, SEAM)).has(Kind.NO_ARCHIVE))
                .isTrue();
        assertThat(report(overlap -> archived(overlap, 0, SEAM, SEAM + HOUR)).has(Kind.NO_EXPORT))
                .isTrue();
        assertThat(report(overlap -> {}).findings()).hasSize(2);
    }

    @Test
    void moreThanMemoryTakesIsRefused() {
        Overlap overlap = new Overlap(SEAM, HOUR, 2);
        overlap.export(event("a", SEAM));
        overlap.export(event("b", SEAM));
        overlap.archive(event("a", SEAM), SEAM);
        overlap.export(event("far", SEAM - 100 * HOUR));

        assertThatThrownBy(() -> overlap.export(event("c", SEAM)))
                .isInstanceOf(TooManyEvents.class)
                .hasMessageContaining("--around");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void everySeamLosesWhatANaiveCountSays(long seed) {
        Random random = new Random(seed);
        List<long[]> events = new ArrayList<>();
        Overlap overlap = new Overlap(SEAM, 6 * HOUR, 10_000);
        for (int i = 0; i < 800; i++) {
            long archived = SEAM - 6 * HOUR + random.nextInt((int) (12 * HOUR / 1000)) * 1000L;
            long exported = random.nextInt(3) == 0 ? archived + random.nextInt(3) * HOUR - HOUR : archived;
            boolean onExport = random.nextInt(10) > 0 && Math.abs(exported - SEAM) < 6 * HOUR;
            boolean onArchive = !onExport || random.nextInt(10) > 0;
            if (onExport) {
                overlap.export(event("e" + i, exported));
            }
            if (onArchive) {
                overlap.archive(event("e" + i, archived), archived);
            }
            events.add(new long[] {onExport ? exported : Long.MIN_VALUE, onArchive ? archived : Long.MIN_VALUE});
        }
        OverlapReport report = overlap.report();

        assertThat(report.seam()).isEqualTo(naive(events, SEAM));
        assertThat(report.best()).isEqualTo(naive(events, report.best().untilMillis()));
        for (long seam = SEAM - 6 * HOUR; seam <= SEAM + 6 * HOUR; seam += HOUR) {
            assertThat(naive(events, seam).wrong())
                    .isGreaterThanOrEqualTo(report.best().wrong());
        }
    }

    private static SeamChoice naive(List<long[]> events, long seam) {
        long lost = 0;
        long twice = 0;
        for (long[] event : events) {
            int counts = 0;
            counts += event[0] != Long.MIN_VALUE && event[0] < seam ? 1 : 0;
            counts += event[1] != Long.MIN_VALUE && event[1] >= seam ? 1 : 0;
            lost += counts == 0 ? 1 : 0;
            twice += counts == 2 ? 1 : 0;
        }
        return new SeamChoice(seam, lost, twice);
    }

    private static OverlapReport report(Consumer<Overlap> events) {
        Overlap overlap = new Overlap(SEAM, Duration.ofHours(6).toMillis(), 100_000);
        events.accept(overlap);
        return overlap.report();
    }

    private static void everyMinute(Overlap overlap, long zone, long from, long to) {
        exported(overlap, zone, from, to);
        archived(overlap, 0, from, to);
    }

    private static void exported(Overlap overlap, long from, long to) {
        exported(overlap, 0, from, to);
    }

    private static void exported(Overlap overlap, long zone, long from, long to) {
        for (long time = from; time < to; time += MINUTE) {
            overlap.export(event("e" + time, time + zone));
        }
    }

    private static void archived(Overlap overlap, long zone, long from, long to) {
        for (long time = from; time < to; time += MINUTE) {
            overlap.archive(event("e" + time, time + zone), time + 250);
        }
    }

    private static Sighting event(String id, long time) {
        return new Sighting(id, "ann", time, new BigDecimal("1.5"));
    }

    private static void rows(ExportHours hours, long time, int count) {
        for (int i = 0; i < count; i++) {
            hours.add(time + i);
        }
    }

    private static String text(OverlapReport report, Kind kind) {
        return report.findings().stream()
                .filter(finding -> finding.kind() == kind)
                .map(Finding::text)
                .findFirst()
                .orElseThrow();
    }

    private static long at(String text) {
        return Instant.parse(text).toEpochMilli();
    }
}

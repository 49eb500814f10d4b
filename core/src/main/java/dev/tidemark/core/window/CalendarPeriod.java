package dev.tidemark.core.window;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.TemporalAdjusters;

/**
 * A day, week or month of a calendar, counted back from the one in which a moment lies. It begins with the first moment of
 * its first date in the zone: at midnight, or where clocks go forward over midnight, when they have.
 *
 * @param before 0 for the one of the moment, 1 for the whole one before it
 */
record CalendarPeriod(Unit unit, int before, ZoneId zone) {

    /** No zone has set its clocks back by more since 1970. */
    private static final long SET_BACK_MILLIS = 86_400_000L;

    enum Unit {
        DAY(1) {
            @Override
            LocalDate startOf(LocalDate date) {
                return date;
            }

            @Override
            LocalDate plus(LocalDate start, int count) {
                return start.plusDays(count);
            }
        },
        WEEK(7) {
            @Override
            LocalDate startOf(LocalDate date) {
                return date.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
            }

            @Override
            LocalDate plus(LocalDate start, int count) {
                return start.plusWeeks(count);
            }
        },
        MONTH(31) {
            @Override
            LocalDate startOf(LocalDate date) {
                return date.withDayOfMonth(1);
            }

            @Override
            LocalDate plus(LocalDate start, int count) {
                return start.plusMonths(count);
            }
        };

        private final int mostDays;

        Unit(int mostDays) {
            this.mostDays = mostDays;
        }

        abstract LocalDate startOf(LocalDate date);

        abstract LocalDate plus(LocalDate start, int count);

        /** Of the longest one, of days of 24 hours. */
        long mostMillis() {
            return mostDays * 86_400_000L;
        }
    }

    /** Never earlier at a later moment. */
    long startMillis(long atMillis) {
        return startMillis(unit.plus(current(atMillis), -before));
    }

    /** Exclusive: when the next one begins. */
    long endMillis(long atMillis) {
        return startMillis(unit.plus(current(atMillis), 1 - before));
    }

    /** How long before a moment it begins at most. */
    long reachMillis() {
        return (before + 1) * unit.mostMillis() + SET_BACK_MILLIS;
    }

    private LocalDate current(long atMillis) {
        LocalDate start =
                unit.startOf(Instant.ofEpochMilli(atMillis).atZone(zone).toLocalDate());
        LocalDate next = unit.plus(start, 1);
        // Clocks that go back over midnight show the old date once more; but what has begun does not begin again.
        return startMillis(next) <= atMillis ? next : start;
    }

    private long startMillis(LocalDate start) {
        return start.atStartOfDay(zone).toInstant().toEpochMilli();
    }
}

package dev.tidemark.core.overlap;

import java.math.BigDecimal;

/**
 * One hour of event time on both sides.
 *
 * @param startMillis its start, a whole hour in UTC
 * @param both events that both sides have, in the hour that the archive says
 * @param onlyExport events that only the export has
 * @param onlyArchive events that only the archive has
 * @param exportValue the sum over the export's events; 0 if no value was asked for
 * @param archiveValue the sum over the archive's events
 */
public record Hour(
        long startMillis,
        long both,
        long onlyExport,
        long onlyArchive,
        BigDecimal exportValue,
        BigDecimal archiveValue) {

    /** How long it is. */
    public static final long MILLIS = 3_600_000L;

    /** The start of the hour that a moment lies in. */
    static long startOf(long millis) {
        return Math.floorDiv(millis, MILLIS) * MILLIS;
    }
}

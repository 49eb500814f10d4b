package dev.tidemark.core.overlap;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an export and the archive of the stream have in common around a seam.
 *
 * @param fromMillis where the compared range of event time begins, inclusive
 * @param toMillis where it ends, exclusive
 * @param hasIds whether events were compared by their ids; else their numbers were, per entity and hour
 * @param hours the hours in which either side has an event, in order
 * @param streamCompleteFromMillis from this hour on the archive has whatever the export has; null if it lacks something in the
 *     last hour
 * @param exportCompleteUntilMillis up to the start of this hour the export has whatever the archive has; null if it lacks
 *     something in the first hour
 * @param seam the seam as it is
 * @param best the whole hour, or the seam as it is, with the fewest wrong events, nearest to the seam
 * @param lateness how long after they say that they happened the archive's events arrived; null if there are none
 * @param differences of events that both sides have: the export's event time less the archive's; null if there are none, or
 *     events have no ids
 * @param findings what should be looked at; empty if nothing was found
 */
public record OverlapReport(
        long fromMillis,
        long toMillis,
        boolean hasIds,
        List<Hour> hours,
        @Nullable Long streamCompleteFromMillis,
        @Nullable Long exportCompleteUntilMillis,
        SeamChoice seam,
        SeamChoice best,
        @Nullable Spread lateness,
        @Nullable Spread differences,
        List<Finding> findings) {

    public OverlapReport {
        hours = List.copyOf(hours);
        findings = List.copyOf(findings);
    }

    /** Whether nothing was found that a person should look at. */
    public boolean isClean() {
        return findings.isEmpty();
    }

    /** Whether something of this kind was found. */
    public boolean has(Finding.Kind kind) {
        return findings.stream().anyMatch(finding -> finding.kind() == kind);
    }
}

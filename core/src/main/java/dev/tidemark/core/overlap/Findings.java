package dev.tidemark.core.overlap;

import dev.tidemark.core.overlap.Finding.Kind;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Puts what was found into words. */
final class Findings {

    /** How many gaps are named one by one. */
    private static final int MOST_GAPS = 10;

    /** How many repeated ids are named. */
    private static final int MOST_IDS = 5;

    private Findings() {}

    static List<Finding> of(
            List<Hour> hours,
            SeamChoice seam,
            SeamChoice best,
            List<ExportHours.Gap> gaps,
            Map<String, Long> repeated,
            Shift shift) {
        List<Finding> found = new ArrayList<>();
        sides(hours, found);
        gaps(gaps, found);
        if (!repeated.isEmpty()) {
            found.add(repeated(repeated));
        }
        if (shift.millis() != 0) {
            found.add(localTimes(shift));
        }
        if (seam.lost() > 0) {
            found.add(new Finding(
                    Kind.LOST,
                    "with the seam at " + Instant.ofEpochMilli(seam.untilMillis()) + ", " + events(seam.lost())
                            + " would be lost: before it only the archive has them, or from it on only the export;"
                            + " with " + other(seam, best)));
        }
        if (seam.twice() > 0) {
            found.add(new Finding(
                    Kind.TWICE,
                    "with the seam at " + Instant.ofEpochMilli(seam.untilMillis()) + ", " + events(seam.twice())
                            + " would count twice: their event time is before it in the export and after it in the"
                            + " archive; with " + other(seam, best)));
        }
        return found;
    }

    private static void sides(List<Hour> hours, List<Finding> found) {
        if (hours.stream().allMatch(hour -> hour.both() + hour.onlyExport() == 0)) {
            found.add(new Finding(
                    Kind.NO_EXPORT,
                    "the export has no event near the seam: does it end before, or are its event times read as meant?"
                            + " Compare more with --around"));
        }
        if (hours.stream().allMatch(hour -> hour.both() + hour.onlyArchive() == 0)) {
            found.add(new Finding(
                    Kind.NO_ARCHIVE,
                    "the archive has no event near the seam, so whether the stream is complete from it on cannot be"
                            + " said: let it run for an hour beyond the seam, then check again"));
        }
    }

    private static void gaps(List<ExportHours.Gap> gaps, List<Finding> found) {
        for (ExportHours.Gap gap : gaps.subList(0, Math.min(MOST_GAPS, gaps.size()))) {
            found.add(new Finding(
                    Kind.MISSING_HOURS,
                    "the export has no row from " + Instant.ofEpochMilli(gap.startMillis()) + " to "
                            + Instant.ofEpochMilli(gap.endMillis()) + ", where an hour usually has " + gap.usualRows()
                            + ": see whether a file is missing, and export it again; if nothing happened then, all is"
                            + " well"));
        }
        if (gaps.size() > MOST_GAPS) {
            found.add(new Finding(Kind.MISSING_HOURS, "... and " + (gaps.size() - MOST_GAPS) + " more such gaps"));
        }
    }

    private static Finding repeated(Map<String, Long> repeated) {
        long rows = repeated.values().stream().mapToLong(Long::longValue).sum();
        String some = repeated.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .limit(MOST_IDS)
                .map(id -> "'" + id.getKey() + "' (" + id.getValue() + " rows)")
                .collect(Collectors.joining(", "));
        return new Finding(
                Kind.REPEATED_IDS,
                rows + " rows of the export share "
                        + (repeated.size() == 1 ? "an event id" : repeated.size() + " event ids")
                        + ": " + some + (repeated.size() > MOST_IDS ? ", ..." : "")
                        + ". `import run` refuses them: leave all but one row of each id out");
    }

    private static Finding localTimes(Shift shift) {
        ZoneOffset offset = ZoneOffset.ofTotalSeconds((int) (shift.millis() / 1_000));
        return new Finding(
                Kind.LOCAL_TIMES,
                "the export's event times lie " + (shift.millis() > 0 ? "after" : "before") + " the stream's by "
                        + duration(Math.abs(shift.millis())) + " for "
                        + String.format(Locale.ROOT, "%.0f", 100 * shift.part())
                        + " % of the events: they look like times of a clock at UTC" + offset
                        + ". Export them in UTC or with their offset");
    }

    private static String duration(long millis) {
        long minutes = millis / 60_000;
        return minutes % 60 == 0 ? minutes / 60 + "h" : minutes / 60 + "h" + minutes % 60 + "m";
    }

    private static String other(SeamChoice seam, SeamChoice best) {
        if (best.wrong() >= seam.wrong()) {
            return "any other hour not fewer";
        }
        return Instant.ofEpochMilli(best.untilMillis()) + (best.wrong() == 0 ? " none" : " " + best.wrong());
    }

    private static String events(long count) {
        return count == 1 ? "1 event" : count + " events";
    }
}

package dev.tidemark.cli.imports;

import dev.tidemark.cli.terminal.Plural;
import dev.tidemark.core.overlap.Finding;
import dev.tidemark.core.overlap.Hour;
import dev.tidemark.core.overlap.OverlapReport;
import dev.tidemark.core.overlap.Spread;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What an export and the archive have in common, for people. */
final class OverlapText {

    private final PrintWriter out;

    OverlapText(PrintWriter out) {
        this.out = out;
    }

    void print(OverlapReport report) {
        out.println("compared " + (report.hasIds() ? "by event id" : "by entity and hour, for there are no event ids")
                + ", event times from " + moment(report.fromMillis()) + " to " + moment(report.toMillis()));
        hours(report);
        bound(
                "the stream has all that the export has from",
                report.streamCompleteFromMillis(),
                "the stream lacks events of the export even in the last hour");
        bound(
                "the export has all that the stream has until",
                report.exportCompleteUntilMillis(),
                "the export lacks events of the stream even in the first hour");
        spread("the stream's events arrived after they happened", report.lateness());
        spread("the export's event times less the stream's", report.differences());
        out.println("with the seam at " + moment(report.seam().untilMillis()) + ": "
                + Plural.of(report.seam().lost(), "event") + " lost, "
                + report.seam().twice() + " counted twice");
        for (Finding finding : report.findings()) {
            out.println(finding.kind() + ": " + finding.text());
        }
        if (report.isClean()) {
            out.println("nothing was found that speaks against this import");
        }
    }

    private void hours(OverlapReport report) {
        List<Hour> hours = report.hours();
        boolean hasValues = hours.stream()
                .anyMatch(hour ->
                        hour.exportValue().signum() != 0 || hour.archiveValue().signum() != 0);
        out.println(line("hour", "both", "only export", "only stream", hasValues, "export sum", "stream sum"));
        boolean seamShown = false;
        for (Hour hour : hours) {
            if (!seamShown && hour.startMillis() >= report.seam().untilMillis()) {
                out.println("-- seam " + moment(report.seam().untilMillis()));
                seamShown = true;
            }
            out.println(line(
                    moment(hour.startMillis()),
                    Long.toString(hour.both()),
                    Long.toString(hour.onlyExport()),
                    Long.toString(hour.onlyArchive()),
                    hasValues,
                    plain(hour.exportValue()),
                    plain(hour.archiveValue())));
        }
    }

    private static String line(
            String hour, String both, String export, String stream, boolean hasValues, String first, String second) {
        String counts = String.format(Locale.ROOT, "%-24s %10s %12s %12s", hour, both, export, stream);
        return hasValues ? counts + String.format(Locale.ROOT, " %16s %16s", first, second) : counts;
    }

    private void bound(String text, @Nullable Long millis, String otherwise) {
        out.println(millis == null ? otherwise : text + " " + moment(millis));
    }

    private void spread(String what, @Nullable Spread spread) {
        if (spread != null) {
            out.println(what + ": " + seconds(spread.medianMillis()) + " in the middle, " + seconds(spread.p99Millis())
                    + " for 99 of 100, from " + seconds(spread.minMillis()) + " to " + seconds(spread.maxMillis()));
        }
    }

    private static String seconds(long millis) {
        Duration duration = Duration.ofMillis(Math.abs(millis));
        String text = duration.toHours() > 0
                ? duration.toHours() + "h" + (duration.toMinutesPart() == 0 ? "" : duration.toMinutesPart() + "m")
                : duration.toMinutes() > 0
                        ? duration.toMinutes() + "m"
                                + (duration.toSecondsPart() == 0 ? "" : duration.toSecondsPart() + "s")
                        : duration.toMillis() % 1_000 == 0 ? duration.toSeconds() + "s" : duration.toMillis() + "ms";
        return millis < 0 ? "-" + text : text;
    }

    private static String plain(BigDecimal sum) {
        return sum.stripTrailingZeros().toPlainString();
    }

    private static String moment(long millis) {
        return Instant.ofEpochMilli(millis).toString();
    }
}

package dev.tidemark.cli.archive;

import dev.tidemark.aws.s3.S3Archive;
import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.cli.terminal.Moments;
import dev.tidemark.cli.terminal.Plural;
import dev.tidemark.core.archive.CompactionPlan;
import dev.tidemark.core.archive.CompactionReport;
import dev.tidemark.core.archive.CompactionSettings;
import dev.tidemark.core.archive.Compactor;
import dev.tidemark.core.store.ArchiveLog.SegmentRef;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The compact function's job by hand. */
@Command(
        name = "compact",
        description =
                "Merge the small segments of finished hours into large ones, as the compact function does hourly.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class ArchiveCompactCommand implements Callable<Integer> {

    private static final long HOUR_MILLIS = 3_600_000;

    @Option(
            names = "--from",
            paramLabel = "TIME",
            description = "Leave hours before this moment (ISO 8601) alone. Default: none.")
    private @Nullable String from;

    @Option(
            names = "--age-hours",
            paramLabel = "N",
            defaultValue = "2",
            description = "Only hours that ended at least so long ago. Default: ${DEFAULT-VALUE}.")
    private int ageHours;

    @Option(
            names = "--target-bytes",
            paramLabel = "N",
            description = "Merge until a segment has so many bytes, compressed. Default: 4194304.")
    private @Nullable Long targetBytes;

    @Option(names = "--dry-run", description = "Say what would be merged, and change nothing.")
    private boolean dryRun;

    @Mixin
    private ArchiveOptions archive;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        CompactionSettings usual = CompactionSettings.DEFAULT;
        CompactionSettings settings = new CompactionSettings(
                targetBytes == null ? usual.targetBytes() : targetBytes, usual.maxOpenBytes(), ageHours * HOUR_MILLIS);
        long fromMillis =
                from == null ? Long.MIN_VALUE : Moments.parse("--from", from).toEpochMilli();
        PrintWriter out = spec.commandLine().getOut();
        boolean damaged = false;
        try (Stores stores = archive.open()) {
            S3Archive segments = stores.archive();
            Set<String> streams = archive.streams();
            boolean isEmpty = from == null;
            for (String stream : streams) {
                List<SegmentRef> known = stores.await(segments.list(stream, fromMillis, Long.MAX_VALUE))
                        .segments();
                isEmpty &= known.isEmpty();
                List<CompactionPlan.Merge> merges = CompactionPlan.of(known, settings, System.currentTimeMillis());
                damaged |= dryRun
                        ? describe(stream, merges, out)
                        : compact(stores, segments, settings, stream, merges, out);
            }
            if (isEmpty) {
                throw new Failure("nothing of " + streams + " is archived here: name the streams that are meant with "
                        + "--stream, their catalog with --catalog, or the deployment with --port or --bucket");
            }
        }
        return damaged ? 1 : 0;
    }

    private static boolean describe(String stream, List<CompactionPlan.Merge> merges, PrintWriter out) {
        for (CompactionPlan.Merge merge : merges) {
            out.println("  " + Instant.ofEpochMilli(merge.segments().get(0).hourStartMillis()) + "  lane "
                    + merge.segments().get(0).laneId() + ": "
                    + Plural.of(merge.segments().size(), "segment") + ", " + Plural.of(merge.bytes(), "byte"));
        }
        int segments =
                merges.stream().mapToInt(merge -> merge.segments().size()).sum();
        out.println("Would merge " + Plural.of(segments, "segment") + " of stream " + stream + " into at least "
                + merges.size());
        return false;
    }

    private static boolean compact(
            Stores stores,
            S3Archive archive,
            CompactionSettings settings,
            String stream,
            List<CompactionPlan.Merge> merges,
            PrintWriter out) {
        CompactionReport report = stores.await(new Compactor(archive, settings, () -> false).run(merges));
        report.damage().forEach(damage -> out.println(damage.kind() + ": " + damage.getMessage()));
        out.println("Merged " + Plural.of(report.segmentsMerged(), "segment") + " of stream " + stream + " into "
                + report.segmentsWritten()
                + (report.overtaken() == 0
                        ? ""
                        : "; " + Plural.of(report.overtaken(), "merge") + " left, because somebody else compacts"));
        return !report.damage().isEmpty();
    }
}

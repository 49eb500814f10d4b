package dev.tidemark.cli.put;

import dev.tidemark.cli.catalog.CatalogCommand;
import dev.tidemark.cli.deployment.KinesisEndpoint;
import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.cli.terminal.Plural;
import dev.tidemark.cli.terminal.ProgressLine;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.control.ViewCounts;
import dev.tidemark.core.event.FieldPath;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Puts events on the stream, as any producer would. */
@Command(
        name = "put",
        description = {
            "Put events (one JSON object per line, in UTF-8) on a stream, from a file or standard input.",
            "A file is looked at as a whole before anything is put; of a pipe, what comes is looked at before it is put."
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
public final class PutCommand extends CatalogCommand {

    private static final long LOOK_MILLIS = 200;

    @Parameters(arity = "0..1", paramLabel = "FILE", description = "File of events; standard input when absent or -.")
    private @Nullable Path file;

    @Option(names = "--stream", required = true, paramLabel = "NAME", description = "The Kinesis stream.")
    private String stream;

    @Option(
            names = "--key",
            paramLabel = "FIELD",
            description = "Field whose value is the partition key, such as user_id; without it in a record nothing is "
                    + "put. Default: a hash of the event.")
    private @Nullable String key;

    @Option(
            names = "--force",
            description =
                    "Put also what seems to be a mistake: records without the field of --key, by a hash; an input "
                            + "that begins with " + EventCheck.FIRST
                            + " records that count nowhere; tables and arrays, line by "
                            + "line.")
    private boolean force;

    @Option(
            names = "--wait",
            description = "Wait until all of it is folded, and say what each view made of it. Exit code 1 if nothing "
                    + "counted.")
    private boolean wait;

    @Option(
            names = "--patience",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "With --wait: give up when nothing was folded for so long. Default: ${DEFAULT-VALUE}.")
    private int patienceSeconds;

    @Option(
            names = "--endpoint",
            paramLabel = "URL",
            description = "Kinesis endpoint. Default: that of the local run, or of $$" + KinesisEndpoint.VARIABLE + ".")
    private @Nullable URI endpoint;

    /**
     * What is on the stream.
     *
     * @param last the last position in each shard that took a record
     */
    private record Put(long records, Map<String, Position> last) {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        FieldPath path = key == null ? null : keyPath(key);
        if (endpoint != null) {
            deployment.setKinesis(endpoint);
        }
        if (patienceSeconds < 1) {
            throw new Failure("--patience must be 1 second or more, not " + patienceSeconds);
        }
        if (!wait) {
            put(path);
            return 0;
        }
        try (Stores stores = deployment.open()) {
            FoldWait folds = new FoldWait(stream, stores.await(stores.control().readLanes()));
            return await(stores, folds, put(path));
        }
    }

    private Put put(@Nullable FieldPath path) throws IOException {
        KinesisEndpoint target = endpoint == null ? deployment.kinesis() : KinesisEndpoint.at(endpoint);
        Catalog known = force ? null : catalog.find(deployment).orElse(null);
        long total = -1;
        if (file != null && Files.isRegularFile(file)) {
            total = look(path, known, file);
        }
        try (EventLines lines = open();
                RecordWriter writer = new RecordWriter(target, stream)) {
            try (ProgressLine progress = ProgressLine.on(err())) {
                if (progress.isOnTerminal()) {
                    progress.stage("Putting events", "events", total);
                }
                send(lines, check(lines.name(), path, known), writer, progress);
            }
            out().println(Plural.of(writer.written(), "event") + " put on " + stream);
            out().flush();
            return new Put(writer.written(), writer.last());
        }
    }

    private EventCheck check(String input, @Nullable FieldPath path, @Nullable Catalog known) {
        return new EventCheck(input, path, known, stream, force, System::currentTimeMillis);
    }

    /** @return how many records there are */
    private long look(@Nullable FieldPath path, @Nullable Catalog known, Path whole) throws IOException {
        EventCheck check = check(whole.toString(), path, known);
        try (EventLines lines = EventLines.of(whole)) {
            for (byte[] event = lines.next(); event != null; event = lines.next()) {
                check.look(event, lines.line());
            }
        }
        check.checkRefused();
        return check.records();
    }

    private static void send(EventLines lines, EventCheck check, RecordWriter writer, ProgressLine progress)
            throws IOException {
        for (byte[] event = lines.next(); event != null; event = lines.next()) {
            String partitionKey;
            try {
                partitionKey = check.look(event, lines.line());
                check.checkRefused();
            } catch (Failure refused) {
                throw new Failure(refused.getMessage() + "\n"
                        + (writer.written() == 0
                                ? "Nothing was put"
                                : "Put before: " + Plural.of(writer.written(), "event")));
            }
            long before = writer.written();
            writer.add(partitionKey, event);
            if (lines.isIdle()) {
                writer.flush();
            }
            progress.advance(writer.written() - before);
        }
        long before = writer.written();
        writer.flush();
        progress.advance(writer.written() - before);
    }

    private int await(Stores stores, FoldWait folds, Put put) throws InterruptedException {
        try (ProgressLine progress = ProgressLine.on(err())) {
            progress.stage("Waiting until " + Plural.of(put.records(), "event") + " are folded", "so far", -1);
            List<LaneRow> rows = stores.await(stores.control().readLanes());
            Set<String> open = folds.open(put.last(), rows).keySet();
            Map<Lane, Position> reached = folds.reached(open, rows);
            long movedNanos = System.nanoTime();
            while (!open.isEmpty()) {
                if (System.nanoTime() - movedNanos > TimeUnit.SECONDS.toNanos(patienceSeconds)) {
                    throw new Failure("nothing of " + open + " was folded for " + patienceSeconds + " seconds, and not "
                            + "all that was put there is: is this the deployment that folds " + stream
                            + " (--port, --control-table), and what does its console or its alarms say?");
                }
                progress.reach(folds.since(put.last(), rows).records(), -1, "");
                Thread.sleep(LOOK_MILLIS);
                rows = stores.await(stores.control().readLanes());
                open = folds.open(put.last(), rows).keySet();
                Map<Lane, Position> next = folds.reached(open, rows);
                movedNanos = next.equals(reached) ? movedNanos : System.nanoTime();
                reached = next;
            }
            return tell(folds.since(put.last(), rows), put.records());
        }
    }

    private int tell(FoldWait.Folded folded, long put) {
        PrintWriter out = out();
        Map<String, String> names = new TreeMap<>();
        catalog.find(deployment)
                .ifPresent(known -> known.views().forEach(view -> names.put(view.version(), view.name())));
        new TreeMap<>(folded.views())
                .forEach((version, counts) -> out.println(
                        "  " + names.getOrDefault(version, "view version " + version) + ": " + describe(counts)));
        long others = folded.records() - put;
        if (others > 0) {
            boolean isKnown = folded.views().values().stream().anyMatch(counts -> counts.folded() > others);
            out.println("Among these are " + Plural.of(others, "record") + " that others put, or that waited before"
                    + (isKnown ? "." : "; so it is not known whether any of " + put + " counted."));
        }
        if (folded.views().values().stream().anyMatch(counts -> counts.quarantinedTotal() > 0)) {
            out.println("`tidemark quarantine list` shows what is in quarantine, and why.");
        }
        if (folded.views().values().stream().anyMatch(counts -> counts.tooLate() > 0)) {
            out.println("`tidemark too-late VIEW` lists what came too late: before the view's retention.");
        }
        out.flush();
        boolean counted = folded.views().values().stream().anyMatch(counts -> counts.folded() > 0);
        if (!counted) {
            throw new Failure(put == 0 ? "there was nothing to put" : "none of it counts in any view");
        }
        return 0;
    }

    private static String describe(ViewCounts counts) {
        List<String> parts = new ArrayList<>(List.of(counts.folded() + " folded"));
        add(parts, counts.filtered(), "filtered");
        add(parts, counts.tooLate(), "too late");
        add(parts, counts.beforeSeam(), "before the source's seam");
        add(parts, counts.duplicates(), "duplicate");
        add(
                parts,
                counts.quarantinedTotal(),
                "quarantined ("
                        + counts.quarantined().entrySet().stream()
                                .map(reason -> reason.getValue() + " " + reason.getKey())
                                .collect(Collectors.joining(", "))
                        + ")");
        return String.join(", ", parts);
    }

    private static void add(List<String> parts, long count, String what) {
        if (count > 0) {
            parts.add(count + " " + what);
        }
    }

    private EventLines open() {
        return file == null || file.toString().equals("-")
                ? new EventLines(System.in, "standard input")
                : EventLines.of(file);
    }

    private static FieldPath keyPath(String key) {
        try {
            FieldPath path = FieldPath.parse(key);
            if (path.isList() || path.as() != FieldPath.As.VALUE) {
                throw new IllegalArgumentException("'" + key + "' is no single value of an event");
            }
            return path;
        } catch (IllegalArgumentException e) {
            throw new Failure("--key: " + e.getMessage() + "; write a field path such as user_id or item.id");
        }
    }
}

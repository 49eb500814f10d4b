package dev.tidemark.cli.run;

import dev.tidemark.cli.terminal.Plural;
import dev.tidemark.cli.terminal.ProgressLine;
import dev.tidemark.cli.terminal.ShownText;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.control.ViewCounts;
import dev.tidemark.core.fold.BatchOutcome;
import dev.tidemark.core.stream.Batch;
import dev.tidemark.core.view.Monitor;
import dev.tidemark.core.view.View;
import dev.tidemark.functions.forward.ForwardLog;
import dev.tidemark.functions.forward.ForwardOutcome;
import dev.tidemark.functions.ingest.BatchLog;
import dev.tidemark.kinesis.Streams;
import dev.tidemark.local.Endpoints;
import dev.tidemark.local.LocalSystem;
import dev.tidemark.local.mapping.MappingListener;
import java.io.PrintWriter;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/** What {@code tidemark run} tells its user. Thread-safe. */
final class Console implements BatchLog, ForwardLog, MappingListener, PacedPut.Progress {

    private final PrintWriter out;
    private final PrintWriter err;
    private final ProgressLine progress;
    private final LongSupplier clockMillis;
    private final Backlog backlog = new Backlog();
    private final RepeatedFailures trouble;
    private long quarantined;
    private long tooLate;
    private final Map<String, Integer> stuck = new HashMap<>();
    private boolean replaying;

    /**
     * @param progress on the same output
     * @param roomBytes what is left on the disk where records and tables are kept
     */
    Console(PrintWriter out, PrintWriter err, ProgressLine progress, LongSupplier clockMillis, LongSupplier roomBytes) {
        this.clockMillis = clockMillis;
        this.trouble = new RepeatedFailures(roomBytes);
        this.out = out;
        this.err = err;
        this.progress = progress;
    }

    synchronized void ready(LocalSystem system, Catalogs catalogs) {
        Endpoints endpoints = system.endpoints();
        out.println("Tidemark is running. Stop it with Ctrl-C.");
        out.println();
        out.println("  API  " + system.api());
        Set<String> named = new HashSet<>();
        for (View view : catalogs.views()) {
            if (view.name().contains(Monitor.MARK) || !named.add(view.name())) {
                continue;
            }
            out.println("       " + system.api() + "/v1/views/" + view.name() + "/entities/{"
                    + String.join(
                            "%7C",
                            view.entity().stream().map(View.KeyField::name).toList()) + "}");
        }
        for (Monitor monitor : catalogs.current().monitors()) {
            out.println("       " + system.api() + "/v1/models/" + monitor.model() + "/quality");
        }
        out.println("       " + system.api() + "/v1/health");
        out.println();
        for (Monitor monitor : catalogs.current().monitors()) {
            out.println("How good model " + monitor.model() + " is, and why:");
            out.println("  ./tidemark monitor " + monitor.model() + " --port "
                    + system.api().getPort());
            out.println();
        }
        out.println("Any AWS client can use these (for example: aws kinesis list-streams):");
        out.println("  export AWS_ENDPOINT_URL_KINESIS=" + endpoints.kinesis());
        out.println("  export AWS_ENDPOINT_URL_DYNAMODB=" + endpoints.dynamoDb());
        out.println("  export AWS_ENDPOINT_URL_S3=" + endpoints.s3());
        // The second name of the region is the only one that boto3 and version 1 of the AWS CLI look for.
        out.println("  export AWS_REGION=" + Streams.REGION + " AWS_DEFAULT_REGION=" + Streams.REGION);
        out.println("  export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local");
        out.println();
        out.flush();
    }

    @Override
    public synchronized void progress(int put, int total, long pending) {
        if (!replaying) {
            replaying = true;
            progress.stage("Replaying events", "events", total);
        }
        progress.reach(put, total, pending + " to fold" + refused());
    }

    @Override
    public synchronized void done(int total) {
        replaying = false;
        progress.close();
        progress.note("Replayed " + total + " events, all folded" + refused() + " (each counted once per view).");
    }

    private String refused() {
        return ", " + quarantined + " quarantined, " + tooLate + " too late";
    }

    synchronized void note(String text) {
        progress.note("Note: " + text);
    }

    /** Something about the training runs of a model. */
    synchronized void training(String model, String text) {
        progress.note(ShownText.text("[" + model + "] " + text));
    }

    /** The training step of a model did not succeed. */
    synchronized void trainingFailed(String model, String text) {
        complain(ShownText.text("[" + model + "] " + text));
    }

    /** Something about the training runs of a model is not possible now, and will be tried again. */
    void trainingStopped(String model, String what, Throwable cause) {
        again("[" + model + "] " + what + ": " + reason(cause));
    }

    synchronized void stopping() {
        progress.note("Stopping.");
    }

    @Override
    public void folded(Batch batch, BatchOutcome outcome) {
        ViewCounts total = outcome.total();
        report(total.quarantinedTotal(), total.tooLate());
        for (String violation : outcome.violations()) {
            complain("protocol violation: " + violation);
        }
        if (outcome.held() != null) {
            again("a batch of " + named(batch) + " is held back: " + outcome.held());
        }
        watch(batch, outcome);
    }

    /** Not reported once; then after 2, 4, 8 … deliveries in a row. */
    private synchronized void watch(Batch batch, BatchOutcome outcome) {
        String shard = named(batch);
        if (!outcome.isStuck()) {
            Integer before = stuck.remove(shard);
            if (before != null && before > 1) {
                note(shard + " moves again");
            }
            return;
        }
        int times = stuck.merge(shard, 1, Integer::sum);
        if (times > 1 && Integer.bitCount(times) == 1) {
            String full = trouble.full();
            complain(full != null ? full : standsStill(shard, times, outcome));
        }
    }

    /** As mappings do: shards of several streams have the same ids. */
    private static String named(Batch batch) {
        return batch.lane().shardId() + " of " + batch.lane().streamName();
    }

    private static String standsStill(String shard, int times, BatchOutcome outcome) {
        return shard + " stands still: " + times + " deliveries from record " + outcome.firstFailed()
                + " on got nothing done, and what is behind it waits"
                + (outcome.troubles().isEmpty() ? "" : ": " + outcome.troubles().get(0));
    }

    /** During a replay its progress line tells these numbers. */
    private synchronized void report(long quarantinedNow, long tooLateNow) {
        quarantined += quarantinedNow;
        tooLate += tooLateNow;
        if (!replaying && quarantinedNow > 0) {
            note("quarantined " + Plural.of(quarantinedNow, "record") + "; the reasons: `tidemark quarantine list`");
        }
        if (!replaying && tooLateNow > 0) {
            note(Plural.of(tooLateNow, "event")
                    + " came after the view's retention and counted nowhere; `tidemark too-late VIEW` lists them");
        }
    }

    @Override
    public void failed(String shard, int records, Throwable cause) {
        again(
                records == 0
                        ? "how far " + shard + " is done could not be stored: " + reason(cause)
                        : "a function failed on " + Plural.of(records, "record") + " of " + shard + ": "
                                + reason(cause));
    }

    /** What went wrong first, in one line. */
    private static String reason(Throwable failure) {
        Throwable first = failure;
        while (first.getCause() != null) {
            first = first.getCause();
        }
        String message = first.getMessage();
        return message == null
                ? first.getClass().getSimpleName()
                : message.lines().findFirst().orElse("");
    }

    @Override
    public void broken(String shard, Throwable cause) {
        complain("nothing more of " + shard + " is done in this run: " + reason(cause));
    }

    @Override
    public void forwarded(Batch batch, ForwardOutcome outcome) {
        if (!outcome.refused().isEmpty()) {
            note("of " + named(batch) + " not forwarded: " + new TreeMap<>(outcome.refused()));
        }
        if (outcome.firstFailed() != null) {
            again(Plural.of(outcome.failures(), "record") + " of " + named(batch) + " could not be forwarded");
        }
    }

    /** Called every second with the number of records that wait to be folded, and the wait of the oldest. */
    synchronized void waiting(long records, long oldestMillis) {
        String behind = backlog.look(records, oldestMillis, clockMillis.getAsLong());
        if (behind != null && !replaying) {
            note(behind);
        }
        String room = trouble.look();
        if (room != null) {
            note(room);
        }
    }

    private synchronized void again(String what) {
        String text = trouble.failed(what, clockMillis.getAsLong());
        if (text != null) {
            complain(text);
        }
    }

    private synchronized void complain(String text) {
        progress.note(err, text);
    }
}

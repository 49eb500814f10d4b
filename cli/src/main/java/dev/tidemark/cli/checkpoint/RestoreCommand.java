package dev.tidemark.cli.checkpoint;

import dev.tidemark.aws.dynamodb.TableCare;
import dev.tidemark.cli.catalog.CatalogCommand;
import dev.tidemark.cli.catalog.NextOption;
import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.cli.terminal.Plural;
import dev.tidemark.cli.terminal.ProgressLine;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.change.ChangePorts;
import dev.tidemark.core.change.CheckpointChoice;
import dev.tidemark.core.change.RestoreListener;
import dev.tidemark.core.change.RestoreSettings;
import dev.tidemark.core.change.Restorer;
import dev.tidemark.core.checkpoint.CheckpointId;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.ControlRow.Restore;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.event.IsoTime;
import dev.tidemark.core.store.Cas;
import dev.tidemark.core.store.CheckpointStore;
import dev.tidemark.core.store.ControlStore;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Restores a checkpoint into tables of its own, and replays the archive behind it. */
@Command(
        name = "restore",
        description = {
            "Restore the state into new tables, NAME-state and NAME-control: a checkpoint, then the archive behind it.",
            "Stopped anywhere, the same command goes on. docs/restore.md says how to go live on what was restored."
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
public final class RestoreCommand extends CatalogCommand {

    public static final String NAME = "[A-Za-z0-9_.-]{1,200}";
    private static final String LATEST = "latest";

    @Option(names = "--to", required = true, paramLabel = "NAME", description = "The new generation.")
    private String generation;

    @Option(
            names = "--at",
            defaultValue = LATEST,
            paramLabel = "CHECKPOINT|TIME|latest",
            description = "A checkpoint or the latest one, and all that is archived behind it; or a time, like "
                    + "2026-11-22T19:54:00Z: what had arrived by then. Default: ${DEFAULT-VALUE}.")
    private String at;

    @Option(
            names = "--joined",
            paramLabel = "LANE",
            description =
                    "Restore nothing, but let this lane of the restored state go on although its first batch does "
                            + "not join it: nothing was put to the shard in between, you say.")
    private @Nullable String joined;

    @Mixin
    private NextOption next;

    @Override
    public Integer call() {
        if (!generation.matches(NAME)) {
            throw new ParameterException(
                    spec.commandLine(), "--to takes letters, digits, '_', '.' and '-', not '" + generation + "'");
        }
        try (Stores stores = deployment.open()) {
            return joined == null ? restore(stores) : join(stores, joined);
        }
    }

    private int restore(Stores stores) {
        ProgressLine progress = ProgressLine.on(out());
        Catalogs catalogs = new Catalogs(catalog.compile(deployment), next.compile());
        Optional<TableCare> first = stores.await(stores.care());
        if (first.isEmpty()) {
            progress.note(
                    "The state table that runs is gone, so the new ones are protected as far as can be, and encrypted"
                            + " with AWS's own key: change that before they are used if yours had a key of yours.");
        }
        if (first.isPresent() && stores.generation().filter(generation::equals).isPresent()) {
            throw new Failure("generation " + generation
                    + " is the one that runs, and a restore makes a new one: choose " + "another name");
        }
        stores.await(stores.createTables(generation, first.orElse(TableCare.MOST)));
        ControlStore control = stores.controlOf(generation);
        Restore restore = stores.await(control.readControl())
                .map(row -> begun(row, stores))
                .orElseGet(() -> chosen(stores));
        progress.note("restoring checkpoint " + restore.checkpointId() + " into generation " + generation
                + (restore.targetMillis() == null
                        ? ", up to the end of the archive"
                        : ", up to " + Instant.ofEpochMilli(restore.targetMillis())));
        ChangePorts ports = stores.changeOf(generation, catalogs);
        stores.await(new Restorer(catalogs, ports, RestoreSettings.DEFAULT)
                .restore(generation, restore, new Told(progress)));
        progress.note("Generation " + generation + " is live. Its functions need TIDEMARK_GENERATION=" + generation
                + ", its tables, and a mapping that starts at TRIM_HORIZON; docs/restore.md has the steps.");
        return 0;
    }

    /** With {@code latest}, a resumed restore keeps its checkpoint, even if there is a later one now. */
    private Restore begun(ControlRow row, Stores stores) {
        Restore known = row.restore();
        return known != null && at.equals(LATEST) && known.targetMillis() == null ? known : chosen(stores);
    }

    private Restore chosen(Stores stores) {
        CheckpointStore checkpoints = stores.checkpoints();
        if (at.equals(LATEST)) {
            return new Restore(stores.await(CheckpointChoice.latest(checkpoints)), null);
        }
        if (CheckpointId.isId(at)) {
            return new Restore(at, null);
        }
        long target = time(at);
        // A resumed restore keeps its checkpoint, whatever checkpoints exist by then.
        return stores.await(stores.controlOf(generation).readControl())
                .map(ControlRow::restore)
                .filter(known -> known.targetMillis() != null && known.targetMillis() == target)
                .orElseGet(() -> new Restore(
                        stores.await(CheckpointChoice.serving(checkpoints, target))
                                .id(),
                        target));
    }

    private long time(String text) {
        long millis = IsoTime.parseMillis(text);
        if (millis == IsoTime.NONE) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--at takes the id of a checkpoint, 'latest', or a time like 2026-11-22T19:54:00Z, not '" + text
                            + "'");
        }
        return millis;
    }

    private int join(Stores stores, String laneId) {
        ControlStore control = stores.controlOf(generation);
        LaneRow row = stores.await(control.readLanes()).stream()
                .filter(lane -> lane.lane().id().equals(laneId))
                .findFirst()
                .orElseThrow(() -> new Failure("generation " + generation + " has no lane " + laneId
                        + "; the ingest function's log names the lane that it holds back"));
        if (row.awaitsOverlap() && !(stores.await(control.writeLane(row.joined())) instanceof Cas.Stored)) {
            throw new Failure("the row of lane " + laneId + " could not be written: try again");
        }
        out().println("lane " + laneId + " goes on from " + row.last().text());
        return 0;
    }

    /** How far it is. */
    private record Told(ProgressLine progress) implements RestoreListener {

        @Override
        public void phase(ControlRow.Phase phase) {
            switch (phase) {
                case LOAD -> progress.stage("Loading the checkpoint", "items", -1);
                case REPLAY -> progress.stage("Replaying the archive behind it", "records", -1);
                case LIVE -> progress.close();
            }
        }

        @Override
        public void loaded(long items, long all) {
            progress.reach(items, all, "");
        }

        @Override
        public void replayed(long records, int lanesDone, int lanes, long reachedMillis) {
            progress.reach(
                    records,
                    -1,
                    lanesDone + " of " + Plural.of(lanes, "lane") + " done"
                            + (reachedMillis == Long.MIN_VALUE ? "" : ", at " + Instant.ofEpochMilli(reachedMillis)));
        }

        @Override
        public void redriven(long manifests) {
            progress.tell("redrives folded again: " + manifests);
        }
    }
}

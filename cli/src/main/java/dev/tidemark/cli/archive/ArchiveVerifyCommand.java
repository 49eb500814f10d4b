package dev.tidemark.cli.archive;

import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.cli.terminal.Moments;
import dev.tidemark.cli.terminal.ProgressLine;
import dev.tidemark.core.control.LaneRow;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Reads the archive, and names everything that is damaged or missing. */
@Command(
        name = "verify",
        description = {
            "Read the archive, and name every object that is damaged or missing, and what to do about it.",
            "Exit code 1 if there is one. The counts of the lane rows are compared too, unless --to is given."
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class ArchiveVerifyCommand implements Callable<Integer> {

    @Option(
            names = "--from",
            paramLabel = "TIME",
            description =
                    "Only what arrived at this moment (ISO 8601) or later, and a day before. Default: everything.")
    private @Nullable String from;

    @Option(
            names = "--to",
            paramLabel = "TIME",
            description = "Only what arrived before this moment (ISO 8601), and an hour after. Default: everything.")
    private @Nullable String to;

    @Mixin
    private ArchiveOptions archive;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        long fromMillis =
                from == null ? Long.MIN_VALUE : Moments.parse("--from", from).toEpochMilli();
        long toMillis = to == null ? Long.MAX_VALUE : Moments.parse("--to", to).toEpochMilli();
        ProgressLine progress = ProgressLine.on(spec.commandLine().getOut());
        int damages = 0;
        try (Stores stores = archive.open()) {
            // Before the archive is listed, which must hold what these rows count.
            List<LaneRow> rows = stores.await(stores.control().readLanes());
            Set<String> streams = archive.streams();
            Set<String> empty = new TreeSet<>();
            for (String stream : streams) {
                ArchiveCheck check = new ArchiveCheck(stores, stream, progress);
                check.run(to == null ? rows : List.of(), fromMillis, toMillis);
                damages += check.damages();
                if (check.lanes() == 0) {
                    empty.add(stream);
                }
            }
            if (damages == 0 && empty.equals(streams)) {
                checkFolded(streams, rows);
            }
        }
        return damages == 0 ? 0 : 1;
    }

    /** An archive that is empty and always was is not verified: the wrong deployment or stream is named. */
    private static void checkFolded(Set<String> streams, List<LaneRow> rows) {
        Set<String> known =
                rows.stream().map(row -> row.lane().streamName()).collect(Collectors.toCollection(TreeSet::new));
        if (Collections.disjoint(known, streams)) {
            throw new Failure("nothing of " + streams + " was ever folded here"
                    + (known.isEmpty() ? "" : ", but of " + known)
                    + ", so there is no archive to verify: name the streams that are meant with --stream, their catalog "
                    + "with --catalog, or the deployment with --port, --bucket and --control-table");
        }
    }
}

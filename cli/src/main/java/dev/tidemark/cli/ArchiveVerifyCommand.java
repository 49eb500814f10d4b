package dev.tidemark.cli;

import dev.tidemark.core.port.LaneRow;
import java.io.PrintWriter;
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
        PrintWriter out = spec.commandLine().getOut();
        int damages = 0;
        try (Stores stores = archive.open()) {
            // Before the archive is listed: what these rows count must be there.
            List<LaneRow> rows = to == null ? stores.await(stores.control().readLanes()) : List.of();
            int lanes = 0;
            for (String stream : archive.streams()) {
                ArchiveCheck check = new ArchiveCheck(stores, stream, out);
                check.run(rows, fromMillis, toMillis);
                damages += check.damages();
                lanes += check.lanes();
            }
            if (lanes == 0) {
                checkStreams(rows);
            }
        }
        return damages == 0 ? 0 : 1;
    }

    /** Where of none of the streams anything is there, but of others, another catalog is meant. */
    private void checkStreams(List<LaneRow> rows) {
        Set<String> known =
                rows.stream().map(row -> row.lane().streamName()).collect(Collectors.toCollection(TreeSet::new));
        Set<String> asked = archive.streams();
        if (!known.isEmpty() && Collections.disjoint(known, asked)) {
            throw new Failure("nothing of " + asked + " was ever folded here, but of " + known
                    + ": name one of these streams with --stream, or their catalog with --catalog");
        }
    }
}

package dev.tidemark.cli;

import dev.tidemark.core.port.Quarantine;
import dev.tidemark.core.redrive.Claims;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What is in quarantine, and why. */
@Command(
        name = "list",
        description = "List records in quarantine, and how many there are for each view and reason.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class QuarantineListCommand implements Callable<Integer> {

    @Mixin
    private QuarantineSelection selection;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "100",
            description = "Show so many at most; all are counted. Default: ${DEFAULT-VALUE}.")
    private int limit;

    @Option(names = "--json", description = "Print one JSON object per record, without payload and counts.")
    private boolean json;

    @Mixin
    private DeploymentOptions deployment;

    @Spec
    private CommandSpec spec;

    private final Map<String, Count> counts = new TreeMap<>();
    private int shown;

    private static final class Count {

        private int records;
        private int redriven;
    }

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        try (Stores stores = deployment.open()) {
            Claims claims = new Claims(stores.redriveLog());
            stores.await(claims.catchUp());
            selection.forEach(new QuarantineReader(stores), (key, entry) -> {
                count(entry, claims);
                if (shown < limit) {
                    shown++;
                    out.println(
                            json
                                    ? QuarantineJson.write(QuarantineJson.describe(key, entry, claims))
                                    : describe(key, entry, claims));
                }
            });
            if (!json) {
                printCounts(out);
                claims.open()
                        .forEach(number -> out.println("Redrive " + number
                                + " is not finished: `tidemark quarantine redrive --resume` goes on with it"));
            }
        }
        return 0;
    }

    private static String describe(String key, Quarantine.Entry entry, Claims claims) {
        return key + System.lineSeparator() + "    "
                + Instant.ofEpochMilli(entry.record().arrivalMillis()) + "  "
                + entry.reason().reason() + "  " + entry.reason().getMessage() + redriven(entry, claims);
    }

    private static String redriven(Quarantine.Entry entry, Claims claims) {
        OptionalLong manifest = claims.manifestOf(entry);
        if (manifest.isEmpty()) {
            return "";
        }
        return claims.isDone(manifest.getAsLong())
                ? "  (redriven, by redrive " + manifest.getAsLong() + ")"
                : "  (in redrive " + manifest.getAsLong() + ", which is not finished)";
    }

    private void count(Quarantine.Entry entry, Claims claims) {
        Count count =
                counts.computeIfAbsent(entry.view() + "  " + entry.reason().reason(), key -> new Count());
        count.records++;
        if (claims.manifestOf(entry).isPresent()) {
            count.redriven++;
        }
    }

    private void printCounts(PrintWriter out) {
        int records = counts.values().stream().mapToInt(count -> count.records).sum();
        int redriven =
                counts.values().stream().mapToInt(count -> count.redriven).sum();
        if (shown > 0) {
            out.println();
        }
        if (shown < records) {
            out.println("... and " + (records - shown) + " more: show them with --limit");
        }
        out.println(Plural.of(records, "record") + " in quarantine, " + redriven + " of them redriven");
        counts.forEach((what, count) -> out.println(
                "  " + what + "  " + count.records + (count.redriven == 0 ? "" : ", " + count.redriven + " redriven")));
    }
}

package dev.tidemark.cli.quarantine;

import dev.tidemark.cli.catalog.CatalogCommand;
import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.cli.terminal.Plural;
import dev.tidemark.core.change.Claims;
import dev.tidemark.core.store.Quarantine;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.IntSupplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** What is in quarantine, and why. */
@Command(
        name = "list",
        description = {
            "List records in quarantine, in the order of their keys. Where these are all, or with --count, it is also "
                    + "said how many there are for each view and reason."
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class QuarantineListCommand extends CatalogCommand {

    @Mixin
    private QuarantineSelection selection;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "100",
            description = "Show so many at most, and read no more. Default: ${DEFAULT-VALUE}.")
    private int limit;

    @Option(
            names = "--count",
            description = "Read all of them and count them, however many are shown. /v1/health has counts at once, of "
                    + "everything that was ever quarantined.")
    private boolean count;

    @Option(names = "--json", description = "Print one JSON object per record, without payload and counts.")
    private boolean json;

    private final Map<String, Count> counts = new TreeMap<>();
    private int found;

    private static final class Count {

        private int records;
        private int redriven;
    }

    @Override
    public Integer call() {
        if (limit < 0) {
            throw new ParameterException(spec.commandLine(), "--limit must be 0 or more, not " + limit);
        }
        PrintWriter out = out();
        try (Stores stores = deployment.open()) {
            Claims claims = new Claims(stores.redriveLog());
            stores.await(claims.catchUp());
            IntSupplier wanted = () -> count ? Integer.MAX_VALUE : limit - found;
            boolean isCutOff = selection.forEach(new QuarantineReader(stores), wanted, (key, entry) -> {
                found++;
                if (found <= limit) {
                    out.println(
                            json
                                    ? QuarantineJson.write(QuarantineJson.describe(key, entry, claims))
                                    : describe(key, entry, claims));
                }
                count(entry, claims);
            });
            if (found == 0) {
                // A view that is gone may have records; one that never was has none.
                catalog.find(deployment).ifPresent(selection::checkView);
            }
            if (!json) {
                printCounts(out, isCutOff);
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

    private void printCounts(PrintWriter out, boolean isCutOff) {
        if (found > 0) {
            out.println();
        }
        if (isCutOff) {
            out.println("... and perhaps more: show them with --limit, count them with --count");
            return;
        }
        int redriven =
                counts.values().stream().mapToInt(count -> count.redriven).sum();
        if (found > limit) {
            out.println("... and " + (found - limit) + " more: show them with --limit");
        }
        out.println(Plural.of(found, "record") + " in quarantine, " + redriven + " of them redriven");
        counts.forEach((what, count) -> out.println(
                "  " + what + "  " + count.records + (count.redriven == 0 ? "" : ", " + count.redriven + " redriven")));
    }
}

package dev.tidemark.cli.quarantine;

import dev.tidemark.cli.catalog.CatalogCommand;
import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.change.Candidate;
import dev.tidemark.core.change.Redriver;
import dev.tidemark.core.fold.FoldSettings;
import dev.tidemark.core.store.Quarantine;
import dev.tidemark.core.store.RedriveLog.Claim;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** Folds records of the quarantine. */
@Command(
        name = "redrive",
        description = {
            "Fold records in quarantine into the views that could not, each once however often this is repeated.",
            "Exit code 1 if some of them are still bad, or the redrive is not finished."
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class QuarantineRedriveCommand extends CatalogCommand {

    /** Of one manifest; what it holds is kept in memory. */
    private static final int MAX_RECORDS = 2_000;

    private static final long MAX_BYTES = 32L << 20;

    @Parameters(arity = "0..*", paramLabel = "KEY", description = "Records as they are, by their keys.")
    private List<String> keys = List.of();

    @Mixin
    private QuarantineSelection selection;

    @Option(names = "--all", description = "All records, as they are.")
    private boolean all;

    @Option(
            names = "--repaired",
            paramLabel = "FILE",
            description =
                    "The records in this file, with the data that it says; `tidemark quarantine export` writes one.")
    private @Nullable Path repaired;

    @Option(
            names = "--resume",
            description = "Only finish redrives that were interrupted; every redrive does that first.")
    private boolean resume;

    @Option(names = "--dry-run", description = "Say what would happen, and change nothing.")
    private boolean dryRun;

    @Override
    public Integer call() {
        checkUsage();
        RepairedFile file = repaired == null ? null : new RepairedFile(repaired);
        if (file != null) {
            file.check();
        }
        RedriveSummary summary = new RedriveSummary(out(), dryRun);
        try (Stores stores = deployment.open()) {
            Catalog definitions = catalog.compile(deployment);
            stores.checkFolds(definitions);
            selection.checkView(definitions);
            summary.of(definitions);
            Redriver redriver = redriver(stores, definitions);
            Chunks chunks = new Chunks((candidates, names) -> summary.add(
                    stores.await(dryRun ? redriver.rehearse(candidates) : redriver.redrive(candidates)), names));
            read(new QuarantineReader(stores), file, chunks);
            chunks.end();
        }
        return summary.print() ? 0 : 1;
    }

    private void checkUsage() {
        long ways = Stream.of(!keys.isEmpty(), !selection.isEmpty(), all, repaired != null, resume)
                .filter(given -> given)
                .count();
        if (ways != 1) {
            throw new ParameterException(
                    spec.commandLine(),
                    "Which records? Give either keys, or --view and --reason, or --all, or --repaired FILE, or --resume");
        }
    }

    private void read(QuarantineReader quarantine, @Nullable RepairedFile file, Chunks chunks) {
        if (file != null) {
            file.forEach(quarantine, chunks::add);
        } else if (!keys.isEmpty()) {
            Set<Claim> named = new HashSet<>();
            for (String key : keys) {
                Quarantine.Entry entry = quarantine.read(key);
                if (named.add(Claim.of(entry))) {
                    chunks.add(key, Candidate.unrepaired(entry));
                }
            }
        } else if (!resume) {
            selection.forEach(quarantine, (key, entry) -> chunks.add(key, Candidate.unrepaired(entry)));
        }
    }

    private static Redriver redriver(Stores stores, Catalog definitions) {
        return new Redriver(definitions, stores.change(Catalogs.of(definitions)), FoldSettings.DEFAULT);
    }

    /** Hands candidates on in numbers that fit into memory and one manifest. */
    private static final class Chunks {

        private final BiConsumer<List<Candidate>, Map<Claim, String>> next;
        private List<Candidate> waiting = new ArrayList<>();
        private Map<Claim, String> names = new HashMap<>();
        private long bytes;
        private boolean handedOn;

        /** @param next takes the candidates, and what they are called */
        Chunks(BiConsumer<List<Candidate>, Map<Claim, String>> next) {
            this.next = next;
        }

        void add(String key, Candidate candidate) {
            waiting.add(candidate);
            names.put(Claim.of(candidate.quarantined()), key);
            bytes += candidate.data().length;
            if (waiting.size() == MAX_RECORDS || bytes > MAX_BYTES) {
                handOn();
            }
        }

        /** At least one list is passed on, even if empty, because it finishes unfinished redrives. */
        void end() {
            if (!waiting.isEmpty() || !handedOn) {
                handOn();
            }
        }

        private void handOn() {
            next.accept(waiting, names);
            waiting = new ArrayList<>();
            names = new HashMap<>();
            bytes = 0;
            handedOn = true;
        }
    }
}

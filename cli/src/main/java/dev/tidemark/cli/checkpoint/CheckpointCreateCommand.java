package dev.tidemark.cli.checkpoint;

import dev.tidemark.cli.catalog.CatalogCommand;
import dev.tidemark.cli.catalog.NextOption;
import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.cli.terminal.Plural;
import dev.tidemark.cli.terminal.ProgressLine;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.checkpoint.CheckpointId;
import dev.tidemark.core.checkpoint.CheckpointPorts;
import dev.tidemark.core.checkpoint.CheckpointSettings;
import dev.tidemark.core.checkpoint.Checkpointer;
import dev.tidemark.core.store.CheckpointStore.Manifest;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Takes a checkpoint from here. */
@Command(
        name = "create",
        description = "Take a checkpoint now, while the deployment goes on folding. Stopped, it can be resumed.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class CheckpointCreateCommand extends CatalogCommand {

    @Option(names = "--resume", paramLabel = "ID", description = "Go on with this checkpoint instead.")
    private @Nullable String resume;

    @Option(
            names = "--segments",
            defaultValue = "16",
            paramLabel = "N",
            description = "Parts of the scan, each resumed as a whole. Default: ${DEFAULT-VALUE}.")
    private int segments;

    @Option(
            names = "--buckets",
            defaultValue = "16",
            paramLabel = "N",
            description = "Parts of the items, by entity; one is read at once. Default: ${DEFAULT-VALUE}.")
    private int buckets;

    @Mixin
    private NextOption next;

    @Override
    public Integer call() {
        ProgressLine progress = ProgressLine.on(out());
        CheckpointSettings usual = CheckpointSettings.DEFAULT;
        if (resume != null && !CheckpointId.isId(resume)) {
            throw new Failure(
                    "--resume takes the id of a checkpoint, like 20261122T195400Z-3f9a, not '" + resume + "'");
        }
        CheckpointSettings settings =
                new CheckpointSettings(segments, buckets, usual.parallelScans(), usual.maxBufferedBytes());
        Catalog definitions = catalog.compile(deployment);
        try (Stores stores = deployment.open()) {
            stores.checkFolds(definitions);
            SecureRandom random = new SecureRandom();
            String own = CheckpointId.of(System.currentTimeMillis(), random);
            String id = resume == null ? own : resume;
            progress.note("checkpoint " + id);
            Checkpointer checkpointer = new Checkpointer(
                    new Catalogs(definitions, next.compile()),
                    new CheckpointPorts(
                            stores.stateScan(), stores.control(), stores.checkpoints(), System::currentTimeMillis),
                    settings);
            progress.stage("Scanning the state", "segments", -1);
            Manifest manifest = stores.await(checkpointer.run(
                            id,
                            own + "-" + Long.toHexString(random.nextLong()),
                            Long.MAX_VALUE,
                            (done, all, items, bytes) -> progress.reach(done, all, Plural.of(items, "item"))))
                    .manifest()
                    .orElseThrow();
            progress.close();
            progress.note("complete: " + Plural.of(manifest.items(), "item") + " in "
                    + Plural.of(manifest.objects().size(), "object") + ", "
                    + Plural.of(manifest.bytes(), "byte"));
        }
        return 0;
    }
}

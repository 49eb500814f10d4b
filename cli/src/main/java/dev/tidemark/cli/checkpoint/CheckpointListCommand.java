package dev.tidemark.cli.checkpoint;

import dev.tidemark.aws.s3.S3Checkpoints;
import dev.tidemark.cli.deployment.DeploymentCommand;
import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.cli.terminal.Plural;
import dev.tidemark.core.store.CheckpointStore.Manifest;
import dev.tidemark.core.store.DamagedCheckpoint;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionException;
import picocli.CommandLine.Command;

/** Names the complete checkpoints. */
@Command(
        name = "list",
        description = {
            "List the complete checkpoints, oldest first: id, generation, items, bytes, and up to when records are in it.",
            "Exit code 1 if the manifest of one is damaged."
        },
        mixinStandardHelpOptions = true)
final class CheckpointListCommand extends DeploymentCommand {

    @Override
    public Integer call() {
        PrintWriter out = out();
        int damaged = 0;
        try (Stores stores = deployment.open()) {
            S3Checkpoints checkpoints = stores.checkpoints();
            List<String> ids = stores.await(checkpoints.list());
            for (String id : ids) {
                try {
                    out.println(line(checkpoints.manifest(id).join()));
                } catch (CompletionException e) {
                    if (!(e.getCause() instanceof DamagedCheckpoint damage)) {
                        throw e;
                    }
                    damaged++;
                    out.println(id + "  " + damage.getMessage());
                }
            }
            if (ids.isEmpty()) {
                out.println("There is no complete checkpoint. `tidemark checkpoint create` takes one.");
            }
        }
        out.flush();
        return damaged == 0 ? 0 : 1;
    }

    private static String line(Manifest manifest) {
        long asOfMillis = manifest.asOfMillisOfAll();
        return manifest.id() + "  " + manifest.positions().control().generation() + "  "
                + Plural.of(manifest.items(), "item") + "  " + Plural.of(manifest.bytes(), "byte") + "  "
                + (asOfMillis == Long.MIN_VALUE ? "no records" : "up to " + Instant.ofEpochMilli(asOfMillis));
    }
}

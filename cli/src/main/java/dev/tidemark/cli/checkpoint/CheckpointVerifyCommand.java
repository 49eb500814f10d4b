package dev.tidemark.cli.checkpoint;

import dev.tidemark.aws.s3.S3Checkpoints;
import dev.tidemark.cli.deployment.DeploymentCommand;
import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.cli.terminal.Plural;
import dev.tidemark.cli.terminal.ProgressLine;
import dev.tidemark.core.store.CheckpointStore.Manifest;
import dev.tidemark.core.store.CheckpointStore.StoredObject;
import dev.tidemark.core.store.DamagedCheckpoint;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Reads every object of a checkpoint. */
@Command(
        name = "verify",
        description = {
            "Read every object of a checkpoint, and check size, checksum, number of items and where they belong.",
            "Exit code 1 if one is damaged; each damaged one is named."
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class CheckpointVerifyCommand extends DeploymentCommand {

    @Parameters(arity = "0..1", paramLabel = "ID", description = "The checkpoint. Default: all.")
    private @Nullable String id;

    @Override
    public Integer call() {
        ProgressLine progress = ProgressLine.on(out());
        int damaged = 0;
        try (Stores stores = deployment.open()) {
            S3Checkpoints checkpoints = stores.checkpoints();
            List<String> ids = id == null ? stores.await(checkpoints.list()) : List.of(id);
            for (String each : ids) {
                damaged += verify(checkpoints, each, progress);
            }
            progress.close();
            progress.note(Plural.of(ids.size(), "checkpoint") + " verified, "
                    + (damaged == 0 ? "all whole" : Plural.of(damaged, "object") + " damaged"));
        }
        return damaged == 0 ? 0 : 1;
    }

    /** @return how many of its objects are damaged */
    private static int verify(S3Checkpoints checkpoints, String id, ProgressLine progress) {
        Manifest manifest;
        try {
            manifest = checkpoints.manifest(id).join();
        } catch (CompletionException e) {
            return damaged(e, progress);
        }
        int damaged = 0;
        progress.stage("Reading checkpoint " + id, "objects", manifest.objects().size());
        for (StoredObject object : manifest.objects()) {
            // A manifest of this one object, so that the others of its bucket are looked at whatever this one is.
            Manifest one =
                    new Manifest(manifest.positions(), manifest.asOfMillis(), manifest.lanesAfter(), List.of(object));
            try {
                checkpoints.read(one, object.bucket()).join();
            } catch (CompletionException e) {
                damaged += damaged(e, progress);
            }
            progress.advance(1);
        }
        return damaged;
    }

    private static int damaged(CompletionException failure, ProgressLine progress) {
        if (!(failure.getCause() instanceof DamagedCheckpoint damage)) {
            throw failure;
        }
        progress.note(String.valueOf(damage.getMessage()));
        return 1;
    }
}

package dev.tidemark.cli.learn;

import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.cli.past.TrainingSetText;
import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.cli.terminal.ProgressLine;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.store.CutLog.Cut;
import dev.tidemark.training.TrainingSet;
import dev.tidemark.training.TrainingSetJob;
import dev.tidemark.training.TrainingSetRequest;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Makes a training set of a cut. */
@Command(
        name = "export",
        description = {
            "Make a training set of the labelled rows up to a cut, with their features as they were served.",
            "The same cut gives the same bytes, whenever and wherever, with any number of threads. Started again after it "
                    + "was stopped, it goes on where it was."
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class RowsExportCommand extends LearnCommand {

    @Option(names = "--cut", required = true, paramLabel = "N", description = "Up to this cut.")
    private long number;

    @Option(
            names = "--since",
            paramLabel = "K",
            description = "Only rows that have changed since this earlier cut: new, revised, or removed ones.")
    private @Nullable Long since;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            description = "The folder for the training set; each set has one of its own.")
    private Path folder;

    @Option(names = "--exact", description = "Numbers of features as decimal texts instead of doubles.")
    private boolean exact;

    @Override
    public Integer call() {
        int workers = workers();
        if (since != null && since >= number) {
            throw new Failure("--since " + since + " is not before --cut " + number + ": name an earlier cut");
        }
        Catalog definitions = catalog.compile(deployment);
        training(definitions);
        TrainingSet set;
        try (Stores stores = deployment.open();
                ProgressLine progress = ProgressLine.on(err())) {
            Cut earlier = since == null ? null : cut(stores, since);
            set = new TrainingSetJob(
                            TrainingSetRequest.ofRows(folder, definitions, cut(stores, number), earlier, exact),
                            stores.past(),
                            progress,
                            System::currentTimeMillis,
                            workers,
                            Runtime.getRuntime().maxMemory())
                    .run();
        }
        TrainingSetText.print(set, out(), err());
        return 0;
    }
}

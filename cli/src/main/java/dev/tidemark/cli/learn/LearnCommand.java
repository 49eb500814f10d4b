package dev.tidemark.cli.learn;

import dev.tidemark.cli.catalog.CatalogCommand;
import dev.tidemark.cli.catalog.CatalogOption;
import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.store.CutLog;
import dev.tidemark.core.store.CutLog.Cut;
import dev.tidemark.core.view.Training;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** A command about the labelled rows of a model. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
abstract class LearnCommand extends CatalogCommand {

    @Option(names = "--model", required = true, paramLabel = "NAME", description = "The model.")
    protected String model;

    @Option(names = "--threads", paramLabel = "N", description = "Default: one per processor.")
    private @Nullable Integer threads;

    protected final int workers() {
        int workers = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
        if (workers < 1) {
            throw new ParameterException(spec.commandLine(), "--threads " + workers + " is less than 1");
        }
        return workers;
    }

    protected final Training training(Catalog definitions) {
        CatalogOption.model(definitions, model);
        return definitions
                .training(model)
                .orElseThrow(
                        () -> new Failure("model '" + model + "' has no labelled rows: say with `train` below it in "
                                + "the catalog which rows it is trained with"));
    }

    protected final Cut cut(Stores stores, long number) {
        CutLog cuts = stores.cutLog();
        long last = stores.await(cuts.last(model));
        if (number < 1 || number > last) {
            throw new Failure("there is no cut " + number + " of model '" + model + "': "
                    + (last == 0 ? "there is none yet; `tidemark cut create` makes one" : "the last one is " + last));
        }
        return stores.await(cuts.read(model, number));
    }
}

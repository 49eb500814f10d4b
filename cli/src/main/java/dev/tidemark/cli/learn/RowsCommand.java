package dev.tidemark.cli.learn;

import picocli.CommandLine.Command;

/** What a model learns from. */
@Command(
        name = "rows",
        description = "Labelled rows of a model, which the catalog describes with `train`: export and follow them.",
        mixinStandardHelpOptions = true,
        subcommands = {RowsExportCommand.class, RowsFollowCommand.class})
public final class RowsCommand {}

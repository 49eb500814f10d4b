package dev.tidemark.cli.learn;

import picocli.CommandLine.Command;

/** Lines through the log. */
@Command(
        name = "cut",
        description = "Cuts of a model: lines through the log up to which it learns. Create and list them.",
        mixinStandardHelpOptions = true,
        subcommands = {CutCreateCommand.class, CutListCommand.class})
public final class CutCommand {}

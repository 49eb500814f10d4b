package dev.tidemark.cli.archive;

import picocli.CommandLine.Command;

/** The raw records of every batch: is everything there, and is it in few large objects? */
@Command(
        name = "archive",
        description = "The archive of raw records: verify that it is whole, compact it.",
        mixinStandardHelpOptions = true,
        subcommands = {ArchiveVerifyCommand.class, ArchiveCompactCommand.class})
public final class ArchiveCommand {}

package dev.tidemark.cli.quarantine;

import picocli.CommandLine.Command;

/** Records that could not be folded: inspect, repair and fold them. */
@Command(
        name = "quarantine",
        description = "Records that a view could not fold: list, show, export, repair and redrive them.",
        mixinStandardHelpOptions = true,
        subcommands = {
            QuarantineListCommand.class,
            QuarantineShowCommand.class,
            QuarantineExportCommand.class,
            QuarantineRedriveCommand.class
        })
public final class QuarantineCommand {}

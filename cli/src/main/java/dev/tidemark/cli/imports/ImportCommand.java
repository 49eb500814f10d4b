package dev.tidemark.cli.imports;

import picocli.CommandLine.Command;

/** History from before the stream. */
@Command(
        name = "import",
        description = "History from before the stream: check an export, import it, see what is missing.",
        mixinStandardHelpOptions = true,
        subcommands = {
            ImportCheckCommand.class,
            ImportRunCommand.class,
            ImportResumeCommand.class,
            ImportStatusCommand.class,
            ImportReconcileCommand.class
        })
public final class ImportCommand {}

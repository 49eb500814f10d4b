package dev.tidemark.cli.checkpoint;

import picocli.CommandLine.Command;

/** What a restore begins with. */
@Command(
        name = "checkpoint",
        description = "Checkpoints of the state: list, create and verify them.",
        mixinStandardHelpOptions = true,
        subcommands = {CheckpointListCommand.class, CheckpointCreateCommand.class, CheckpointVerifyCommand.class})
public final class CheckpointCommand {}

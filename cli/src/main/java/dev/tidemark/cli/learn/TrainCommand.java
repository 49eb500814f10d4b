package dev.tidemark.cli.learn;

import picocli.CommandLine.Command;

/** Training runs. */
@Command(
        name = "train",
        description = "Training runs of a model and their candidates: how they stand; promote, roll back, stop.",
        mixinStandardHelpOptions = true,
        subcommands = {
            TrainStatusCommand.class,
            TrainPromoteCommand.class,
            TrainRollbackCommand.class,
            TrainStopCommand.class
        })
public final class TrainCommand {}

package dev.tidemark.cli.backfill;

import picocli.CommandLine.Command;

/** From one catalog to the next, while events keep coming. */
@Command(
        name = "backfill",
        description = {
            "Change the catalog of a deployment: fold its new and changed views from the archive, compare them with the "
                    + "old ones, serve them, or go back.",
            "In this order: deploy both catalogs everywhere; start, run, report, flip; and finish, or rollback."
        },
        mixinStandardHelpOptions = true,
        subcommands = {
            BackfillStartCommand.class,
            BackfillRunCommand.class,
            BackfillStatusCommand.class,
            BackfillReportCommand.class,
            BackfillFlipCommand.class,
            BackfillRollbackCommand.class,
            BackfillFinishCommand.class
        })
public final class BackfillCommand {}

package dev.tidemark.cli;

import dev.tidemark.cli.archive.ArchiveCommand;
import dev.tidemark.cli.backfill.BackfillCommand;
import dev.tidemark.cli.catalog.GenerateCommand;
import dev.tidemark.cli.catalog.ValidateCommand;
import dev.tidemark.cli.checkpoint.CheckpointCommand;
import dev.tidemark.cli.checkpoint.RestoreCommand;
import dev.tidemark.cli.imports.ImportCommand;
import dev.tidemark.cli.learn.CutCommand;
import dev.tidemark.cli.learn.RowsCommand;
import dev.tidemark.cli.learn.TrainCommand;
import dev.tidemark.cli.monitor.EvaluateCommand;
import dev.tidemark.cli.monitor.MonitorCommand;
import dev.tidemark.cli.past.AuditCommand;
import dev.tidemark.cli.past.GetCommand;
import dev.tidemark.cli.past.TrainingSetCommand;
import dev.tidemark.cli.put.PutCommand;
import dev.tidemark.cli.quarantine.QuarantineCommand;
import dev.tidemark.cli.quarantine.TooLateCommand;
import dev.tidemark.cli.reference.ReferenceCommand;
import dev.tidemark.cli.run.RunCommand;
import dev.tidemark.cli.serve.ServeCommand;
import dev.tidemark.cli.terminal.ShownText;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.UnmatchedArgumentException;

/** Entry point. */
@Command(
        name = "tidemark",
        description = "Real-time features that are fresh, exact and explainable.",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        version = "tidemark 0.1.0",
        exitCodeListHeading = "%nExit codes of all commands:%n",
        exitCodeList = {
            "0:Done, and nothing was found wrong.",
            "1:Refused, failed, or found something wrong; the last lines say what, why, and what to do.",
            "2:Wrong usage: nothing was done."
        },
        subcommands = {
            RunCommand.class,
            ServeCommand.class,
            ValidateCommand.class,
            GenerateCommand.class,
            PutCommand.class,
            GetCommand.class,
            MonitorCommand.class,
            EvaluateCommand.class,
            QuarantineCommand.class,
            TooLateCommand.class,
            AuditCommand.class,
            BackfillCommand.class,
            ImportCommand.class,
            TrainingSetCommand.class,
            ReferenceCommand.class,
            CutCommand.class,
            RowsCommand.class,
            TrainCommand.class,
            ArchiveCommand.class,
            CheckpointCommand.class,
            RestoreCommand.class,
        })
public final class Main {

    private Main() {}

    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Main())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionStrategy(Main::execute)
                .setParameterExceptionHandler(Main::refuse)
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    command.getErr().println(command.getColorScheme().errorText(ShownText.text(message(failure))));
                    return ExitCode.SOFTWARE;
                });
    }

    /** Help for an unknown word would be another command's help. */
    private static int execute(ParseResult parsed) {
        for (CommandLine command : parsed.asCommandLineList()) {
            List<String> unknown = command.getParseResult().unmatched();
            if (!unknown.isEmpty()) {
                throw new UnmatchedArgumentException(command, unknown);
            }
        }
        return new RunLast().execute(parsed);
    }

    /** The reason comes last, where it is seen. */
    private static int refuse(ParameterException wrong, String[] arguments) {
        CommandLine command = wrong.getCommandLine();
        PrintWriter err = command.getErr();
        command.usage(err, command.getColorScheme());
        err.println();
        boolean isCommand = wrong instanceof UnmatchedArgumentException
                && !command.getSubcommands().isEmpty();
        err.println(command.getColorScheme()
                .errorText(
                        isCommand
                                ? "Unknown command or option: "
                                        + String.join(" ", ((UnmatchedArgumentException) wrong).getUnmatched())
                                : message(wrong)));
        UnmatchedArgumentException.printSuggestions(wrong, err);
        err.flush();
        return ExitCode.USAGE;
    }

    /** A stack trace helps nobody at a prompt; failures that a user can mend say how in their message. */
    private static String message(Throwable failure) {
        String message = failure.getMessage();
        return message == null ? failure.getClass().getSimpleName() : message;
    }
}

package dev.tidemark.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ScopeType;

/** Entry point. Exit codes: 0 done, 1 refused or failed with a message that says what to do, 2 wrong usage. */
@Command(
        name = "tidemark",
        description = "Real-time features that are fresh, exact and explainable.",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        version = "tidemark 0.1.0",
        subcommands = {
            RunCommand.class,
            ValidateCommand.class,
            PutCommand.class,
            GetCommand.class,
            QuarantineCommand.class,
            TooLateCommand.class,
            AuditCommand.class,
            BackfillCommand.class,
            TrainingSetCommand.class,
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
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    command.getErr().println(command.getColorScheme().errorText(Shown.text(message(failure))));
                    return 1;
                });
    }

    /** A stack trace helps nobody at a prompt; failures that a user can mend say how in their message. */
    private static String message(Throwable failure) {
        String message = failure.getMessage();
        return message == null ? failure.getClass().getSimpleName() : message;
    }
}

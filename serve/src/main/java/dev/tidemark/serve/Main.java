package dev.tidemark.serve;

import dev.tidemark.functions.Deployment;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;

/** Entry point of the container: as {@code tidemark serve --aws}, with everything that names the deployment in variables. */
@Command(
        name = "tidemark-serve",
        description =
                "Serve features from AWS. $$TIDEMARK_STATE_TABLE, $$TIDEMARK_CONTROL_TABLE and $$TIDEMARK_BUCKET, or "
                        + "--stack, name the deployment; the catalog is the file of $$TIDEMARK_CATALOG, else /opt/tidemark/catalog.yaml.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
public final class Main implements Callable<Integer> {

    @Mixin
    private ServeOptions options;

    private Main() {}

    public static void main(String[] args) {
        System.exit(new CommandLine(new Main())
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    command.getErr().println(failure.getMessage() == null ? failure.toString() : failure.getMessage());
                    return ExitCode.SOFTWARE;
                })
                .execute(args));
    }

    @Override
    public Integer call() throws InterruptedException {
        options.check();
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.putAll(options.stackVariables(environment));
        return options.serve(Deployment.of(environment));
    }
}

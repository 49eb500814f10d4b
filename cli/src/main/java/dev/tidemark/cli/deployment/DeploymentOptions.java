package dev.tidemark.cli.deployment;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The deployment to use, of commands that do not listen on a port of their own. */
public final class DeploymentOptions extends NamedDeployment {

    @Option(
            names = "--port",
            paramLabel = "N",
            description = "Port of the local run's API, as given to `tidemark run`. Default: that of the services in "
                    + "$$AWS_ENDPOINT_URL_KINESIS and so on, else " + LOCAL_PORT + ".")
    private @Nullable Integer port;

    DeploymentOptions() {}

    /** @param variables the environment */
    DeploymentOptions(Map<String, String> variables) {
        super(variables);
    }

    @Override
    @Nullable
    Integer port() {
        return port;
    }
}

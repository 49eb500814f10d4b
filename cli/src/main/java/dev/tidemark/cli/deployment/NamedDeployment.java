package dev.tidemark.cli.deployment;

import dev.tidemark.aws.AwsClients;
import dev.tidemark.aws.Environment;
import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.kinesis.Streams;
import dev.tidemark.local.app.TidemarkApplication;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/**
 * The deployment to use: by default the local run. A deployment is defined by its functions' environment variables, so
 * the same variables select it here; an option overrides a variable.
 */
public class NamedDeployment {

    static final int LOCAL_PORT = 8080;

    private static final String ALL_SERVICES = "AWS_ENDPOINT_URL";

    /** By their distance from the API's port, less one. */
    private static final String[] LOCAL_SERVICES = {
        KinesisEndpoint.VARIABLE, "AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_S3"
    };

    private final Map<String, String> variables;

    @Option(names = "--aws", description = "Use AWS itself: region and credentials as every AWS SDK finds them.")
    private boolean aws;

    @Option(
            names = "--bucket",
            paramLabel = "NAME",
            description = "Bucket of archive and quarantine. Default: $$TIDEMARK_BUCKET, else the local run's.")
    private @Nullable String bucket;

    @Option(
            names = "--state-table",
            paramLabel = "NAME",
            description = "Table of the state. Default: $$TIDEMARK_STATE_TABLE, else the local run's.")
    private @Nullable String stateTable;

    @Option(
            names = "--control-table",
            paramLabel = "NAME",
            description =
                    "Table of control row and lane rows. Default: $$TIDEMARK_CONTROL_TABLE, else the local run's.")
    private @Nullable String controlTable;

    NamedDeployment() {
        this(System.getenv());
    }

    /** @param variables the environment */
    NamedDeployment(Map<String, String> variables) {
        this.variables = new HashMap<>(variables);
    }

    /** The port of the local run's API, if an option names it. */
    @Nullable
    Integer port() {
        return null;
    }

    /** Where the local run's API answers; empty if AWS is meant, or services that are no local run's. */
    public Optional<URI> api() {
        if (aws) {
            return Optional.empty();
        }
        @Nullable Integer port = port();
        if (port != null) {
            return Optional.of(local(port));
        }
        for (int i = 0; i < LOCAL_SERVICES.length; i++) {
            @Nullable String service = variables.get(LOCAL_SERVICES[i]);
            if (service != null) {
                return beside(service, i + 1);
            }
        }
        return variables.containsKey(ALL_SERVICES) ? Optional.empty() : Optional.of(local(LOCAL_PORT));
    }

    /** `tidemark run` prints the addresses of services whose ports stand next to each other. */
    private static Optional<URI> beside(String service, int distance) {
        try {
            URI address = new URI(service);
            boolean isHere = "127.0.0.1".equals(address.getHost()) || "localhost".equals(address.getHost());
            return isHere && address.getPort() > distance
                    ? Optional.of(local(address.getPort() - distance))
                    : Optional.empty();
        } catch (URISyntaxException e) {
            throw new Failure("'" + service + "' is no address: write the variables AWS_ENDPOINT_URL_… like "
                    + local(LOCAL_PORT + 1));
        }
    }

    private static URI local(int port) {
        return URI.create("http://127.0.0.1:" + port);
    }

    /** The selected local run, if any; not yet checked whether it runs. */
    public Optional<RunningSystem> running() {
        return api().map(RunningSystem::new);
    }

    /** Where records are put. */
    public KinesisEndpoint kinesis() {
        return aws ? KinesisEndpoint.AWS : KinesisEndpoint.at(URI.create(service(0)));
    }

    /** Selects the deployment whose Kinesis this is, unless options say otherwise. */
    public void setKinesis(URI endpoint) {
        variables.put(KinesisEndpoint.VARIABLE, KinesisEndpoint.at(endpoint).toString());
    }

    /** Selects a deployment in AWS by the variables of its functions, unless options say otherwise. */
    public void setVariables(Map<String, String> ofFunctions) {
        variables.putAll(ofFunctions);
        aws = true;
    }

    /** To be closed. Asks a local run for its generation, and nothing else yet. */
    public Stores open() {
        Map<String, String> environment = new HashMap<>(variables);
        set(environment, Environment.BUCKET, bucket);
        set(environment, Environment.STATE_TABLE, stateTable);
        set(environment, Environment.CONTROL_TABLE, controlTable);
        if (aws) {
            return new Stores(environment, AwsClients.of(environment), "AWS");
        }
        pointToLocalRun(environment);
        return new Stores(
                environment,
                AwsClients.of(
                        environment, StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local"))),
                environment.getOrDefault(LOCAL_SERVICES[2], environment.getOrDefault(ALL_SERVICES, "")));
    }

    private static void set(Map<String, String> environment, Environment variable, @Nullable String value) {
        if (value != null) {
            environment.put(variable.variable(), value);
        }
    }

    private void pointToLocalRun(Map<String, String> environment) {
        for (int i = 0; i < LOCAL_SERVICES.length; i++) {
            environment.put(LOCAL_SERVICES[i], service(i));
        }
        environment.putIfAbsent("AWS_REGION", Streams.REGION);
        environment.putIfAbsent(Environment.BUCKET.variable(), TidemarkApplication.BUCKET);
        String state = Environment.STATE_TABLE.variable();
        String control = Environment.CONTROL_TABLE.variable();
        if (!environment.containsKey(state) || !environment.containsKey(control)) {
            String generation =
                    running().flatMap(RunningSystem::generation).orElse(Environment.GENERATION.in(variables));
            environment.putIfAbsent(state, TidemarkApplication.stateTable(generation));
            environment.putIfAbsent(control, TidemarkApplication.controlTable(generation));
        }
    }

    private String service(int index) {
        @Nullable Integer port = port();
        if (port != null) {
            return local(port + 1 + index).toString();
        }
        String all = variables.getOrDefault(
                ALL_SERVICES, local(LOCAL_PORT + 1 + index).toString());
        return variables.getOrDefault(LOCAL_SERVICES[index], all);
    }
}

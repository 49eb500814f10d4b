package dev.tidemark.cli;

import dev.tidemark.aws.AwsClients;
import dev.tidemark.aws.Environment;
import dev.tidemark.local.app.TidemarkApplication;
import dev.tidemark.local.kinesis.Streams;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/**
 * Which deployment is meant: the local run unless told otherwise. A deployment is what its functions are told by
 * environment variables, so the same variables name it here; an option goes before a variable.
 */
final class DeploymentOptions {

    private static final int LOCAL_PORT = 8080;

    /** By their distance from the API's port. */
    private static final String[] LOCAL_SERVICES = {"KINESIS", "DYNAMODB", "S3"};

    @Option(names = "--aws", description = "Use AWS itself: region and credentials as every AWS SDK finds them.")
    private boolean aws;

    @Option(
            names = "--port",
            paramLabel = "N",
            description = "Port of the local run's API, as given to `tidemark run`. Default: the services of "
                    + "$$AWS_ENDPOINT_URL_DYNAMODB and so on, else those of port " + LOCAL_PORT + ".")
    private @Nullable Integer port;

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

    /** Where the local run's API answers. */
    URI localApi() {
        return URI.create("http://127.0.0.1:" + (port == null ? LOCAL_PORT : port));
    }

    /** To be closed. Nothing is asked of the deployment yet. */
    Stores open() {
        Map<String, String> environment = new HashMap<>(System.getenv());
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
                environment.getOrDefault("AWS_ENDPOINT_URL_S3", environment.getOrDefault("AWS_ENDPOINT_URL", "")));
    }

    private static void set(Map<String, String> environment, Environment variable, @Nullable String value) {
        if (value != null) {
            environment.put(variable.variable(), value);
        }
    }

    private void pointToLocalRun(Map<String, String> environment) {
        int api = port == null ? LOCAL_PORT : port;
        for (int i = 0; i < LOCAL_SERVICES.length; i++) {
            String variable = "AWS_ENDPOINT_URL_" + LOCAL_SERVICES[i];
            String service = "http://127.0.0.1:" + (api + 1 + i);
            if (port != null) {
                environment.put(variable, service);
            } else if (!environment.containsKey("AWS_ENDPOINT_URL")) {
                environment.putIfAbsent(variable, service);
            }
        }
        environment.putIfAbsent("AWS_REGION", Streams.REGION);
        environment.putIfAbsent(Environment.BUCKET.variable(), TidemarkApplication.BUCKET);
        environment.putIfAbsent(Environment.STATE_TABLE.variable(), TidemarkApplication.STATE_TABLE);
        environment.putIfAbsent(Environment.CONTROL_TABLE.variable(), TidemarkApplication.CONTROL_TABLE);
    }
}

package dev.tidemark.cli;

import dev.tidemark.aws.AwsClients;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** Which Kinesis is meant: the local run's unless told otherwise. */
final class KinesisEndpoint {

    private static final String VARIABLE = "AWS_ENDPOINT_URL_KINESIS";
    private static final String LOCAL = "http://127.0.0.1:8081";

    @Option(
            names = "--port",
            paramLabel = "N",
            description = "Port of the local run's API, as given to `tidemark run`; its Kinesis has the next one.")
    private @Nullable Integer port;

    @Option(
            names = "--endpoint",
            paramLabel = "URL",
            description = "Kinesis endpoint. Default: $" + VARIABLE + ", else " + LOCAL + " (tidemark run).")
    private @Nullable URI endpoint;

    @Option(names = "--aws", description = "Use AWS itself: region and credentials as every AWS SDK finds them.")
    private boolean aws;

    /** An endpoint known without options. */
    static KinesisEndpoint at(URI endpoint) {
        KinesisEndpoint known = new KinesisEndpoint();
        known.endpoint = endpoint;
        return known;
    }

    AwsClients clients() {
        Map<String, String> environment = new HashMap<>(System.getenv());
        if (aws) {
            return AwsClients.of(environment);
        }
        environment.put(VARIABLE, checked(toString()));
        environment.putIfAbsent("AWS_REGION", "us-east-1");
        return AwsClients.of(
                environment, StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local")));
    }

    private static String checked(String address) {
        if (!address.startsWith("http://") && !address.startsWith("https://")) {
            throw new Failure("'" + address + "' is no endpoint: write --endpoint or $" + VARIABLE + " like " + LOCAL
                    + ", or --aws for AWS itself");
        }
        return address;
    }

    /** Where records go, for messages. */
    @Override
    public String toString() {
        if (aws) {
            return "AWS";
        }
        if (endpoint == null && port != null) {
            return "http://127.0.0.1:" + (port + 1);
        }
        return endpoint != null ? endpoint.toString() : System.getenv().getOrDefault(VARIABLE, LOCAL);
    }
}

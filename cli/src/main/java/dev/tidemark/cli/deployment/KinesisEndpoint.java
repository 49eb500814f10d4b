package dev.tidemark.cli.deployment;

import dev.tidemark.aws.AwsClients;
import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.kinesis.Streams;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** Which Kinesis records are put to. */
public final class KinesisEndpoint {

    public static final String VARIABLE = "AWS_ENDPOINT_URL_KINESIS";

    /** AWS itself. */
    static final KinesisEndpoint AWS = new KinesisEndpoint(null);

    private final @Nullable URI endpoint;

    private KinesisEndpoint(@Nullable URI endpoint) {
        this.endpoint = endpoint;
    }

    public static KinesisEndpoint at(URI endpoint) {
        if (!"http".equals(endpoint.getScheme()) && !"https".equals(endpoint.getScheme())) {
            throw new Failure("'" + endpoint + "' is no endpoint: write --endpoint or $" + VARIABLE
                    + " like http://127.0.0.1:8081, or --aws for AWS itself");
        }
        return new KinesisEndpoint(endpoint);
    }

    public AwsClients clients() {
        Map<String, String> environment = new HashMap<>(System.getenv());
        if (endpoint == null) {
            return AwsClients.of(environment);
        }
        environment.put(VARIABLE, endpoint.toString());
        environment.putIfAbsent("AWS_REGION", Streams.REGION);
        return AwsClients.of(
                environment, StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local")));
    }

    /** Where records go, for messages. */
    @Override
    public String toString() {
        return endpoint == null ? "AWS" : endpoint.toString();
    }
}

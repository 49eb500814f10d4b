package dev.tidemark.aws;

import dev.tidemark.aws.glue.GlueRegistry;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.crt.AwsCrtAsyncHttpClient;
import software.amazon.awssdk.http.crt.ProxyConfiguration;
import software.amazon.awssdk.regions.PartitionMetadata;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.retries.api.RetryStrategy;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.lambda.LambdaAsyncClient;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/**
 * The AWS clients of one process, made on first use and sharing one HTTP client. Region, credentials and endpoints are
 * found the way every AWS SDK finds them; an endpoint is overridden by {@code AWS_ENDPOINT_URL_DYNAMODB},
 * {@code AWS_ENDPOINT_URL_S3}, {@code AWS_ENDPOINT_URL_KINESIS}, {@code AWS_ENDPOINT_URL_LAMBDA}, {@code AWS_ENDPOINT_URL_GLUE} or
 * {@code AWS_ENDPOINT_URL} and by nothing else.
 * Proxies are taken from the environment and the system properties too, except where an endpoint is on this machine.
 * Thread-safe.
 */
public final class AwsClients implements AutoCloseable {

    private static final List<String> SERVICES = List.of("DYNAMODB", "S3", "KINESIS", "LAMBDA");
    private static final int MAX_ATTEMPTS = 4;

    /** To one host: a batch's 128 puts at once, and what else is asked meanwhile. */
    private static final int MAX_CONNECTIONS = 160;

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

    /** Enough for the 16 MB of a full BatchGetItem; a lost packet is noticed well within a function's time. */
    private static final Duration ATTEMPT_TIMEOUT = Duration.ofSeconds(5);

    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(15);

    /** Archive segments are megabytes. */
    private static final Duration OBJECT_ATTEMPT_TIMEOUT = Duration.ofSeconds(15);

    private static final Duration OBJECT_CALL_TIMEOUT = Duration.ofSeconds(40);

    private final Map<String, String> environment;
    private final @Nullable AwsCredentialsProvider credentials;

    private @Nullable SdkAsyncHttpClient http;
    private @Nullable DynamoDbAsyncClient dynamoDb;
    private @Nullable DynamoDbAsyncClient dynamoDbWrites;
    private @Nullable DynamoDbAsyncClient nearTables;
    private @Nullable S3AsyncClient s3;
    private @Nullable KinesisAsyncClient kinesis;
    private @Nullable KinesisAsyncClient kinesisOnce;
    private @Nullable LambdaAsyncClient lambda;
    private @Nullable GlueRegistry glue;

    private AwsClients(Map<String, String> environment, @Nullable AwsCredentialsProvider credentials) {
        this.environment = Map.copyOf(environment);
        this.credentials = credentials;
    }

    /**
     * Clients with credentials from the SDK's default chain.
     *
     * @param environment where region and endpoint overrides are looked up, such as {@link System#getenv()}
     */
    public static AwsClients of(Map<String, String> environment) {
        return new AwsClients(environment, null);
    }

    /** Clients with the given credentials, for the local run and tests. */
    public static AwsClients of(Map<String, String> environment, AwsCredentialsProvider credentials) {
        return new AwsClients(environment, credentials);
    }

    /**
     * As above, but with these tables, which are in this process: there is no unknown outcome, and nothing to retry. They
     * are not closed with the others.
     */
    public static AwsClients of(
            Map<String, String> environment, AwsCredentialsProvider credentials, DynamoDbAsyncClient tables) {
        AwsClients clients = new AwsClients(environment, credentials);
        clients.nearTables = tables;
        return clients;
    }

    /**
     * Clients whose requests are built and signed with made-up keys, but not sent: each gets an empty success. They
     * load the code of a real call before a SnapStart snapshot is taken, without a connection in it.
     *
     * @param environment as for real clients
     */
    public static AwsClients unconnected(Map<String, String> environment) {
        AwsClients clients = new AwsClients(
                environment, StaticCredentialsProvider.create(AwsBasicCredentials.create("unsent", "unsent")));
        clients.http = new UnsentHttp();
        return clients;
    }

    /** For reads and idempotent calls: retried by the SDK's standard strategy. */
    public synchronized DynamoDbAsyncClient dynamoDb() {
        if (nearTables != null) {
            return nearTables;
        }
        if (dynamoDb == null) {
            dynamoDb = dynamoDb(reads(ATTEMPT_TIMEOUT, CALL_TIMEOUT));
        }
        return dynamoDb;
    }

    /**
     * For conditional writes: never retried by the SDK. A retry hides whether an earlier attempt was applied, which the
     * fold must know (rule F4); the fold retries itself.
     */
    public synchronized DynamoDbAsyncClient dynamoDbWrites() {
        if (nearTables != null) {
            return nearTables;
        }
        if (dynamoDbWrites == null) {
            dynamoDbWrites = dynamoDb(overrides(DefaultRetryStrategy.doNotRetry(), ATTEMPT_TIMEOUT, ATTEMPT_TIMEOUT));
        }
        return dynamoDbWrites;
    }

    /** Retried by the SDK; with an endpoint override, buckets are addressed by path. */
    public synchronized S3AsyncClient s3() {
        if (s3 == null) {
            var builder = S3AsyncClient.builder()
                    .httpClient(http())
                    .overrideConfiguration(reads(OBJECT_ATTEMPT_TIMEOUT, OBJECT_CALL_TIMEOUT))
                    .forcePathStyle(endpoint("S3").isPresent());
            s3 = configure(builder, "S3").build();
        }
        return s3;
    }

    /** Retried by the SDK. Speaks HTTP/1.1, so it is not for subscriptions with enhanced fan-out. */
    public synchronized KinesisAsyncClient kinesis() {
        if (kinesis == null) {
            kinesis = kinesis(reads(ATTEMPT_TIMEOUT, CALL_TIMEOUT));
        }
        return kinesis;
    }

    /** Never retried: for questions that do not justify a second call to a shard that is read to its limit. */
    public synchronized KinesisAsyncClient kinesisOnce() {
        if (kinesisOnce == null) {
            kinesisOnce = kinesis(overrides(DefaultRetryStrategy.doNotRetry(), ATTEMPT_TIMEOUT, ATTEMPT_TIMEOUT));
        }
        return kinesisOnce;
    }

    /** Retried by the SDK. */
    public synchronized LambdaAsyncClient lambda() {
        if (lambda == null) {
            var builder = LambdaAsyncClient.builder()
                    .httpClient(http())
                    .overrideConfiguration(reads(ATTEMPT_TIMEOUT, CALL_TIMEOUT));
            lambda = configure(builder, "LAMBDA").build();
        }
        return lambda;
    }

    /** Not retried: the batch that names an unknown schema is delivered again. */
    public synchronized GlueRegistry glue() {
        if (glue == null) {
            Region region = variable("AWS_REGION")
                    .map(Region::of)
                    .orElseGet(() -> new DefaultAwsRegionProviderChain().getRegion());
            URI endpoint = endpoint("GLUE")
                    .orElseGet(() -> URI.create("https://glue." + region.id() + "."
                            + PartitionMetadata.of(region).dnsSuffix()));
            glue = new GlueRegistry(
                    endpoint,
                    region.id(),
                    credentials != null
                            ? credentials
                            : DefaultCredentialsProvider.builder().build());
        }
        return glue;
    }

    @Override
    public synchronized void close() {
        close(dynamoDb);
        close(dynamoDbWrites);
        close(s3);
        close(kinesis);
        close(kinesisOnce);
        close(lambda);
        close(http);
    }

    private DynamoDbAsyncClient dynamoDb(ClientOverrideConfiguration overrides) {
        var builder = DynamoDbAsyncClient.builder().httpClient(http()).overrideConfiguration(overrides);
        return configure(builder, "DYNAMODB").build();
    }

    private KinesisAsyncClient kinesis(ClientOverrideConfiguration overrides) {
        var builder = KinesisAsyncClient.builder().httpClient(http()).overrideConfiguration(overrides);
        return configure(builder, "KINESIS").build();
    }

    private <B extends AwsClientBuilder<B, C>, C> B configure(B builder, String service) {
        endpoint(service).ifPresent(builder::endpointOverride);
        variable("AWS_REGION").map(Region::of).ifPresent(builder::region);
        if (credentials != null) {
            builder.credentialsProvider(credentials);
        }
        return builder;
    }

    private Optional<URI> endpoint(String service) {
        if ("true".equalsIgnoreCase(environment.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"))) {
            return Optional.empty();
        }
        return variable("AWS_ENDPOINT_URL_" + service)
                .or(() -> variable("AWS_ENDPOINT_URL"))
                .map(URI::create);
    }

    private Optional<String> variable(String name) {
        return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
    }

    private SdkAsyncHttpClient http() {
        if (http == null) {
            var builder = AwsCrtAsyncHttpClient.builder()
                    .maxConcurrency(MAX_CONNECTIONS)
                    .connectionTimeout(CONNECT_TIMEOUT);
            if (SERVICES.stream()
                    .anyMatch(service ->
                            endpoint(service).filter(AwsClients::isLoopback).isPresent())) {
                builder.proxyConfiguration(ProxyConfiguration.builder()
                        .useEnvironmentVariableValues(false)
                        .useSystemPropertyValues(false)
                        .build());
            }
            http = builder.build();
        }
        return http;
    }

    /** No other machine, such as a proxy, can reach these. */
    private static boolean isLoopback(URI endpoint) {
        String host = String.valueOf(endpoint.getHost());
        return host.equals("localhost") || host.startsWith("127.") || host.equals("[::1]");
    }

    private static ClientOverrideConfiguration reads(Duration attemptTimeout, Duration callTimeout) {
        return overrides(
                DefaultRetryStrategy.standardStrategyBuilder()
                        .maxAttempts(MAX_ATTEMPTS)
                        .build(),
                attemptTimeout,
                callTimeout);
    }

    private static ClientOverrideConfiguration overrides(
            RetryStrategy retries, Duration attemptTimeout, Duration callTimeout) {
        return ClientOverrideConfiguration.builder()
                .retryStrategy(retries)
                .apiCallAttemptTimeout(attemptTimeout)
                .apiCallTimeout(callTimeout)
                .build();
    }

    private static void close(@Nullable AutoCloseable client) {
        if (client == null) {
            return;
        }
        try {
            client.close();
        } catch (Exception e) {
            throw new IllegalStateException("an AWS client could not be closed", e);
        }
    }
}

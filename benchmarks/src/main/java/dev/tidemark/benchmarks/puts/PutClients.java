package dev.tidemark.benchmarks.puts;

import dev.tidemark.aws.AwsClients;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.core.client.config.SdkAdvancedAsyncClientOption;
import software.amazon.awssdk.endpoints.Endpoint;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpConfigurationOption;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.crt.AwsCrtAsyncHttpClient;
import software.amazon.awssdk.http.crt.AwsCrtHttpClient;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClientBuilder;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.endpoints.DynamoDbEndpointProvider;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemResponse;
import software.amazon.awssdk.utils.AttributeMap;

/**
 * The DynamoDB client that a name asks for: {@code deployed} is that of {@link AwsClients}; {@code crt} and
 * {@code netty} are asynchronous; {@code apache}, {@code url} and {@code crtsync} are synchronous, and have a thread for
 * each request in flight. The asynchronous ones take settings, each after a {@code +}:
 *
 * <ul>
 *   <li>{@code direct}: futures complete in the client's thread, and not in one of a pool;
 *   <li>{@code once}: a time-out of the call only, and not another of its only attempt;
 *   <li>{@code tidy}: a time-out leaves the queue of the timers when its call ends, and not when it is over;
 *   <li>{@code untimed}: without time-outs;
 *   <li>{@code fixed}: the endpoint is given, and not found by the rules for each request;
 *   <li>{@code unsigned}: without signature, which DynamoDB refuses: shows what signing takes.
 * </ul>
 */
final class PutClients implements AutoCloseable {

    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final AttributeMap TRUSTING = AttributeMap.builder()
            .put(SdkHttpConfigurationOption.TRUST_ALL_CERTIFICATES, true)
            .build();

    private final DynamoDbAsyncClient dynamoDb;
    private final AutoCloseable http;

    PutClients(String name, URI endpoint, int concurrency) {
        List<String> parts = List.of(name.split("\\+"));
        Set<String> settings = Set.copyOf(parts.subList(1, parts.size()));
        StaticCredentialsProvider keys =
                StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIAIOSFODNN7EXAMPLE", "k".repeat(40)));
        // Else a connection of its own for nearly each request.
        System.setProperty("http.maxConnections", Integer.toString(concurrency));
        http = switch (parts.get(0)) {
            case "deployed" ->
                AwsClients.of(
                        Map.of("AWS_REGION", "us-east-1", "AWS_ENDPOINT_URL_DYNAMODB", endpoint.toString()), keys);
            case "crt" ->
                AwsCrtAsyncHttpClient.builder().maxConcurrency(concurrency).buildWithDefaults(TRUSTING);
            case "netty" ->
                NettyNioAsyncHttpClient.builder().maxConcurrency(concurrency).buildWithDefaults(TRUSTING);
            case "apache" ->
                Apache5HttpClient.builder().maxConnections(concurrency).buildWithDefaults(TRUSTING);
            case "url" -> UrlConnectionHttpClient.builder().buildWithDefaults(TRUSTING);
            case "crtsync" ->
                AwsCrtHttpClient.builder().maxConcurrency(concurrency).buildWithDefaults(TRUSTING);
            default -> throw new IllegalArgumentException("no client " + name);
        };
        if (http instanceof AwsClients deployed) {
            dynamoDb = deployed.dynamoDbWrites();
        } else if (http instanceof SdkAsyncHttpClient client) {
            dynamoDb = asynchronous(client, endpoint, keys, settings);
        } else {
            dynamoDb = synchronous((SdkHttpClient) http, endpoint, keys, concurrency);
        }
    }

    DynamoDbAsyncClient dynamoDb() {
        return dynamoDb;
    }

    @Override
    public void close() {
        dynamoDb.close();
        try {
            http.close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static DynamoDbAsyncClient asynchronous(
            SdkAsyncHttpClient http, URI endpoint, StaticCredentialsProvider keys, Set<String> settings) {
        DynamoDbAsyncClientBuilder builder = DynamoDbAsyncClient.builder()
                .httpClient(http)
                .region(Region.US_EAST_1)
                .endpointOverride(endpoint)
                .credentialsProvider(keys)
                .overrideConfiguration(overrides(settings));
        if (settings.contains("direct")) {
            builder.asyncConfiguration(async ->
                    async.advancedOption(SdkAdvancedAsyncClientOption.FUTURE_COMPLETION_EXECUTOR, Runnable::run));
        }
        if (settings.contains("fixed")) {
            CompletableFuture<Endpoint> known = DynamoDbEndpointProvider.defaultProvider()
                    .resolveEndpoint(asked -> asked.region(Region.US_EAST_1).endpoint(endpoint.toString()));
            builder.endpointProvider(asked -> known);
        }
        if (settings.contains("unsigned")) {
            builder.credentialsProvider(AnonymousCredentialsProvider.create());
        }
        return builder.build();
    }

    private static DynamoDbAsyncClient synchronous(
            SdkHttpClient http, URI endpoint, StaticCredentialsProvider keys, int threads) {
        return new Threads(
                DynamoDbClient.builder()
                        .httpClient(http)
                        .region(Region.US_EAST_1)
                        .endpointOverride(endpoint)
                        .credentialsProvider(keys)
                        .overrideConfiguration(overrides(Set.of()))
                        .build(),
                Executors.newFixedThreadPool(threads));
    }

    /** Without settings, those of {@link AwsClients} for writes. */
    private static ClientOverrideConfiguration overrides(Set<String> settings) {
        ClientOverrideConfiguration.Builder builder =
                ClientOverrideConfiguration.builder().retryStrategy(DefaultRetryStrategy.doNotRetry());
        if (settings.contains("untimed")) {
            return builder.build();
        }
        builder.apiCallTimeout(TIMEOUT);
        if (!settings.contains("once")) {
            builder.apiCallAttemptTimeout(TIMEOUT);
        }
        if (settings.contains("tidy")) {
            ScheduledThreadPoolExecutor timers = new ScheduledThreadPoolExecutor(1, task -> {
                Thread thread = new Thread(task, "time-outs");
                thread.setDaemon(true);
                return thread;
            });
            timers.setRemoveOnCancelPolicy(true);
            builder.scheduledExecutorService(timers);
        }
        return builder.build();
    }

    /** A synchronous client behind the asynchronous interface. */
    private record Threads(DynamoDbClient client, ExecutorService threads) implements DynamoDbAsyncClient {

        @Override
        public CompletableFuture<PutItemResponse> putItem(PutItemRequest request) {
            return CompletableFuture.supplyAsync(() -> client.putItem(request), threads);
        }

        @Override
        public CompletableFuture<BatchGetItemResponse> batchGetItem(BatchGetItemRequest request) {
            return CompletableFuture.supplyAsync(() -> client.batchGetItem(request), threads);
        }

        @Override
        public String serviceName() {
            return client.serviceName();
        }

        @Override
        public void close() {
            client.close();
            threads.shutdown();
        }
    }
}

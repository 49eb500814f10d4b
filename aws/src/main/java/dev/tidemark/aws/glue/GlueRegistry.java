package dev.tidemark.aws.glue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.tidemark.core.event.RegisteredSchema;
import dev.tidemark.core.store.SchemaRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignedRequest;

/**
 * Avro's schemas in AWS Glue, by the id of a schema's version. One call of Glue's API: the SDK's client for the whole of it is
 * a quarter of what a function may weigh (docs/adr/0028-packed-and-encoded.md). Thread-safe.
 */
public final class GlueRegistry implements SchemaRegistry {

    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final int OK = 200;
    private static final JsonMapper JSON = new JsonMapper();

    /** What the client sends itself. */
    private static final Set<String> OWN_HEADERS = Set.of("host", "content-length");

    private final URI endpoint;
    private final String region;
    private final AwsCredentialsProvider credentials;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(TIMEOUT).build();

    /** @param endpoint of Glue's API */
    public GlueRegistry(URI endpoint, String region, AwsCredentialsProvider credentials) {
        this.endpoint = endpoint;
        this.region = region;
        this.credentials = credentials;
    }

    @Override
    public CompletableFuture<RegisteredSchema> schema(String id) {
        return credentials
                .resolveIdentity()
                .thenCompose(identity -> http.sendAsync(
                        request(AwsV4HttpSigner.create()
                                .sign(sign -> sign.identity(identity)
                                        .request(unsigned())
                                        .payload(body(id))
                                        .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "glue")
                                        .putProperty(AwsV4HttpSigner.REGION_NAME, region))),
                        BodyHandlers.ofByteArray()))
                .thenApply(response -> read(id, response));
    }

    private SdkHttpRequest unsigned() {
        return SdkHttpRequest.builder()
                .method(SdkHttpMethod.POST)
                .uri(endpoint)
                .putHeader("Content-Type", "application/x-amz-json-1.1")
                .putHeader("X-Amz-Target", "AWSGlue.GetSchemaVersion")
                .build();
    }

    private static ContentStreamProvider body(String id) {
        return ContentStreamProvider.fromUtf8String("{\"SchemaVersionId\":\"" + id + "\"}");
    }

    private static HttpRequest request(SignedRequest signed) {
        SdkHttpRequest what = signed.request();
        HttpRequest.Builder request = HttpRequest.newBuilder(what.getUri())
                .timeout(TIMEOUT)
                .POST(signed.payload()
                        .map(payload -> BodyPublishers.ofInputStream(payload::newStream))
                        .orElseGet(BodyPublishers::noBody));
        what.forEachHeader((name, values) -> {
            if (!OWN_HEADERS.contains(name.toLowerCase(Locale.ROOT))) {
                values.forEach(value -> request.header(name, value));
            }
        });
        return request.build();
    }

    private static RegisteredSchema read(String id, HttpResponse<byte[]> response) {
        JsonNode answer;
        try {
            answer = JSON.readTree(response.body());
        } catch (IOException e) {
            throw unusable(id, "is no JSON, with status " + response.statusCode());
        }
        if (response.statusCode() == OK) {
            return read(id, answer);
        }
        // The type may stand behind a namespace.
        if (answer.path("__type").asText().endsWith("EntityNotFoundException")) {
            return RegisteredSchema.refused(id, "it had no schema with this id when an event first named it");
        }
        throw unusable(
                id,
                "is " + response.statusCode() + ", "
                        + new String(response.body(), StandardCharsets.UTF_8)
                        + "; the ingest function needs glue:GetSchemaVersion (the stack's parameter SchemaRegistry)");
    }

    private static RegisteredSchema read(String id, JsonNode answer) {
        String status = answer.path("Status").asText();
        String format = answer.path("DataFormat").asText();
        String text = answer.path("SchemaDefinition").asText();
        return switch (status) {
            case "AVAILABLE" ->
                !format.equals("AVRO")
                        ? RegisteredSchema.refused(id, "it is a schema of " + format + ", not of Avro")
                        : RegisteredSchema.of(id, text);
            case "FAILURE", "DELETING" ->
                RegisteredSchema.refused(id, "its status was " + status + " when an event first named it");
            default -> throw unusable(id, "has the status '" + status + "'");
        };
    }

    private static IllegalStateException unusable(String id, String what) {
        return new IllegalStateException("the answer of AWS Glue's registry about schema " + id + " " + what);
    }
}

package dev.tidemark.cli.deployment;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.catalog.InvalidDefinition;
import dev.tidemark.formats.EventFormats;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** A running Tidemark, asked over its API for what it was started with. */
public final class RunningSystem {

    private static final Duration CONNECT = Duration.ofSeconds(2);
    private static final Duration ANSWER = Duration.ofSeconds(10);
    private static final int OK = 200;

    /** Numbers stay as they were written: the definitions are compiled again. */
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN)
            .build();

    private final URI api;

    public RunningSystem(URI api) {
        this.api = api;
    }

    /**
     * The catalog that is folded and served.
     *
     * @return empty if nothing answers that has one
     */
    public Optional<Catalog> catalog() {
        return get("/v1/catalog").filter(answer -> answer.has("definitions")).map(this::compile);
    }

    /** The generation of the state that is served; empty if nothing answers, or nothing was folded yet. */
    Optional<String> generation() {
        return health().map(health -> health.path("generation").textValue());
    }

    /** What was folded; empty if no such system answers. */
    public Optional<JsonNode> health() {
        return get("/v1/health").filter(answer -> answer.has("generation"));
    }

    /** The names of a view's derived features; empty if nothing answers that knows the view. */
    public Set<String> derivedOf(String view) {
        Set<String> names = new HashSet<>();
        get("/v1/catalog")
                .ifPresent(answer -> answer.path("definitions")
                        .path("views")
                        .path(view)
                        .path("derived")
                        .fieldNames()
                        .forEachRemaining(names::add));
        return names;
    }

    private Catalog compile(JsonNode answer) {
        try {
            Catalog catalog = new CatalogCompiler(EventFormats.WITHOUT_FILES)
                    .compile(JSON.writeValueAsString(answer.path("definitions")));
            if (catalog.hash().equals(answer.path("hash").asText())) {
                return catalog;
            }
        } catch (InvalidDefinition | JsonProcessingException e) {
            // As with another hash: this command and that system are incompatible.
            throw anotherVersion();
        }
        throw anotherVersion();
    }

    private Failure anotherVersion() {
        return new Failure(
                "what runs at " + api + " is another version of Tidemark, whose catalog means something else "
                        + "to this one: use its own command, or name the catalog's file with --catalog");
    }

    private Optional<JsonNode> get(String path) {
        String base = api.toString().replaceFirst("/$", "");
        try {
            HttpClient client = HttpClient.newBuilder().connectTimeout(CONNECT).build();
            HttpResponse<String> response = client.send(
                    HttpRequest.newBuilder(URI.create(base + path))
                            .timeout(ANSWER)
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            return response.statusCode() == OK ? Optional.of(JSON.readTree(response.body())) : Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure("interrupted while asking " + api);
        } catch (IOException e) {
            // Nothing listens there, or something else does: the caller decides what that means.
            return Optional.empty();
        }
    }
}

package dev.tidemark.cli.past;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.tidemark.cli.catalog.CatalogCommand;
import dev.tidemark.cli.deployment.RunningSystem;
import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.cli.terminal.ShownText;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.past.BoundedArchive;
import dev.tidemark.core.past.TooLateEvents;
import dev.tidemark.core.serve.EntityText;
import dev.tidemark.core.view.View;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** Reads features over HTTP, as any client would. */
@Command(name = "get", description = "Read the features of an entity.", mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
public final class GetCommand extends CatalogCommand {

    private static final int OK = 200;

    /** At most this much of the archive is searched to explain an empty answer. */
    private static final long TOO_LATE_BYTES = 64L << 20;

    @Parameters(index = "0", paramLabel = "VIEW", description = "The view's name.")
    private String view;

    @Parameters(
            index = "1",
            paramLabel = "KEY",
            description = "The entity's key; the parts of a composite key joined by |.")
    private String key;

    @Option(names = "--features", paramLabel = "A,B", description = "Only these values, such as avg_price_30m.")
    private @Nullable String features;

    @Option(
            names = "--at",
            paramLabel = "TIME",
            description = "A past moment (ISO 8601); without --knowledge within the view's retention.")
    private @Nullable String at;

    @Option(
            names = "--knowledge",
            paramLabel = "served|now|both",
            description =
                    "From checkpoint and archive: what was answered then (served), what is known today of what had "
                            + "happened by then (now), or both and what makes the difference.")
    private PastReader.@Nullable Known knowledge;

    @Option(
            names = "--direct",
            description = "With --knowledge: read tables and bucket without the API, as much as it takes.")
    private boolean direct;

    @Option(names = "--explain", description = "Say what the values were computed from.")
    private boolean explain;

    @Option(names = "--all", description = "Print the whole answer, with coverage, freshness and receipt.")
    private boolean all;

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "Where the API answers. Default: on the local run's --port.")
    private @Nullable URI url;

    /** Shows numbers as the API does: exact, in plain notation. */
    private final ObjectMapper json = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN)
            .build();

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (catalog.isGiven() && !direct) {
            throw new ParameterException(
                    spec.commandLine(), "--catalog is for --direct: the API answers by the catalog that it serves");
        }
        JsonNode body = direct ? json.readTree(fromArchive()) : fromApi();
        JsonNode shown = all || explain || knowledge == PastReader.Known.BOTH ? body : body.path("features");
        out().println(ShownText.text(json.writerWithDefaultPrettyPrinter().writeValueAsString(shown)));
        if (!direct && knowledge == null && at == null) {
            RunningSystem system = new RunningSystem(api());
            if (EmptyAnswer.isEmpty(body.path("features"), () -> system.derivedOf(view))) {
                explainEmpty(system);
            }
        }
        return 0;
    }

    private void explainEmpty(RunningSystem system) {
        JsonNode health = system.health().orElse(MissingNode.getInstance());
        EmptyAnswer.note(view, health).ifPresent(err()::println);
        if (url == null && EmptyAnswer.hasTooLate(view, health)) {
            tooLate().ifPresent(err()::println);
        }
    }

    /** This entity's events in the archive of the last day, unless that is too much to read. */
    private Optional<String> tooLate() {
        try (Stores stores = deployment.open()) {
            Catalog definitions = catalog.compile(deployment);
            View wanted = definitions.view(view).orElseThrow();
            String entity = EntityText.check(wanted, key);
            HistoryPorts past = stores.past();
            HistoryPorts bounded = new HistoryPorts(
                    new BoundedArchive(past.archive(), TOO_LATE_BYTES),
                    past.redrives(),
                    past.checkpoints(),
                    past.control(),
                    past.inputs());
            List<TooLateEvents.Event> found = new ArrayList<>();
            long nowMillis = System.currentTimeMillis();
            TooLateEvents events = new TooLateEvents(bounded, definitions.sourceOf(wanted), wanted);
            stores.await(events.find(nowMillis - Duration.ofDays(1).toMillis(), nowMillis + 1_000, event -> {
                if (event.entity().equals(entity)) {
                    found.add(event);
                }
            }));
            return found.isEmpty() ? Optional.empty() : Optional.of(EmptyAnswer.tooLate(view, wanted, found));
        } catch (Failure unknown) {
            return Optional.of("Whether this entity's events came too late is not known (`tidemark too-late " + view
                    + "` looks at all of them): " + unknown.getMessage());
        }
    }

    private String fromArchive() {
        if (knowledge == null) {
            throw new Failure("--direct reads the past only: say which with --knowledge served, now or both");
        }
        try (Stores stores = deployment.open()) {
            return new PastReader(stores, catalog.compile(deployment))
                    .read(view, key, features, at, knowledge, explain);
        }
    }

    private JsonNode fromApi() throws IOException, InterruptedException {
        HttpResponse<String> response = send();
        JsonNode body = parse(response);
        if (response.statusCode() != OK) {
            throw new Failure(problem(body));
        }
        return body;
    }

    /** Answers and problems are JSON objects, each with a member that nothing else has. */
    private JsonNode parse(HttpResponse<String> response) throws IOException {
        try {
            JsonNode body = json.readTree(response.body());
            if (body.has(response.statusCode() == OK ? "features" : "detail")) {
                return body;
            }
        } catch (JsonProcessingException e) {
            // Not the API's answer: see the message below.
        }
        throw new Failure("what answers at " + api() + " (status " + response.statusCode()
                + ") is not Tidemark's API: name the API's address with --url; `tidemark run` prints it first");
    }

    private HttpResponse<String> send() throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(target())
                .timeout(Duration.ofSeconds(30))
                .GET()
                .build();
        try {
            return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new Failure("cannot reach " + api() + " (" + e.getClass().getSimpleName()
                    + "): start it with `tidemark run`, or name another endpoint with --url");
        }
    }

    private URI target() {
        List<String> query = new ArrayList<>();
        if (features != null) {
            query.add("features=" + encode(features));
        }
        if (at != null) {
            query.add("at=" + encode(at));
        }
        if (knowledge != null) {
            query.add("knowledge=" + knowledge.name().toLowerCase(Locale.ROOT));
        }
        if (explain) {
            query.add("explain=true");
        }
        String path = "/v1/views/" + encode(view) + "/entities/" + encode(key);
        return URI.create(base() + path + (query.isEmpty() ? "" : "?" + String.join("&", query)));
    }

    private String base() {
        URI url = api();
        boolean web = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
        if (!web || url.getHost() == null) {
            throw new Failure("--url '" + url + "' is no web address: write it like http://127.0.0.1:8080");
        }
        String text = url.toString();
        return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static String problem(JsonNode body) {
        StringBuilder text = new StringBuilder(body.path("detail").asText());
        if (body.has("remedy")) {
            text.append("\n    ").append(body.path("remedy").asText());
        }
        if (body.has("available")) {
            List<String> available = new ArrayList<>();
            body.path("available").forEach(name -> available.add(name.asText()));
            text.append("\n    available: ").append(String.join(", ", available));
        }
        return text.toString();
    }

    private URI api() {
        return url != null
                ? url
                : deployment
                        .api()
                        .orElseThrow(
                                () -> new Failure("which API? Only a local run's is known by its port: name it with "
                                        + "--url, or read tables and bucket with --direct and --knowledge"));
    }
}

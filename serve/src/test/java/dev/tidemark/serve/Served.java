package dev.tidemark.serve;

import dev.tidemark.functions.Deployment;
import dev.tidemark.serve.FeatureService.Pulse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** A running server, and what it logged. */
final class Served implements AutoCloseable {

    static final String CATALOG = "/v1/catalog";

    private final Deployment deployment;
    private final FeatureService service;
    private final ByteArrayOutputStream log = new ByteArrayOutputStream();

    Served(Tables tables, ServeSettings settings) throws IOException {
        this(tables, settings, Pulse.DEFAULT);
    }

    Served(Tables tables, ServeSettings settings, Pulse pulse) throws IOException {
        deployment = tables.deployment();
        service = FeatureService.start(deployment, settings, new PrintStream(log, true, StandardCharsets.UTF_8), pulse);
    }

    FeatureService service() {
        return service;
    }

    HttpRequest request(String path, Map<String, String> headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(service.endpoint() + path));
        headers.forEach(request::header);
        return request.build();
    }

    HttpResponse<String> get(HttpClient client, String path, Map<String, String> headers)
            throws IOException, InterruptedException {
        return client.send(request(path, headers), HttpResponse.BodyHandlers.ofString());
    }

    /** What was logged, once this is in it: a refusal is logged after it was sent. */
    String logWith(String part) {
        while (!log().contains(part)) {
            Thread.onSpinWait();
        }
        return log();
    }

    String log() {
        return log.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        service.close();
        deployment.clients().close();
    }
}

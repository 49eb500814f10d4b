package dev.tidemark.serve;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpServer;
import dev.tidemark.aws.AwsClients;
import dev.tidemark.aws.Environment;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.functions.Deployment;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** Empty tables: whatever is asked, they have nothing. They can fail, and be slow. */
final class Tables implements AutoCloseable {

    static final String CATALOG = """
            tidemark: 1
            sources:
              clicks: {stream: clicks, event_time: ts}
            views:
              user:
                source: clicks
                entity: user
                features:
                  clicks: {function: count, windows: [5m]}
            """;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private volatile boolean failing;
    private volatile String held = "nobody";
    private final CountDownLatch open = new CountDownLatch(1);
    private final CountDownLatch asked = new CountDownLatch(1);

    Tables() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            String question = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
            if (question.contains(held)) {
                asked.countDown();
                try {
                    open.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            byte[] body = (failing
                            ? "{\"__type\":\"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException\"}"
                            : "{}")
                    .getBytes(UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/x-amz-json-1.0");
            exchange.sendResponseHeaders(failing ? 400 : 200, body.length);
            try (var out = exchange.getResponseBody()) {
                out.write(body);
            }
        });
        server.start();
    }

    void fail(boolean now) {
        failing = now;
    }

    /** From now on questions about an entity wait until the latch is opened. */
    CountDownLatch hold(String entity) {
        held = entity;
        return open;
    }

    /** Waits for such a question. */
    void awaitHeld() throws InterruptedException {
        asked.await();
    }

    Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>();
        environment.put("AWS_REGION", "us-east-1");
        environment.put("AWS_ACCESS_KEY_ID", "local");
        environment.put("AWS_SECRET_ACCESS_KEY", "local");
        environment.put(
                "AWS_ENDPOINT_URL", "http://127.0.0.1:" + server.getAddress().getPort());
        environment.put(Environment.STATE_TABLE.variable(), "state");
        environment.put(Environment.CONTROL_TABLE.variable(), "control");
        environment.put(Environment.BUCKET.variable(), "bucket");
        environment.put(Environment.ASK_STREAM_SECONDS.variable(), "0");
        return environment;
    }

    Deployment deployment() {
        Catalog catalog = new CatalogCompiler().compile(CATALOG);
        AwsClients clients = AwsClients.of(
                environment(), StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local")));
        return new Deployment(environment(), Catalogs.of(catalog), clients);
    }

    @Override
    public void close() {
        open.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}

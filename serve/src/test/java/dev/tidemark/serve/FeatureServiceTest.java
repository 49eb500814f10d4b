package dev.tidemark.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.http.HttpServer;
import dev.tidemark.http.Limits;
import dev.tidemark.http.Reply;
import dev.tidemark.serve.FeatureService.Pulse;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 2, unit = TimeUnit.MINUTES)
class FeatureServiceTest {

    private static final ServeSettings OPEN = new ServeSettings("127.0.0.1", 0, true, null, null, null, 4, 60);
    private static final ServeSettings LOCAL = new ServeSettings("127.0.0.1", 0, false, null, null, null, 4, 60);
    private static final Pulse QUICK = new Pulse(10, 200);
    private static final String ENTITY = "/v1/views/user/entities/u1";

    private final HttpClient client = HttpClient.newHttpClient();

    @SuppressWarnings("NullAway.Init") // Made before each test.
    private Tables tables;

    @BeforeEach
    void start() throws Exception {
        tables = new Tables();
    }

    @AfterEach
    void stop() {
        tables.close();
    }

    private void awaitReady(Served served, int status) throws Exception {
        while (served.get(client, "/health/ready", Map.of()).statusCode() != status) {
            Thread.onSpinWait();
        }
    }

    @Test
    void requestsAreAnsweredAndLogged() throws Exception {
        try (Served served = new Served(tables, LOCAL)) {
            HttpResponse<String> answer = served.get(client, ENTITY, Map.of());
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).contains("\"clicks_5m\":0");
            String id = answer.headers().firstValue("x-amzn-RequestId").orElseThrow();
            assertThat(served.log().lines())
                    .singleElement()
                    .asString()
                    .contains(id, "\"route\":\"entity\"", "\"latencyMillis\"")
                    .doesNotContain("u1");
        }
    }

    /** As the local run does it: a page in a browser must not get in by a name of its own. */
    @Test
    void whereNobodyIsAskedOnlyRequestsForThisMachineGetIn() throws Exception {
        try (Served local = new Served(tables, LOCAL);
                Served open = new Served(tables, OPEN)) {
            Map<String, String> page = Map.of("Origin", "http://evil.example");
            assertThat(local.get(client, ENTITY, page).statusCode()).isEqualTo(421);
            assertThat(local.logWith("\"status\":\"421\"")).contains("\"problem\":\"GATEWAY\"");
            assertThat(open.get(client, ENTITY, page).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void readyIsWhileTheTablesAnswer() throws Exception {
        try (Served served = new Served(tables, LOCAL, QUICK)) {
            awaitReady(served, 200);
            tables.fail(true);
            awaitReady(served, 503);
            assertThat(served.get(client, "/health/live", Map.of()).statusCode())
                    .isEqualTo(200);
            HttpResponse<String> ready = served.get(client, "/health/ready", Map.of());
            assertThat(ready.body()).isEqualTo("not ready\n");
            tables.fail(false);
            awaitReady(served, 200);
            assertThat(served.log()).as("health is asked often").isEmpty();
        }
    }

    @Test
    void aStoppingServerAnswersWhatHasArrived() throws Exception {
        try (Served served = new Served(tables, LOCAL, QUICK)) {
            awaitReady(served, 200);
            CountDownLatch open = tables.hold("u1");
            CompletableFuture<HttpResponse<String>> arrived =
                    client.sendAsync(served.request(ENTITY, Map.of()), HttpResponse.BodyHandlers.ofString());
            tables.awaitHeld();
            CompletableFuture<Boolean> drained = new CompletableFuture<>();
            Thread stopping = new Thread(() -> {
                try {
                    drained.complete(served.service().drain());
                } catch (InterruptedException e) {
                    drained.completeExceptionally(e);
                }
            });
            stopping.start();
            assertThat(arrived).isNotDone();
            open.countDown();
            assertThat(arrived.join().statusCode()).isEqualTo(200);
            assertThat(drained.join()).as("all answered").isTrue();
        }
    }

    @Test
    void whatIsNotAnsweredInTimeIsCutOff() throws Exception {
        ServeSettings atOnce = new ServeSettings("127.0.0.1", 0, false, null, null, null, 4, 0);
        try (Served served = new Served(tables, atOnce, QUICK)) {
            awaitReady(served, 200);
            tables.hold("u1");
            CompletableFuture<HttpResponse<String>> arrived =
                    client.sendAsync(served.request(ENTITY, Map.of()), HttpResponse.BodyHandlers.ofString());
            tables.awaitHeld();
            assertThat(served.service().drain()).isFalse();
            assertThat(arrived.handle((answer, failure) -> failure).join()).isNotNull();
        }
    }

    @Test
    void whatIsTooMuchAtOnceIsToldToComeAgainAndTheOthersAreAnswered() throws Exception {
        Semaphore inside = new Semaphore(0);
        CountDownLatch open = new CountDownLatch(1);
        Bounded two = new Bounded(
                (request, body) -> {
                    inside.release();
                    try {
                        open.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    return new Reply(200, Map.of(), body);
                },
                2,
                TimeUnit.MINUTES.toMillis(1));
        try (HttpServer server =
                HttpServer.start("test", 0, new Limits(64, 60_000, 60_000, 1_024, 1_024 * 1_024), two)) {
            HttpRequest request = HttpRequest.newBuilder(server.endpoint()).build();
            List<CompletableFuture<HttpResponse<String>>> all = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                all.add(client.sendAsync(request, HttpResponse.BodyHandlers.ofString()));
            }
            inside.acquire(2);
            while (all.stream().filter(CompletableFuture::isDone).count() < 6) {
                Thread.onSpinWait();
            }
            assertThat(all.stream().filter(CompletableFuture::isDone))
                    .hasSize(6)
                    .allSatisfy(refused -> {
                        assertThat(refused.join().statusCode()).isEqualTo(503);
                        assertThat(refused.join().headers().firstValue("Retry-After"))
                                .hasValue("1");
                    });
            open.countDown();
            assertThat(all.stream().map(answer -> answer.join().statusCode()))
                    .containsOnly(200, 503)
                    .filteredOn(status -> status == 200)
                    .hasSize(4);
        }
    }

    @Test
    void whoWaitsTooLongIsToldToComeAgain() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch open = new CountDownLatch(1);
        Bounded one = new Bounded(
                (request, body) -> {
                    inside.countDown();
                    try {
                        open.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    return new Reply(200, Map.of(), body);
                },
                1,
                1);
        try (HttpServer server =
                HttpServer.start("test", 0, new Limits(64, 60_000, 60_000, 1_024, 1_024 * 1_024), one)) {
            URI uri = server.endpoint();
            CompletableFuture<HttpResponse<String>> first =
                    client.sendAsync(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
            inside.await();
            assertThat(client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(503);
            open.countDown();
            assertThat(first.join().statusCode()).isEqualTo(200);
        }
    }
}

package dev.tidemark.serve;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyResponseEvent;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ApiServerTest {

    private final HttpClient client = HttpClient.newHttpClient();
    private final BlockingQueue<APIGatewayProxyRequestEvent> seen = new LinkedBlockingQueue<>();

    @SuppressWarnings("NullAway.Init") // Each test starts its own.
    private ApiServer server;

    @AfterEach
    void stop() {
        server.close();
    }

    private void serve(ApiFunction function) throws IOException {
        server = ApiServer.start(
                0,
                () -> request -> {
                    seen.add(request);
                    return function.handle(request);
                },
                InstantSource.fixed(Instant.EPOCH));
    }

    private HttpResponse<byte[]> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(URI.create(server.endpoint() + path));
    }

    private static APIGatewayProxyResponseEvent ok(String body) {
        return new APIGatewayProxyResponseEvent().withStatusCode(200).withBody(body);
    }

    @Test
    void aRequestBecomesAProxyEvent() throws Exception {
        serve(request -> ok("hello"));
        HttpResponse<byte[]> response = send(to("/v1/views/a%2Fb/entities/%C3%BC?x=1&x=2%263&flag&y=a+b")
                .header("X-One", "1")
                .POST(BodyPublishers.ofString("{\"ü\":1}")));
        assertThat(new String(response.body(), UTF_8)).isEqualTo("hello");
        APIGatewayProxyRequestEvent event = seen.poll(10, TimeUnit.SECONDS);
        assertThat(event.getHttpMethod()).isEqualTo("POST");
        assertThat(event.getResource()).isEqualTo("/{proxy+}");
        assertThat(event.getPath()).isEqualTo("/v1/views/a%2Fb/entities/%C3%BC");
        assertThat(event.getPathParameters()).containsEntry("proxy", "v1/views/a%2Fb/entities/%C3%BC");
        assertThat(event.getQueryStringParameters()).isEqualTo(Map.of("x", "2&3", "flag", "", "y", "a b"));
        assertThat(event.getMultiValueQueryStringParameters()).containsEntry("x", List.of("1", "2&3"));
        assertThat(event.getHeaders()).containsEntry("X-One", "1");
        assertThat(event.getBody()).isEqualTo("{\"ü\":1}");
        assertThat(event.getIsBase64Encoded()).isFalse();
        assertThat(event.getRequestContext().getStage()).isEqualTo("local");
        assertThat(event.getRequestContext().getIdentity().getSourceIp()).isEqualTo("127.0.0.1");
        assertThat(response.headers().firstValue("x-amzn-RequestId"))
                .hasValue(event.getRequestContext().getRequestId());
        assertThat(response.statusCode()).isEqualTo(200);
    }

    @Test
    void binaryGoesThroughAsBase64BothWays() throws Exception {
        byte[] binary = {(byte) 0xff, 0, (byte) 0xfe};
        serve(request -> new APIGatewayProxyResponseEvent()
                .withStatusCode(201)
                .withIsBase64Encoded(true)
                .withHeaders(Map.of("Content-Type", "application/octet-stream"))
                .withMultiValueHeaders(Map.of("Set-Cookie", List.of("a=1", "b=2")))
                .withBody(request.getBody()));
        HttpResponse<byte[]> response = send(to("/").PUT(BodyPublishers.ofByteArray(binary)));
        assertThat(response.body()).isEqualTo(binary);
        assertThat(response.statusCode()).isEqualTo(201);
        assertThat(response.headers().allValues("Set-Cookie")).containsExactly("a=1", "b=2");
        APIGatewayProxyRequestEvent event = seen.poll(10, TimeUnit.SECONDS);
        assertThat(event.getIsBase64Encoded()).isTrue();
        assertThat(Base64.getDecoder().decode(event.getBody())).isEqualTo(binary);
        assertThat(event.getQueryStringParameters()).isNull();
    }

    @Test
    void errorsOfTheFunctionSayNothing() throws Exception {
        serve(request -> {
            if (request.getPath().equals("/null")) {
                return new APIGatewayProxyResponseEvent();
            }
            throw new IllegalStateException("secret");
        });
        for (String path : List.of("/throws", "/null")) {
            HttpResponse<byte[]> response = send(to(path));
            assertThat(response.statusCode()).isEqualTo(502);
            assertThat(new String(response.body(), UTF_8))
                    .contains("tag:tidemark.dev,2026:problem/gateway")
                    .doesNotContain("secret");
        }
    }

    @Test
    void requestsAreBoundedAndChecked() throws Exception {
        serve(request -> ok(""));
        int limit = ApiServer.LIMITS.maxBodyBytes();
        assertThat(send(to("/").POST(BodyPublishers.ofByteArray(new byte[limit])))
                        .statusCode())
                .isEqualTo(200);
        assertThat(send(to("/").POST(BodyPublishers.ofByteArray(new byte[limit + 1])))
                        .statusCode())
                .isEqualTo(413);
        assertThat(send(to("/").method("HEAD", BodyPublishers.noBody())).statusCode())
                .isEqualTo(200);
    }

    @Test
    void oneInstanceServesOneRequestAtATime() throws Exception {
        AtomicInteger instances = new AtomicInteger();
        CyclicBarrier together = new CyclicBarrier(3);
        server = ApiServer.start(
                0,
                () -> {
                    String number = Integer.toString(instances.incrementAndGet());
                    return request -> {
                        if (request.getPath().equals("/together")) {
                            together.await(30, TimeUnit.SECONDS);
                        }
                        return ok(number);
                    };
                },
                InstantSource.fixed(Instant.EPOCH));
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            answers.add(client.sendAsync(to("/together").build(), HttpResponse.BodyHandlers.ofString()));
        }
        assertThat(answers.stream().map(answer -> answer.join().body())).containsExactlyInAnyOrder("1", "2", "3");
        for (int i = 0; i < 5; i++) {
            send(to("/alone"));
        }
        assertThat(instances).hasValue(3);
    }
}

package dev.tidemark.functions.query;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent;
import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.aws.dynamodb.CapacityCounter;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.fold.Inputs;
import dev.tidemark.core.serve.WaitingCache;
import dev.tidemark.functions.MetricLines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class JsonRequestLogTest {

    private final QueryWorld world = new QueryWorld();
    private final CapacityCounter capacity = new CapacityCounter();
    private final MetricLines lines = new MetricLines();
    private final TickingClock clock = new TickingClock();
    private final JsonRequestLog log = new JsonRequestLog(lines.out(), capacity, clock);
    private final QueryFunction function = new QueryFunction(QueryParts.of(
            Catalogs.of(world.catalog),
            world.items,
            world.control,
            null,
            WaitingCache.none(),
            new CostlyShare(100),
            log,
            clock,
            Inputs.EMPTY_TABLES));

    @Test
    void everyMetricOfARequestIsDocumentedAndNoOther() throws IOException {
        get("/v1/views/viewer/entities/42");
        get("/v1/nothing");

        List<String> page = Files.readAllLines(Path.of("../docs/metrics.md"));
        assertThat(lines.metrics()).isEqualTo(new TreeSet<>(MetricLines.documented(page, "Of a request")));
    }

    @Test
    void aRequestIsOneLine() {
        world.view(1, "42", "shoes", "1", 1_000);
        world.view(2, "42", "shoes", "1", 7_200_000);
        capacity.read(3.5);

        get("/v1/views/viewer/entities/42");

        assertThat(lines.lines()).hasSize(1);
        JsonNode line = lines.lines().get(0);
        assertThat(line.get("level").asText()).isEqualTo("INFO");
        assertThat(line.get("route").asText()).isEqualTo("entity");
        assertThat(line.get("status").asText()).isEqualTo("200");
        assertThat(line.get("requestId").asText()).isEqualTo("request-1");
        assertThat(line.get("latencyMillis").intValue()).isEqualTo(2);
        assertThat(line.get("entitiesRead").intValue()).isOne();
        assertThat(line.get("itemsRead").intValue()).isPositive();
        assertThat(line.get("readUnits").doubleValue()).isEqualTo(3.5);
        assertThat(line.has("problems")).isFalse();
        assertThat(line.toString()).doesNotContain("shoes").doesNotContain("/42");
    }

    @Test
    void aBatchCountsAllItsEntities() {
        APIGatewayProxyRequestEvent event = event("POST", "/v1/features:batch")
                .withBody("{\"queries\":[{\"view\":\"viewer\",\"entities\":[\"43\",\"42\",\"x\"]},"
                        + "{\"view\":\"pair\",\"entities\":[\"42|shoes\"]}]}");

        function.handleRequest(event, null);

        assertThat(lines.lines().get(0).get("route").asText()).isEqualTo("batch");
        assertThat(lines.lines().get(0).get("entitiesRead").intValue()).isEqualTo(4);
    }

    @Test
    void aProblemIsCountedByStatusAndNamed() {
        get("/v1/views/nobody/entities/42");

        JsonNode line = lines.lines().get(0);
        assertThat(line.get("message").asText()).isEqualTo("request refused");
        assertThat(line.get("status").asText()).isEqualTo("404");
        assertThat(line.get("problem").asText()).isEqualTo("UNKNOWN_VIEW");
        assertThat(line.get("problems").intValue()).isOne();
        assertThat(line.get("route").asText()).isEqualTo("entity");
    }

    @Test
    void aPathThatLeadsNowhereIsNoDimension() {
        get("/v1/what/ever");

        assertThat(lines.lines().get(0).get("route").asText()).isEqualTo("unknown");
        assertThat(lines.lines().get(0).toString()).doesNotContain("ever");
    }

    @Test
    void whatPrimingReadIsNoRequests() {
        capacity.read(9);
        log.primed();
        capacity.read(1);

        get("/v1/health");

        assertThat(lines.lines().get(0).get("readUnits").doubleValue()).isEqualTo(1);
    }

    private void get(String path) {
        function.handleRequest(event("GET", path), null);
    }

    private static APIGatewayProxyRequestEvent event(String method, String path) {
        return new APIGatewayProxyRequestEvent()
                .withHttpMethod(method)
                .withPath(path)
                .withRequestContext(new APIGatewayProxyRequestEvent.ProxyRequestContext().withRequestId("request-1"));
    }

    /** Goes on by a millisecond with every look at it. */
    private static final class TickingClock implements InstantSource {

        private long millis = QueryWorld.NOW.toEpochMilli();

        @Override
        public Instant instant() {
            return Instant.ofEpochMilli(millis++);
        }
    }
}

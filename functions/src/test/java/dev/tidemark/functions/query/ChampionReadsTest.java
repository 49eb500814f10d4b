package dev.tidemark.functions.query;

import static dev.tidemark.functions.query.QueryWorld.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyResponseEvent;
import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.aws.s3.S3Reader;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.fold.Inputs;
import dev.tidemark.core.learn.TrainingDecision.Done;
import dev.tidemark.core.learn.TrainingLoop;
import dev.tidemark.core.learn.TrainingRules.Trigger;
import dev.tidemark.core.monitor.MonitorWorld;
import dev.tidemark.core.serve.WaitingCache;
import dev.tidemark.core.store.ControlStore;
import dev.tidemark.core.store.InMemoryTrainingLog;
import dev.tidemark.core.store.MonitorLog;
import dev.tidemark.core.store.TrainingLog.Candidate;
import dev.tidemark.core.store.TrainingLog.OfRun;
import dev.tidemark.functions.Baselines;
import dev.tidemark.functions.ClientSamples;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** {@code GET /v1/models/{model}/champion}. */
class ChampionReadsTest {

    private static final long NOW = 1_800_000_000_000L;
    private static final String PATH = "/v1/models/discount/champion";
    private static final S3Reader NOT_IN_S3 = new S3Reader(() -> {
        throw new AssertionError("nothing is in S3 here");
    });

    private final MonitorWorld world = new MonitorWorld("""
            predictions: {source: shop}
            outcome: {pair: judged}
            monitor: {windows: [1h], challengers: [candidate]}
            train: {promote: {shadow: 1h}}
            """);
    private final InMemoryTrainingLog log = new InMemoryTrainingLog();
    private long nowMillis = NOW;
    private final TrainingLoop loop =
            new TrainingLoop(world.catalog.training("discount").orElseThrow(), log, () -> nowMillis);
    private final QueryFunction function = function();

    private QueryFunction function() {
        Router router = new Router(
                Catalogs.of(world.catalog),
                world.items(),
                ControlStore.EMPTY,
                null,
                WaitingCache.none(),
                new CostlyShare(100),
                Baselines.of(Path.of("catalog.yaml"), NOT_IN_S3),
                new ClientSamples(() -> MonitorLog.EMPTY),
                () -> log,
                Inputs.NONE);
        return new QueryFunction(
                new QueryParts(router, new CostlyShare(100), RequestLog.NONE, () -> Instant.ofEpochMilli(NOW), null));
    }

    private JsonNode answer() {
        APIGatewayProxyResponseEvent response = get(PATH);
        assertThat(response.getStatusCode()).as(response.getBody()).isEqualTo(200);
        JsonNode answer = json(response);
        assertThat(QualityReadsTest.schema("Champion").validate(answer)).isEmpty();
        return answer;
    }

    private APIGatewayProxyResponseEvent get(String path) {
        return QueryWorld.send(function, "GET", path, Map.of(), Map.of(), null);
    }

    /** A candidate passes the gate. */
    private String judged(String version) {
        nowMillis += 1_000;
        long cut = nowMillis;
        Trigger trigger = new Trigger("operator", nowMillis, version);
        Done begun = (Done) loop.begin(
                        trigger,
                        "train.py",
                        since -> CompletableFuture.completedFuture(new TrainingLoop.Cuts.Made(cut, 5)))
                .join();
        String run = ((OfRun) begun.entry()).run();
        loop.setMade(run, "set.json", "00", 5, "profile.json.gz").join();
        loop.judged(run, new Candidate(version, "h", "models/" + version, null), true, List.of())
                .join();
        return run;
    }

    @Test
    void withoutAPromotionThereIsNoChampion() {
        APIGatewayProxyResponseEvent response = get(PATH);

        assertThat(response.getStatusCode()).isEqualTo(404);
        assertThat(json(response).at("/type").asText()).endsWith("/no-champion");
        assertThat(json(response).at("/remedy").asText()).contains("before its first promotion");
    }

    @Test
    void onlyModelsThatAreTrainedHaveOne() {
        APIGatewayProxyResponseEvent response = get("/v1/models/other/champion");

        assertThat(response.getStatusCode()).isEqualTo(404);
        assertThat(json(response).at("/type").asText()).endsWith("/unknown-model");
        assertThat(json(response).at("/available/0").asText()).isEqualTo("discount");
    }

    @Test
    void theFirstCandidateIsInShadowOfNobody() {
        judged("v1");

        JsonNode answer = answer();
        assertThat(answer.at("/version").isNull()).isTrue();
        assertThat(answer.at("/candidate/version").asText()).isEqualTo("v1");
    }

    @Test
    void theChampionIsWhatWasPromotedOrRolledBackToAtOnce() {
        loop.promote(judged("v1"), "it is good").join();
        assertThat(answer().toString())
                .isEqualTo("{\"model\":\"discount\",\"version\":\"v1\",\"hash\":\"h\",\"artifact\":\"models/v1\","
                        + "\"sha256\":null,\"since\":\"2027-01-15T08:00:01Z\",\"log\":4,\"candidate\":null}");

        String second = judged("v2");
        assertThat(answer().at("/version").asText()).isEqualTo("v1");
        assertThat(answer().at("/candidate/artifact").asText()).isEqualTo("models/v2");

        nowMillis += 500;
        loop.promote(second, "it is better").join();
        assertThat(answer().at("/version").asText()).isEqualTo("v2");
        assertThat(answer().at("/candidate").isNull()).isTrue();

        nowMillis += 500;
        loop.rollBack(second, "it is not").join();
        assertThat(answer().at("/version").asText()).isEqualTo("v1");
        assertThat(answer().at("/since").asText()).isEqualTo("2027-01-15T08:00:03Z");
        assertThat(answer().at("/log").asLong()).isEqualTo(9);

        loop.rollBack(((OfRun) log.entries("discount").get(0)).run(), "nor is this")
                .join();
        assertThat(get(PATH).getStatusCode()).isEqualTo(404);
    }
}

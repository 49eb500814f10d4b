package dev.tidemark.functions.query;

import static dev.tidemark.core.monitor.MonitorWorld.HOUR;
import static dev.tidemark.core.monitor.MonitorWorld.START;
import static dev.tidemark.functions.query.QueryWorld.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyResponseEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.tidemark.aws.s3.S3Reader;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.fold.Inputs;
import dev.tidemark.core.monitor.MonitorWorld;
import dev.tidemark.core.monitor.MonitorWorld.Logged;
import dev.tidemark.core.serve.WaitingCache;
import dev.tidemark.core.store.ControlStore;
import dev.tidemark.core.store.MonitorLog;
import dev.tidemark.core.store.TrainingLog;
import dev.tidemark.functions.Baselines;
import dev.tidemark.functions.ClientSamples;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code GET /v1/models/{model}/quality}. */
class QualityReadsTest {

    private static final S3Reader NOT_IN_S3 = new S3Reader(() -> {
        throw new AssertionError("nothing is in S3 here");
    });
    private static final String PATH = "/v1/models/discount/quality";
    private static final long NOW = START + 8 * HOUR;
    private static final String MONITOR = """
            predictions: {source: shop}
            outcome: {within: 1h, settle: 30m}
            slices: [request.device]
            monitor:
              windows: [1h, 6h]
              champion: v7
              baseline: BASELINE
              checks:
                accuracy: {at_least: 0.6, window: 6h}
                drift: {window: 6h}
            """;
    private static final String TRAINED = """
            {"format": 1, "sha256": "00", "rows": 1000, "model": "discount", "hash": "HASH", "columns": {"viewer.views_1h":
              {"count": 1000, "nulls": 0, "mean": 5, "stddev": 0, "cells": {"5.01": 1000}, "values": {}, "other": 0}}}""";

    @TempDir
    private Path folder;

    private MonitorWorld world(String baseline) {
        MonitorWorld world = new MonitorWorld(MONITOR.replace("BASELINE", baseline));
        SplittableRandom random = new SplittableRandom(5);
        int number = 0;
        for (long at = START; at < NOW; at += 20_000) {
            double score = 0.01 * (1 + random.nextInt(98));
            Logged prediction = new Logged(
                    "p" + number++,
                    at,
                    number % 4 == 0 ? "v8" : "v7",
                    world.catalog.models().get(0).hash(),
                    "user-" + random.nextInt(1_000),
                    50 + 10 * random.nextDouble(),
                    random.nextInt(10),
                    number % 3 == 0 ? "phone" : "desktop",
                    score);
            world.arrives(at + 10, prediction.json());
            world.arrives(at + 30_000, prediction.outcome(at + 20_000, random.nextDouble() < score ? 1 : 0));
        }
        world.fold(NOW);
        return world;
    }

    private QueryFunction function(MonitorWorld world) {
        Router router = new Router(
                Catalogs.of(world.catalog),
                world.items(),
                ControlStore.EMPTY,
                null,
                WaitingCache.none(),
                new CostlyShare(100),
                Baselines.of(folder.resolve("catalog.yaml"), NOT_IN_S3),
                new ClientSamples(() -> MonitorLog.EMPTY),
                () -> TrainingLog.EMPTY,
                Inputs.NONE);
        return new QueryFunction(
                new QueryParts(router, new CostlyShare(100), RequestLog.NONE, () -> Instant.ofEpochMilli(NOW), null));
    }

    private APIGatewayProxyResponseEvent get(String baseline, Map<String, String> parameters) {
        return QueryWorld.send(function(world(baseline)), "GET", PATH, parameters, Map.of(), null);
    }

    private void write(String name, String json) throws IOException {
        Files.createDirectories(folder.resolve(name).getParent());
        try (GZIPOutputStream out = new GZIPOutputStream(Files.newOutputStream(folder.resolve(name)))) {
            out.write(json.getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void theAnswerIsAsDocumented() {
        APIGatewayProxyResponseEvent response = get("{window: 1h, before: 4h}", Map.of("slice", "device"));

        assertThat(response.getStatusCode()).as(response.getBody()).isEqualTo(200);
        JsonNode answer = json(response);
        assertThat(schema("Quality").validate(answer)).as(response.getBody()).isEmpty();
        assertThat(answer.at("/status").asText()).isEqualTo("pass");
        assertThat(answer.at("/versions").findValuesAsText("version")).containsExactly("v7", "v8");
        assertThat(answer.at("/versions/0/windows/1/matured/metrics/confusion/0/accuracy")
                        .doubleValue())
                .isBetween(0.6, 0.9);
        assertThat(answer.at("/versions/0/windows/1/inputs/viewer.price_1h/psi").isNumber())
                .isTrue();
        assertThat(answer.at("/versions/0/windows/1/slices")).hasSize(2);
        assertThat(answer.at("/versions/0/checks/0/text").asText()).startsWith("accuracy is 0.");
    }

    /** Of the API's description. */
    static JsonSchema schema(String name) {
        JsonNode document = json(new QueryWorld().get("/v1/openapi.json"));
        ((com.fasterxml.jackson.databind.node.ObjectNode) document).put("$ref", "#/components/schemas/" + name);
        return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(document);
    }

    @Test
    void onlyWhatIsAskedForIsAnswered() {
        JsonNode answer = json(get("{window: 1h, before: 4h}", Map.of("version", "v8", "window", "6h")));

        assertThat(answer.at("/versions")).hasSize(1);
        assertThat(answer.at("/versions/0/version").asText()).isEqualTo("v8");
        assertThat(answer.at("/versions/0/windows")).hasSize(1);
        assertThat(answer.at("/versions/0/windows/0/slices").isMissingNode()).isTrue();
    }

    @Test
    void aPastMomentIsThatMoment() {
        String at = Instant.ofEpochMilli(NOW - 2 * HOUR).toString();

        JsonNode answer = json(get("{window: 1h, before: 4h}", Map.of("at", at)));

        assertThat(answer.at("/at").asText()).isEqualTo(at);
        assertThat(answer.at("/versions/0/windows/0/latest/labelled").intValue())
                .isEqualTo(answer.at("/versions/0/windows/0/latest/predictions").intValue());
    }

    @Test
    void aTrainingSetBesideTheCatalogIsTheBaseline() throws IOException {
        String hash = world("{window: 1h, before: 4h}").catalog.models().get(0).hash();
        write("sets/2026/profile.json.gz", TRAINED.replace("HASH", hash));

        JsonNode answer = json(get("sets/2026", Map.of()));

        assertThat(answer.at("/status").asText()).isEqualTo("fail");
        assertThat(answer.at("/versions/0/cause/kind").asText()).isEqualTo("drift");
        assertThat(answer.at("/versions/0/cause/evidence/0/text").asText()).startsWith("viewer.views_1h has moved");
        assertThat(answer.at("/versions/0/windows/0/inputs")).hasSize(1);
    }

    /** What it was trained with decides, not what is in the catalog today. */
    @Test
    void theHashIsThatOfTheTrainingSet() throws IOException {
        write("sets/2026/profile.json.gz", TRAINED.replace("HASH", "0123456789abcdef"));

        JsonNode answer = json(get("sets/2026", Map.of()));

        assertThat(answer.at("/versions/0/cause/kind").asText()).isEqualTo("definition");
        assertThat(answer.at("/versions/0/cause/evidence/0/text").asText())
                .endsWith("; the model's is 0123456789abcdef");
    }

    @ParameterizedTest
    @CsvSource({"[], it is no profile", "{}, it is no profile", "no, it is no profile"})
    void aBaselineThatIsNoneIsNamed(String json, String why) throws IOException {
        write("profile.json.gz", json);
        APIGatewayProxyResponseEvent response = get("profile.json.gz", Map.of());

        assertThat(response.getStatusCode()).isEqualTo(422);
        assertThat(json(response).get("detail").asText()).contains("'profile.json.gz'", why);
    }

    @Test
    void aBaselineThatIsNotThereIsNamed() {
        assertThat(json(get("nowhere", Map.of())).get("detail").asText()).contains("'nowhere' cannot be read");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            window  | 2h       | the monitor has no window '2h'
            slice   | country  | the monitor has no slice 'country'
            at      | soon     | no moment in ISO 8601
            at      | 2026-02-01T00:00:00Z | further back than the retention
            version | ' '      | is empty
            version | v7,      | or one without a name
            version | a,b,c,d,e,f,g,h,i,j,k | names 11 versions
            windows | 1h       | no query parameter 'windows'
            """)
    void whatCannotBeAskedIsNamed(String name, String value, String problem) {
        APIGatewayProxyResponseEvent response = get("{window: 1h, before: 4h}", Map.of(name, value));

        assertThat(response.getStatusCode()).isIn(400, 422);
        assertThat(json(response).get("detail").asText()).contains(problem);
        assertThat(response.getBody()).as("no parameter of another resource").doesNotContain("knowledge");
    }

    @Test
    void aModelWithoutAMonitorSaysWhichHaveOne() {
        QueryWorld other = new QueryWorld();
        assertThat(json(other.get("/v1/models/nothing/quality")).get("detail").asText())
                .isEqualTo("the catalog has no model 'nothing'");
        assertThat(json(other.get(PATH)).get("detail").asText()).isEqualTo("model 'discount' has no monitor");
        assertThat(other.get(PATH).getStatusCode()).isEqualTo(404);
    }

    /** A sandbox rehearses every question before its snapshot. */
    @Test
    void aMonitorIsRehearsed() {
        new Rehearsal(world("{window: 1h, before: 4h}").catalog, () -> Instant.ofEpochMilli(NOW)).run();
    }
}

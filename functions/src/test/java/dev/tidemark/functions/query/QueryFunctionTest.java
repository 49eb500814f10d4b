package dev.tidemark.functions.query;

import static dev.tidemark.functions.query.QueryWorld.LANE;
import static dev.tidemark.functions.query.QueryWorld.NOW;
import static dev.tidemark.functions.query.QueryWorld.json;
import static dev.tidemark.functions.query.QueryWorld.position;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyResponseEvent;
import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.ControlRow.ViewStatus;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.control.ViewCounts;
import dev.tidemark.core.event.InvalidEvent.Reason;
import dev.tidemark.core.store.Cas;
import dev.tidemark.core.store.ItemStore;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.tile.BlockRange;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.StoredItem;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QueryFunctionTest {

    private final QueryWorld world = new QueryWorld();

    @Test
    void anAnswerIsExactAndSaysWhatItCovers() {
        world.view(1, "42", "shoes", "10.10", 60_000);
        world.view(2, "42", "hats", "20.20", 30_000);
        world.view(3, "42", "shoes", "5", 7_200_000);

        APIGatewayProxyResponseEvent response = world.get(
                "/v1/views/viewer/entities/42",
                "features",
                "per_category_24h,avg_price_5m,avg_price_24h,views_lifetime");

        assertThat(response.getStatusCode()).isEqualTo(200);
        assertThat(response.getHeaders()).containsEntry("Content-Type", "application/json");
        assertThat(response.getBody())
                .isEqualTo("{\"view\":\"viewer\",\"entity\":{\"user_id\":\"42\"},\"at\":\"2026-03-01T12:00:03.250Z\","
                        + "\"features\":{\"views_lifetime\":3,\"avg_price_5m\":15.15,\"avg_price_24h\":11.76666666666667,"
                        + "\"per_category_24h\":{\"hats\":20.2,\"shoes\":15.1}},"
                        + "\"coverage\":{\"lifetime\":{\"start\":null,\"end\":\"2026-03-01T12:00:05Z\"},"
                        + "\"5m\":{\"start\":\"2026-03-01T11:55:00Z\",\"end\":\"2026-03-01T12:00:05Z\"},"
                        + "\"24h\":{\"start\":\"2026-02-28T12:00:00Z\",\"end\":\"2026-03-01T12:00:05Z\"}},"
                        + "\"freshness\":{\"complete\":true,\"foldedUpTo\":\"2026-03-01T12:00:03.210Z\","
                        + "\"newestArrival\":\"2026-03-01T12:00:03.210Z\",\"caughtUp\":null,\"lagMillis\":40},"
                        + "\"receipt\":{\"catalog\":\"" + world.catalog.hash() + "\",\"view\":\""
                        + world.catalog.views().get(0).version() + "\",\"at\":1772366403250,"
                        + "\"lanes\":{\"" + LANE.id() + "\":\"" + position(100).text() + "\"},\"ahead\":{}}}");
    }

    @Test
    void anEntityNeverHeardOfIsNoError() {
        JsonNode answer = json(world.get("/v1/views/viewer/entities/nobody"));

        assertThat(answer.at("/features/views_24h").intValue()).isZero();
        assertThat(answer.at("/features/avg_price_24h").isNull()).isTrue();
        assertThat(answer.at("/features/last_prices_24h")).isEmpty();
        assertThat(answer.at("/features/per_category_24h").isObject()).isTrue();
        assertThat(answer.at("/features/share").isNull()).isTrue();
    }

    @Test
    void keysAreDecodedOnceAndPartsNamed() {
        world.view(1, "a/b%7C|c\\d +", "sh|oes", "1", 1_000);

        JsonNode answer = json(world.get("/v1/views/pair/entities/a%2Fb%257C%5C%7Cc%5C%5Cd%20+%7Csh%5C%7Coes"));

        assertThat(answer.at("/features/views_5m").intValue()).isOne();
        assertThat(answer.get("entity").toString())
                .isEqualTo("{\"user_id\":\"a/b%7C|c\\\\d +\",\"item.category\":\"sh|oes\"}");
    }

    @Test
    void anItemAheadOfItsLaneRowIsInTheReceipt() {
        world.laneAt(4);
        world.view(5, "42", "shoes", "1", 1_000);

        JsonNode ahead = json(world.get("/v1/views/viewer/entities/42", "features", "views_5m"))
                .at("/receipt/ahead");

        assertThat(ahead).hasSize(1);
        assertThat(ahead.properties().iterator().next().getKey()).endsWith("/" + LANE.id());
        assertThat(ahead.properties().iterator().next().getValue().asText())
                .isEqualTo(position(5).text());
    }

    @Test
    void aPastMomentIsAnsweredWithoutLifetimeWindows() {
        world.view(1, "42", "shoes", "1", 600_000);
        world.view(2, "42", "shoes", "1", 1_000);

        JsonNode answer = json(world.get("/v1/views/viewer/entities/42", "at", "2026-03-01T12:50:03.250+01:00"));

        assertThat(answer.get("at").asText()).isEqualTo("2026-03-01T11:50:03.250Z");
        assertThat(answer.at("/features/views_5m").intValue()).isOne();
        assertThat(answer.at("/features/views_lifetime").isNull()).isTrue();
        assertThat(names(answer.get("unavailable"))).containsExactly("views_lifetime", "per_life");
        assertThat(names(answer.get("coverage"))).containsExactly("5m", "24h");
    }

    @Test
    void anApproximateValueSaysSo() {
        for (int i = 0; i < 5; i++) {
            world.view(i, "42", "category" + i, "1", 1_000);
        }

        JsonNode answer = json(world.get("/v1/views/viewer/entities/42"));

        assertThat(names(answer.get("approximate"))).contains("users_24h").doesNotContain("avg_price_24h");
        assertThat(answer.at("/approximate/users_24h/method").asText()).isNotEmpty();
    }

    /** A window that ended is told by its own name, and not to end later than it was asked to. */
    @Test
    void anExplanationOfAWindowThatEnded() {
        JsonNode answer = json(world.get("/v1/views/pair/entities/42|shoes", "explain", "true"));

        assertThat(answer.at("/features/views_5m_before_5m").intValue()).isZero();
        assertThat(answer.at("/coverage/5m_before_5m/end").asText())
                .isEqualTo(answer.at("/coverage/5m/start").asText());
        assertThat(answer.at("/explain/windows/5m_before_5m/beforeMillis").intValue())
                .isEqualTo(3_250);
        assertThat(answer.at("/explain/windows/5m_before_5m/afterMillis").intValue())
                .isEqualTo(-3_250);
    }

    @Test
    void anExplanationShowsTilesReadsAndUnits() {
        world.view(1, "42", "shoes", "1", 1_000);
        world.view(2, "42", "shoes", "1", 7_200_000);

        JsonNode explain = json(world.get("/v1/views/viewer/entities/42", "explain", "true"))
                .get("explain");

        assertThat(explain.at("/windows/24h/events").intValue()).isEqualTo(2);
        assertThat(explain.at("/windows/5m/step").asText()).isEqualTo("5s");
        assertThat(explain.at("/windows/5m/beforeMillis").intValue()).isEqualTo(3_250);
        assertThat(explain.at("/windows/5m/afterMillis").intValue()).isEqualTo(1_749);
        assertThat(explain.get("reads")).hasSizeBetween(1, 6);
        assertThat(explain.at("/reads/0/blocks"))
                .extracting(range -> range.get("width").asText())
                .contains("5s", "head", "hour");
        assertThat(explain.get("readUnits").intValue())
                .isEqualTo(explain.get("reads").size());
        assertThat(explain.at("/features/share/from")).hasSize(2);
        assertThat(explain.at("/lanes/0/shard").asText()).isEqualTo(LANE.shardId());
    }

    @Test
    void aBackfillingViewIsIncomplete() {
        String version = world.catalog.views().get(0).version();
        Map<String, Position> views = Map.of(version, position(3));
        status(version, ViewStatus.BACKFILLING);
        world.control.lanes.put(
                LANE.id(), new LaneRow(LANE, 2, position(100), 100, NOW.toEpochMilli() - 40, "g1", views, Map.of()));

        JsonNode freshness = json(world.get("/v1/views/viewer/entities/42")).get("freshness");

        assertThat(freshness.get("complete").booleanValue()).isFalse();
        assertThat(freshness.at("/missing/0/upTo").asText())
                .isEqualTo(position(3).text());
    }

    @ParameterizedTest
    @CsvSource({"ACTIVE,,old", "ACTIVE,READY,old", "READY,ACTIVE,new", "RETIRED,BACKFILLING,new", ",,old"})
    void ofTwoVersionsTheActiveOneAnswers(@Nullable ViewStatus ofOld, @Nullable ViewStatus ofNew, String expected) {
        Catalog next = new CatalogCompiler()
                .compile(QueryWorld.resource("/test-catalog.yaml")
                        .replace("windows: [5m, 24h, lifetime]", "windows: [5m, 24h, 7d, lifetime]"));
        Catalog serving = expected.equals("old") ? world.catalog : next;
        status(world.catalog.views().get(0).version(), ofOld);
        status(next.views().get(0).version(), ofNew);
        QueryFunction function = QueryFunction.of(
                new Catalogs(world.catalog, next), world.items, world.control, InstantSource.fixed(NOW));

        JsonNode answer = json(get(function, "/v1/views/viewer/entities/42"));
        JsonNode health = json(get(function, "/v1/health"));

        assertThat(answer.at("/receipt/view").asText())
                .isEqualTo(serving.views().get(0).version());
        assertThat(answer.at("/receipt/catalog").asText()).isEqualTo(serving.hash());
        assertThat(answer.at("/features").has("views_7d")).isEqualTo(expected.equals("new"));
        assertThat(health.get("views"))
                .extracting(
                        view -> view.get("view").asText(),
                        view -> view.get("status").asText())
                .containsExactly(
                        tuple("viewer", ofOld == null ? "DORMANT" : ofOld.name()),
                        tuple("pair", "ACTIVE"),
                        tuple("viewer", ofNew == null ? "DORMANT" : ofNew.name()));
        // The next catalog is served once all of it is active; the view that is the same in both always was.
        assertThat(json(get(function, "/v1/catalog")).get("hash").asText())
                .isEqualTo((ofNew == ViewStatus.ACTIVE ? next : world.catalog).hash());
    }

    private static APIGatewayProxyResponseEvent get(QueryFunction function, String path) {
        return function.handleRequest(
                new APIGatewayProxyRequestEvent().withHttpMethod("GET").withPath(path), null);
    }

    /** @param status null: the control row does not know the version */
    private void status(String version, @Nullable ViewStatus status) {
        ControlRow row = Objects.requireNonNull(world.control.control);
        Map<String, ViewStatus> views = new HashMap<>(row.views());
        views.remove(version);
        if (status != null) {
            views.put(version, status);
        }
        world.control.control = row.withViews(views);
    }

    @Test
    void aBatchAnswersInOrderAndSaysOnceWhatIsCommon() {
        world.view(1, "42", "shoes", "1", 1_000);
        world.view(2, "43", "hats", "1", 1_000);

        JsonNode answer = json(world.post("/v1/features:batch", """
                        {"at":"2026-03-01T12:00:03Z","queries":[
                          {"view":"viewer","entities":["43","42","x"],"features":["views_5m"]},
                          {"view":"pair","entities":["42|shoes"]}]}
                        """));

        assertThat(answer.get("at").asText()).isEqualTo("2026-03-01T12:00:03Z");
        assertThat(answer.at("/results/0/entities/0/entity/user_id").asText()).isEqualTo("43");
        assertThat(answer.at("/results/0/entities/0/features/views_5m").intValue())
                .isOne();
        assertThat(answer.at("/results/0/entities/2/features/views_5m").intValue())
                .isZero();
        assertThat(answer.at("/results/1/entities/0/features/views_5m").intValue())
                .isOne();
        assertThat(answer.at("/results/0/receipt/lanes")).hasSize(1);
    }

    @Test
    void aBatchBodyMayBeBase64() {
        String body = "{\"queries\":[{\"view\":\"pair\",\"entities\":[\"1|2\"]}]}";
        APIGatewayProxyRequestEvent event = new APIGatewayProxyRequestEvent()
                .withHttpMethod("POST")
                .withPath("/v1/features:batch")
                .withIsBase64Encoded(true);
        String encoded = Base64.getEncoder().encodeToString(body.getBytes(StandardCharsets.UTF_8));

        assertThat(world.function.handleRequest(event.withBody(encoded), null).getStatusCode())
                .isEqualTo(200);
        assertThat(world.function.handleRequest(event.withBody("%"), null).getStatusCode())
                .isEqualTo(400);
        String latin1 =
                Base64.getEncoder().encodeToString(body.replace("|2", "|\u00fc").getBytes(StandardCharsets.ISO_8859_1));
        assertProblem(world.function.handleRequest(event.withBody(latin1), null), 400, "bad-body");
    }

    @Test
    void healthListsViewsAndLanes() {
        JsonNode health = json(world.get("/base/path/v1/health"));

        assertThat(health.get("phase").asText()).isEqualTo("LIVE");
        assertThat(health.get("records").intValue()).isEqualTo(100);
        assertThat(health.at("/views/1/freshness/lagMillis").intValue()).isEqualTo(40);
        assertThat(health.at("/lanes/0/lane").asText()).isEqualTo(LANE.id());
        assertThat(health.at("/lanes/0/lagMillis").intValue()).isEqualTo(40);
        assertThat(health.at("/lanes/0/ended").booleanValue()).isFalse();
    }

    @Test
    void aLaneThatHasEndedHasNoLag() {
        world.control.lanes.computeIfPresent(LANE.id(), (id, row) -> row.atItsEnd());
        JsonNode health = json(world.get("/base/path/v1/health"));

        assertThat(health.at("/lanes/0/ended").booleanValue()).isTrue();
        assertThat(health.at("/lanes/0/lagMillis").isNull()).isTrue();
        assertThat(health.at("/lanes/0/caughtUp").booleanValue()).isTrue();
        assertThat(health.at("/views/1/freshness/caughtUp").booleanValue()).isTrue();
        assertThat(health.at("/views/1/freshness/lagMillis").intValue()).isZero();
    }

    /** Ten minutes after the last event: the number that alarmed every newcomer. */
    @Test
    void anIdleStreamThatIsFoldedToItsEndSaysSoAndHasNoLag() {
        world.now = NOW.plusSeconds(600);

        JsonNode freshness = json(world.get("/v1/views/viewer/entities/42")).get("freshness");
        assertThat(freshness.get("caughtUp").booleanValue()).isTrue();
        assertThat(freshness.get("lagMillis").intValue()).isZero();
        assertThat(freshness.get("foldedUpTo").asText()).isEqualTo("2026-03-01T12:10:03.250Z");
        assertThat(freshness.get("newestArrival").asText()).isEqualTo("2026-03-01T12:00:03.210Z");
        assertThat(freshness.has("waitingSince")).isFalse();

        JsonNode batch = json(
                world.post("/v1/features:batch", "{\"queries\":[{\"view\":\"viewer\",\"entities\":[\"1\",\"2\"]}]}"));
        assertThat(batch.at("/results/0/freshness/caughtUp").booleanValue()).isTrue();
        JsonNode health = json(world.get("/v1/health"));
        assertThat(health.at("/views/1/freshness/caughtUp").booleanValue()).isTrue();
        assertThat(health.at("/lanes/0/caughtUp").booleanValue()).isTrue();
        assertThat(health.at("/lanes/0/lagMillis").intValue()).isZero();
        assertThat(world.tail.asked).as("one question for all of that").isOne();
    }

    @Test
    void aLaneThatStandsStillAlthoughRecordsWaitSaysSinceWhen() {
        world.now = NOW.plusSeconds(600);
        world.tail.waiting.put(LANE.id(), NOW.toEpochMilli() + 1_000);

        JsonNode freshness = json(world.get("/v1/views/viewer/entities/42")).get("freshness");
        assertThat(freshness.get("caughtUp").booleanValue()).isFalse();
        assertThat(freshness.get("waitingSince").asText()).isEqualTo("2026-03-01T12:00:04.250Z");
        assertThat(freshness.get("foldedUpTo").asText()).isEqualTo("2026-03-01T12:00:04.249Z");
        assertThat(freshness.get("lagMillis").intValue()).isEqualTo(599_001);
        JsonNode health = json(world.get("/v1/health"));
        assertThat(health.at("/lanes/0/caughtUp").booleanValue()).isFalse();
        assertThat(health.at("/lanes/0/waitingSince").asText()).isEqualTo("2026-03-01T12:00:04.250Z");
        assertThat(health.at("/lanes/0/lagMillis").intValue()).isEqualTo(599_000);
    }

    @Test
    void whereTheStreamDoesNotAnswerNobodyKnows() {
        world.now = NOW.plusSeconds(600);
        world.tail.fails = true;

        JsonNode freshness = json(world.get("/v1/views/viewer/entities/42")).get("freshness");
        assertThat(freshness.get("caughtUp").isNull()).isTrue();
        assertThat(freshness.get("lagMillis").intValue()).as("an upper bound").isEqualTo(600_040);
        assertThat(json(world.get("/v1/health")).at("/lanes/0/caughtUp").isNull())
                .isTrue();
    }

    @Test
    void theValuesOfAMomentOfThePastAskNobody() {
        world.now = NOW.plusSeconds(600);
        world.archived(1, 500, 1_000);

        JsonNode past = json(world.get("/v1/views/viewer/entities/42", "knowledge", "now"));

        assertThat(past.at("/freshness/caughtUp").isNull()).isTrue();
        assertThat(world.tail.asked).isZero();
    }

    /** A quarter of the time here: after one of two seconds, six must go by; the clock is a second past its end. */
    @ParameterizedTest
    @CsvSource({"explain, true", "knowledge, now"})
    void costlyRequestsLeaveOthersTheirShareOfTheTime(String parameter, String value) {
        String path = "/v1/views/viewer/entities/42";
        world.archived(1, 500, 1_000);
        world.tickMillis = 1_000;
        assertThat(world.get(path, parameter, value).getStatusCode()).isEqualTo(200);
        world.tickMillis = 0;

        APIGatewayProxyResponseEvent refused = world.get(path, parameter, value);

        assertProblem(refused, 429, "too-many-costly");
        assertThat(refused.getHeaders()).containsEntry("Retry-After", "5");
        assertThat(world.get(path).getStatusCode()).as("an ordinary one").isEqualTo(200);
        world.now = world.now.plusMillis(4_999);
        assertThat(world.get(path, parameter, value).getStatusCode())
                .as("a refusal is not paid for, and does not shorten the wait")
                .isEqualTo(429);
        world.now = world.now.plusMillis(1);
        assertThat(world.get(path, parameter, value).getStatusCode()).isEqualTo(200);
    }

    @Test
    void healthAddsUpWhatEachViewMadeOfTheRecordsOfAllLanes() {
        String viewer = world.catalog.views().get(0).version();
        world.lane(
                "shardId-000000000000", Map.of(viewer, new ViewCounts(80, 10, 2, 30, 3, Map.of(Reason.NOT_JSON, 5L))));
        world.lane(
                "shardId-000000000001",
                Map.of(
                        viewer,
                        new ViewCounts(1, 0, 0, 0, 0, Map.of(Reason.NOT_JSON, 1L, Reason.MISSING_FIELD, 2L)),
                        "0000000000000000",
                        new ViewCounts(9, 0, 0, 0, 0, Map.of())));

        JsonNode health = json(world.get("/v1/health"));

        assertThat(health.at("/views/0/counts").toString())
                .isEqualTo("{\"folded\":81,\"filtered\":10,\"late\":30,\"tooLate\":2,\"duplicates\":3,"
                        + "\"quarantined\":{\"NOT_JSON\":6,\"MISSING_FIELD\":2}}");
        assertThat(health.at("/views/1/counts/folded").intValue()).isZero();
        assertThat(health.at("/views/1/counts/quarantined")).isEmpty();
    }

    @Test
    void theCatalogListsWhatCanBeAsked() {
        JsonNode catalog = json(world.get("/v1/catalog"));

        assertThat(catalog.at("/views/0/features/0").asText()).isEqualTo("views_5m");
        assertThat(catalog.at("/views/1/entity/1").asText()).isEqualTo("item.category");
        assertThat(catalog.at("/definitions/views/viewer").isObject()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "404 unknown-route GET /v2/catalog",
                "404 unknown-route GET /v1/views/viewer",
                "404 unknown-route GET /v1/views/viewer/entities/1/2",
                "404 unknown-view GET /v1/views/nobody/entities/1",
                "405 method-not-allowed POST /v1/views/viewer/entities/1",
                "405 method-not-allowed GET /v1/features:batch",
                "400 bad-entity GET /v1/views/pair/entities/1",
                "400 bad-entity GET /v1/views/pair/entities/1%7C",
                "400 bad-entity GET /v1/views/viewer/entities/",
                "400 bad-entity GET /v1/views/viewer/entities/1%5C",
                "400 bad-parameter GET /v1/views/viewer/entities/%f",
                "400 bad-parameter GET /v1/views/viewer/entities/%g0",
                "400 bad-parameter GET /v1/views/viewer/entities/%ff",
                "400 bad-parameter GET /v1/views/viewer/entities/%ED%A0%80",
                "400 bad-parameter GET /v1/views/viewer/entities/4%C3",
            })
    void whatIsWrongWithAPathIsSaid(int status, String kind, String method, String path) {
        assertProblem(world.send(method, path, Map.of(), "{}"), status, kind);
    }

    @ParameterizedTest
    @CsvSource({
        "404,unknown-feature,features,views_6m",
        "404,unknown-feature,features,'views_5m,'",
        "400,bad-parameter,features,' '",
        "400,bad-parameter,explain,yes",
        "400,bad-parameter,at,yesterday",
        "400,bad-parameter,at,2026-03-01",
        "400,bad-parameter,feature,views_5m",
        "422,unanswerable,at,2026-02-27T12:00:00Z",
        "422,unanswerable,at,2026-03-01T12:02:00Z",
        "422,unanswerable,at,-999999999-01-01T00:00:00Z",
    })
    void whatIsWrongWithAParameterIsSaid(int status, String kind, String name, String value) {
        if (value.startsWith("-")) {
            // Further back than milliseconds reach; a moment all the same, but none that can be read.
            assertProblem(world.get("/v1/views/viewer/entities/1", name, value), 400, "bad-parameter");
        } else {
            assertProblem(world.get("/v1/views/viewer/entities/1", name, value), status, kind);
        }
    }

    @Test
    void aLifetimeValueOfAPastMomentIsRefusedWhenAskedForByName() {
        assertProblem(
                world.get("/v1/views/viewer/entities/1", "at", "2026-03-01T11:00:00Z", "features", "views_lifetime"),
                422,
                "unanswerable");
    }

    @Test
    void aParameterGivenTwiceIsRefused() {
        APIGatewayProxyRequestEvent event = new APIGatewayProxyRequestEvent()
                .withHttpMethod("GET")
                .withPath("/v1/views/viewer/entities/1")
                .withQueryStringParameters(Map.of("features", "b"))
                .withMultiValueQueryStringParameters(Map.of("features", List.of("a", "b")));

        assertProblem(world.function.handleRequest(event, null), 400, "bad-parameter");
    }

    /** U+FFFD is a character like others; only what is not UTF-8 must not become it. */
    @Test
    void theReplacementCharacterIsAnEntityLikeOthers() {
        assertThat(json(world.get("/v1/views/viewer/entities/%EF%BF%BD"))
                        .at("/entity/user_id")
                        .asText())
                .isEqualTo("\uFFFD");
        assertThat(json(world.get("/v1/views/viewer/entities/%F0%9F%99%82+ü"))
                        .at("/entity/user_id")
                        .asText())
                .isEqualTo("\uD83D\uDE42+ü");
    }

    @Test
    void halfASurrogatePairIsNoEntityKey() {
        APIGatewayProxyResponseEvent refused = world.post(
                "/v1/features:batch", "{\"queries\":[{\"view\":\"viewer\",\"entities\":[\"42\",\"4\\ud800\"]}]}");

        assertProblem(refused, 400, "bad-entity");
        assertThat(json(refused).get("detail").asText())
                .isEqualTo("/queries/0/entities/1: the entity key '4\\u{d800}' holds half of a surrogate pair");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "/v1/nothing; the path '/v1/nothing'",
                "/v1/views/viewr/entities/1; no view 'viewr'",
                "/v1/views/viewer%0Ax/entities/1; no view 'viewer\\u{a}x'",
                "/v1/views/pair/entities/1; the entity key '1' has 1 part(s)",
                "/v1/views/pair/entities/1%7C; the entity key '1|' is empty",
                "/v1/views/viewer/entities/1%5C; the entity key '1\\' ends in",
                "/v1/views/viewer/entities/%ff; the path segment '%ff' is not UTF-8",
            })
    void theOffendingPathIsNamed(String path, String said) {
        assertThat(json(world.get(path)).get("detail").asText()).contains(said);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "features; views_6m,views_5m,views_7m; view 'viewer' has no feature 'views_6m', 'views_7m'",
                "features; a,b,c,d,e,f,g; has no feature 'a', 'b', 'c', 'd', 'e', 2 more",
                "features; ','; has no feature ''",
                "knowledge; tomorrow; parameter 'knowledge' 'tomorrow' is neither",
                "explain; perhaps; parameter 'explain' 'perhaps' is neither",
                "at; yesterday; parameter 'at' 'yesterday' is no moment",
            })
    void theOffendingParameterIsNamed(String name, String value, String said) {
        assertThat(json(world.get("/v1/views/viewer/entities/1", name, value))
                        .get("detail")
                        .asText())
                .contains(said);
    }

    @Test
    void theOffendingMethodIsNamed() {
        APIGatewayProxyResponseEvent refused = world.send("PATCH", "/v1/catalog", Map.of(), null);

        assertThat(json(refused).get("detail").asText()).endsWith("the method 'PATCH'");
    }

    @Test
    void aListOfNamesThatIsCutOffSaysSo() {
        List<String> names = IntStream.range(0, 101).mapToObj(i -> "view" + i).toList();

        Problem all = new Problem(Problem.Kind.UNKNOWN_VIEW, "no view", "use another", names.subList(0, 100));
        Problem cut = new Problem(Problem.Kind.UNKNOWN_VIEW, "no view", "use another", names);

        assertThat(all.remedy()).isEqualTo("use another");
        assertThat(cut.remedy()).isEqualTo("use another; of 101 the first 100 are listed");
        assertThat(cut.available()).hasSize(100);
    }

    @Test
    void namesToChooseFromAreListed() {
        assertThat(json(world.get("/v1/views/nobody/entities/1")).get("available"))
                .hasSize(2);
        assertThat(json(world.get("/v1/views/pair/entities/1%7C2", "features", "x"))
                        .at("/available/0")
                        .asText())
                .isEqualTo("views_5m");
        assertThat(world.get("/v1/features:batch").getHeaders()).containsEntry("Allow", "POST");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{\"queries\":[]}",
                "{\"queries\":[{\"view\":\"pair\",\"entities\":[]}]}",
                "{\"queries\":[{\"view\":\"viewer\",\"entities\":[42]}]}",
                "{\"queries\":[{\"view\":\"viewer\",\"entities\":[\"42\"],\"feature\":[\"x\"]}]}",
                "{\"queries\":[{\"view\":\"viewer\",\"entities\":[\"42\"],\"features\":[]}]}",
                "{\"queries\":[{\"view\":\"viewer\",\"entities\":[\"42\"]}],\"queries\":[]}",
                "{\"queries\":[{\"view\":\"viewer\",\"entities\":[\"42\"]}]} {}",
                "{\"queries\":[[[[[[[[[[]]]]]]]]]]}",
            })
    void aBodyThatIsNoBatchIsRefused(String body) {
        assertProblem(world.post("/v1/features:batch", body), 400, "bad-body");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "[{'view':'viewer','entities':['1',2,'3',null]}]; 400; bad-body; /queries/0/entities/1 /queries/0/entities/3",
                "[{'view':'viewer','entities':['1','','a|b','4']}]; 400; bad-entity; /queries/0/entities/1 /queries/0/entities/2",
                "[{'view':'viewer','entities':['1']},{'view':'pair','entities':['1|a','1']}]; 400; bad-entity; /queries/1/entities/1",
                "[{'view':'viewr','entities':['1']},{'view':'viewer','entities':['1']},{'view':'x','entities':['1']}]; 404; unknown-view;"
                        + " /queries/0/view /queries/2/view",
                "[{'view':'viewer','entities':['1'],'features':['views_5m','a','b']}]; 404; unknown-feature; /queries/0/features/1"
                        + " /queries/0/features/2",
                "[{'view':'viewer','entities':['1'],'features':['a']},{'view':'pair','entities':['1']}]; 404; unknown-feature;"
                        + " /queries/0/features/0 /queries/1/entities/0",
                "[{'view':'viewer','entities':['1']},{'view':'viewer','entities':'1'}]; 400; bad-body; /queries/1/entities",
            })
    void everyWrongPlaceOfABatchIsNamed(String queries, int status, String kind, String pointers) {
        APIGatewayProxyResponseEvent refused =
                world.post("/v1/features:batch", "{\"queries\":" + queries.replace('\'', '"') + "}");

        assertProblem(refused, status, kind);
        assertThat(json(refused).get("errors"))
                .extracting(place -> place.get("pointer").asText())
                .containsExactly(pointers.split(" "));
        assertThat(json(refused).get("errors"))
                .allSatisfy(place -> assertThat(place.get("detail").asText()).isNotBlank());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2026-03-01T11:50:00Z",
                "2026-03-01t11:50z",
                "2026-03-01 11:50:00.0000000000000000000000000000000000009Z",
                "2026-03-01T12:50:00+01",
                "2026-03-01T12:50:00+0100",
                "2026-03-01T12:50+01:00",
            })
    void aMomentIsReadInTheFormsThatEventsHave(String at) {
        String body = "{\"at\":\"" + at + "\",\"queries\":[{\"view\":\"viewer\",\"entities\":[\"1\"]}]}";

        assertThat(json(world.get("/v1/views/viewer/entities/1", "at", at))
                        .path("at")
                        .asText())
                .isEqualTo("2026-03-01T11:50:00Z");
        assertThat(json(world.post("/v1/features:batch", body)).path("at").asText())
                .isEqualTo("2026-03-01T11:50:00Z");
    }

    @Test
    void aBatchIsBounded() {
        String entities = String.join(",", Collections.nCopies(51, "\"1\""));
        String query = "{\"view\":\"viewer\",\"entities\":[" + entities + "]}";
        assertProblem(world.post("/v1/features:batch", "{\"queries\":[" + query + "," + query + "]}"), 400, "bad-body");

        String large = " ".repeat(RequestBody.MAX_BYTES + 1);
        assertProblem(world.post("/v1/features:batch", large), 413, "body-too-large");
    }

    @Test
    void anEntityKeyIsBounded() {
        assertProblem(world.get("/v1/views/viewer/entities/" + "x".repeat(1_025)), 400, "bad-entity");
        assertThat(world.get("/v1/views/viewer/entities/" + "x".repeat(1_024)).getStatusCode())
                .isEqualTo(200);
    }

    @Test
    void aStoreThatFailsIsUnavailableAndADefectLeaksNothing() {
        QueryFunction function = QueryFunction.of(
                Catalogs.of(world.catalog), new FailingItems(), world.control, InstantSource.fixed(NOW));
        APIGatewayProxyRequestEvent event =
                new APIGatewayProxyRequestEvent().withHttpMethod("GET").withPath("/v1/views/viewer/entities/1");

        assertProblem(function.handleRequest(event, null), 503, "store-unavailable");

        world.view(1, "42", "shoes", "1", 1_000);
        world.items.items.replaceAll(
                (key, item) -> new StoredItem(new Position("1", 0), "secret".getBytes(StandardCharsets.UTF_8), 0));
        APIGatewayProxyResponseEvent defect = world.get("/v1/views/viewer/entities/42");
        assertProblem(defect, 500, "internal");
        assertThat(defect.getBody()).doesNotContain("secret").doesNotContain("Exception");
    }

    @Test
    void aRehearsalOfEveryViewSucceeds() {
        new Rehearsal(world.catalog, InstantSource.fixed(NOW)).run();

        assertThat(world.items.puts).isEmpty();
    }

    /** Every read fails. */
    private static final class FailingItems implements ItemStore {

        @Override
        public CompletableFuture<Map<ItemKey, StoredItem>> read(Collection<ItemKey> keys) {
            return CompletableFuture.failedFuture(new TimeoutException("secret table name"));
        }

        @Override
        public CompletableFuture<Optional<StoredItem>> readStored(ItemKey key) {
            throw new AssertionError("a query does not read single items");
        }

        @Override
        public CompletableFuture<Cas<StoredItem>> put(ItemKey key, StoredItem item, @Nullable Position expectedMark) {
            throw new AssertionError("a query writes nothing");
        }

        @Override
        public CompletableFuture<List<Found>> query(String version, String entity, List<BlockRange> ranges) {
            return CompletableFuture.failedFuture(new TimeoutException("secret table name"));
        }
    }

    private static void assertProblem(APIGatewayProxyResponseEvent response, int status, String kind) {
        JsonNode problem = json(response);
        assertThat(response.getStatusCode()).as(response.getBody()).isEqualTo(status);
        assertThat(response.getHeaders()).containsEntry("Content-Type", "application/problem+json");
        assertThat(problem.get("type").asText()).isEqualTo("tag:tidemark.dev,2026:problem/" + kind);
        assertThat(problem.get("status").intValue()).isEqualTo(status);
        assertThat(problem.get("remedy").asText()).isNotEmpty();
        assertThat(problem.get("instance").asText()).isNotEmpty();
    }

    private static List<String> names(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }
}

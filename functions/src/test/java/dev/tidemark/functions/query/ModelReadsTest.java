package dev.tidemark.functions.query;

import static dev.tidemark.functions.query.QueryWorld.NOW;
import static dev.tidemark.functions.query.QueryWorld.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyResponseEvent;
import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.ControlRow.ViewStatus;
import dev.tidemark.core.view.Model;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code POST /v1/models/{model}:features}. */
class ModelReadsTest {

    private static final String PATH = "/v1/models/discount:features";
    private static final String ROW =
            "{\"keys\":{\"user_id\":\"42\",\"category\":\"shoes\"},\"request\":{\"list_price\":30.30}}";

    private final QueryWorld world = new QueryWorld();

    @Test
    void aRowIsAVectorOfViewsRequestAndDerivedValues() {
        world.view(1, "42", "shoes", "10.10", 60_000);
        world.view(2, "42", "hats", "20.20", 30_000);

        APIGatewayProxyResponseEvent response = world.post(PATH, rows(ROW));

        assertThat(response.getStatusCode()).as(response.getBody()).isEqualTo(200);
        String lanes = "\"lanes\":{\"" + QueryWorld.LANE.id() + "\":\""
                + QueryWorld.position(100).text() + "\"},\"ahead\":{}}";
        assertThat(response.getBody())
                .isEqualTo("{\"model\":\"discount\",\"hash\":\"" + model().hash()
                        + "\",\"at\":\"2026-03-01T12:00:03.250Z\",\"names\":[\"viewer.avg_price_24h\",\"viewer.views_5m\","
                        + "\"viewer.prices_24h\",\"viewer.categories_24h\",\"viewer.per_category_24h\","
                        + "\"viewer.last_category_24h\",\"viewer.users_24h\",\"pair.views_5m\",\"request.list_price\","
                        + "\"request.device\",\"price_vs_usual\",\"is_new\"],"
                        + "\"rows\":[{\"keys\":{\"user_id\":\"42\",\"category\":\"shoes\"},"
                        + "\"request\":{\"list_price\":30.3,\"device\":\"desktop\"},"
                        + "\"values\":[15.15,2,{\"p50\":10.1,\"p95\":20.086785},"
                        + "[{\"value\":\"hats\",\"count\":1},{\"value\":\"shoes\",\"count\":1}],"
                        + "{\"hats\":20.2,\"shoes\":10.1},\"hats\",2,1,30.3,\"desktop\",2,false],\"nulls\":0,"
                        + "\"approximate\":{\"viewer.prices_24h\":{\"method\":\"log_buckets\",\"relativeError\":0.01}}}],"
                        + "\"stale\":false,\"coverage\":{\"viewer\":{"
                        + "\"5m\":{\"start\":\"2026-03-01T11:55:00Z\",\"end\":\"2026-03-01T12:00:05Z\"},"
                        + "\"24h\":{\"start\":\"2026-02-28T12:00:00Z\",\"end\":\"2026-03-01T12:00:05Z\"}},"
                        + "\"pair\":{\"5m\":{\"start\":\"2026-03-01T11:55:00Z\",\"end\":\"2026-03-01T12:00:05Z\"}}},"
                        + "\"freshness\":{\"complete\":true,\"foldedUpTo\":\"2026-03-01T12:00:03.210Z\","
                        + "\"newestArrival\":\"2026-03-01T12:00:03.210Z\",\"caughtUp\":null,\"lagMillis\":40},"
                        + "\"receipt\":{\"catalog\":\"" + world.catalog.hash() + "\",\"model\":\"" + model().hash()
                        + "\",\"at\":1772366403250,\"views\":{\"viewer\":{\"version\":\""
                        + world.catalog.views().get(0).version() + "\"," + lanes + ",\"pair\":{\"version\":\""
                        + world.catalog.views().get(1).version() + "\"," + lanes + "}}}");
    }

    /** The values are those of single reads of the views. */
    @Test
    void theValuesAreThoseOfTheViews() {
        world.view(1, "42", "shoes", "10.10", 60_000);
        world.view(2, "42", "hats", "20.20", 3_000_000);

        JsonNode answer = json(world.post(PATH, rows(ROW)));
        JsonNode viewer = json(world.get("/v1/views/viewer/entities/42")).get("features");
        JsonNode pair = json(world.get("/v1/views/pair/entities/42%7Cshoes")).get("features");

        List<String> names = texts(answer.get("names"));
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            JsonNode of = name.startsWith("viewer.") ? viewer : name.startsWith("pair.") ? pair : null;
            if (of != null) {
                assertThat(answer.at("/rows/0/values/" + i))
                        .as(name)
                        .isEqualTo(of.get(name.substring(name.indexOf('.') + 1)));
            }
        }
    }

    @Test
    void rowsOfOneUserReadTheUserOnce() {
        world.view(1, "42", "shoes", "10.10", 60_000);
        String[] rows = IntStream.range(0, 200)
                .mapToObj(i -> ROW.replace("shoes", "category" + i))
                .toArray(String[]::new);

        JsonNode answer = json(world.send("POST", PATH, Map.of("explain", "true"), rows(rows)));

        assertThat(answer.get("rows")).hasSize(200);
        assertThat(answer.at("/reads/0/view").asText()).isEqualTo("viewer");
        assertThat(answer.at("/reads/0/entities").intValue()).isOne();
        assertThat(answer.at("/reads/0/items").intValue()).isEqualTo(singleItems());
        assertThat(answer.at("/reads/1/entities").intValue()).isEqualTo(200);
    }

    private int singleItems() {
        JsonNode single = json(world.get("/v1/views/viewer/entities/42", "explain", "true"));
        int items = 0;
        for (JsonNode read : single.at("/explain/reads")) {
            items += read.get("items").size();
        }
        return items;
    }

    @Test
    void aNumberIsAKeyAsInEvents() {
        world.view(1, "42", "shoes", "10.10", 60_000);

        JsonNode answer = json(world.post(PATH, rows(ROW.replace("\"42\"", "42.0"))));

        assertThat(answer.at("/rows/0/keys/user_id").asText()).isEqualTo("42");
        assertThat(answer.at("/rows/0/values/1").intValue()).isOne();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "list_price":30.30      | "list_price":"30.30"       | /rows/1/request/list_price | is a text where a number is wanted
            "list_price":30.30      | "list_price":true          | /rows/1/request/list_price | is a boolean where a number is wanted
            "list_price":30.30      | "list_price":null          | /rows/1/request/list_price | is missing
            "list_price":30.30      | "list_price":[30]          | /rows/1/request/list_price | is a list or an object
            "list_price":30.30      | "list_price":1e999999999   | /rows/1/request/list_price | is a number of more than 34 digits
            "list_price":30.30      | "device":"phone"           | /rows/1/request/list_price | is missing
            "list_price":30.30      | "list_price":1,"device":7  | /rows/1/request/device     | is a number where a text is wanted
            "list_price":30.30      | "list_price":1,"colour":7  | /rows/1/request            | has an unknown member 'colour'
            "user_id":"42",         | ``                         | /rows/1/keys/user_id       | is missing, or neither a string nor a number
            "user_id":"42"          | "user_id":true             | /rows/1/keys/user_id       | is missing, or neither a string nor a number
            "user_id":"42"          | "user_id":""               | /rows/1/keys               | is empty or no well-formed Unicode
            "user_id":"42"          | "user_id":"42","x":1       | /rows/1/keys               | has an unknown member 'x'
            """)
    void aBadRowIsNamedWithItsInput(String part, String changed, String pointer, String expected) {
        APIGatewayProxyResponseEvent response = world.post(PATH, rows(ROW, ROW.replace(part, changed)));

        assertThat(response.getStatusCode()).as(response.getBody()).isEqualTo(400);
        assertThat(json(response).at("/errors/0/pointer").asText()).isEqualTo(pointer);
        assertThat(json(response).at("/errors/0/detail").asText()).contains(expected);
    }

    @Test
    void everyBadRowIsNamed() {
        JsonNode problem = json(world.post(
                PATH,
                rows(
                        ROW.replace("30.30", "\"x\""),
                        ROW,
                        ROW.replace("\"42\"", "[]").replace("30.30", "false"))));

        List<String> pointers = new ArrayList<>();
        problem.get("errors").forEach(error -> pointers.add(error.get("pointer").asText()));
        assertThat(pointers)
                .containsExactly("/rows/0/request/list_price", "/rows/2/keys/user_id", "/rows/2/request/list_price");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"rows":[]}                | is not an array of 1 to 500 elements
            {"rows":{}}                | is not an array of 1 to 500 elements
            {"rows":[1]}               | /rows/0 is not an object
            {"rows":[{}],"x":1}        | has an unknown member 'x'
            {"rows":[{}],"at":1}       | /at is not a string
            {"rows":[{}],"rows":[{}]}  | repeats a member
            []                         | is not an object
            {"rows":[{"keys":{"user_id":1e2147483648}}]}     | holds a number with an exponent that nothing has
            {"rows":[{"request":{"list_price":0e-99999999999}}]} | holds a number with an exponent that nothing has
            """)
    void aBadBodyIsAProblem(String body, String expected) {
        APIGatewayProxyResponseEvent response = world.post(PATH, body);

        assertThat(response.getStatusCode()).isEqualTo(400);
        assertThat(json(response).get("detail").asText()).contains(expected);
    }

    @Test
    void tooManyRowsOrReadsAreRefused() {
        String[] rows = IntStream.range(0, 501).mapToObj(i -> ROW).toArray(String[]::new);

        assertThat(world.post(PATH, rows(rows)).getStatusCode()).isEqualTo(400);
        assertThat(ModelRequest.MAX_READS).isLessThan(ModelRequest.MAX_ROWS * 5);
    }

    @Test
    void anUnknownModelIsRefusedWithTheKnown() {
        JsonNode problem = json(world.post("/v1/models/rebate:features", rows(ROW)));

        assertThat(problem.get("status").intValue()).isEqualTo(404);
        assertThat(texts(problem.get("available"))).containsExactly("discount");
        assertThat(world.post("/v1/models/discount", rows(ROW)).getStatusCode()).isEqualTo(404);
        assertThat(world.get(PATH).getStatusCode()).isEqualTo(405);
        assertThat(world.post("/v1/models/discount%3Afeatures", rows(ROW)).getStatusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "HASH"                | 200
            HASH                  | 200
            "other", "HASH"       | 200
            *                     | 200
            "other"               | 412
            W/"HASH"              | 400
            "HASH                 | 400
            "HASH",               | 400
            """)
    void aPinnedHashIsServedOrRefused(String header, int status) {
        Map<String, String> headers = Map.of("if-match", header.replace("HASH", model().hash()));

        APIGatewayProxyResponseEvent response =
                QueryWorld.send(world.function, "POST", PATH, Map.of(), headers, rows(ROW));

        assertThat(response.getStatusCode()).as(response.getBody()).isEqualTo(status);
        if (status == 412) {
            assertThat(texts(json(response).at("/served/facts"))).isEqualTo(model().facts());
            assertThat(json(response).has("pinned")).isFalse();
        }
    }

    @Test
    void aStaleVectorSaysSoAndMayBeRefused() {
        world.tail.waiting.put(QueryWorld.LANE.id(), NOW.toEpochMilli() - 39);
        world.now = NOW.plusSeconds(10);

        assertThat(json(world.post(PATH, rows(ROW))).get("stale").booleanValue())
                .isTrue();
        APIGatewayProxyResponseEvent refused = world.send("POST", PATH, Map.of("stale", "refuse"), rows(ROW));
        assertThat(refused.getStatusCode()).isEqualTo(503);
        assertThat(json(refused).get("detail").asText())
                .isEqualTo("the fold is 10040 ms behind; model 'discount' allows 10000 ms");
        assertThat(world.send("POST", PATH, Map.of("stale", "maybe"), rows(ROW)).getStatusCode())
                .isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"foo", "Refuse", ""})
    void anUnknownWordForStaleIsRefusedAlsoWhileTheVectorIsFresh(String word) {
        assertThat(world.send("POST", PATH, Map.of("stale", word), rows(ROW)).getStatusCode())
                .isEqualTo(400);
    }

    /** As where a server has another catalog than the one that is folded. */
    @Test
    void whatIsNotCompleteIsStaleAndNoPinIsAnsweredFromIt() {
        world.control.control = new ControlRow(1, "g1", ControlRow.Phase.LIVE, Map.of("another", ViewStatus.ACTIVE));

        JsonNode answer = json(world.post(PATH, rows(ROW)));
        assertThat(answer.at("/freshness/complete").booleanValue()).isFalse();
        assertThat(answer.get("stale").booleanValue()).isTrue();
        APIGatewayProxyResponseEvent refused = world.send("POST", PATH, Map.of("stale", "refuse"), rows(ROW));
        assertThat(refused.getStatusCode()).isEqualTo(503);
        assertThat(json(refused).get("detail").asText()).contains("is not complete");
        assertThat(status(world.function, model().hash())).isEqualTo(412);
    }

    @Test
    void beforeTheFirstRecordAPinIsAnswered() {
        world.control.control = null;
        world.control.lanes.clear();

        assertThat(status(world.function, model().hash())).isEqualTo(200);
    }

    @Test
    void aFreshVectorIsNotRefused() {
        assertThat(world.send("POST", PATH, Map.of("stale", "refuse"), rows(ROW))
                        .getStatusCode())
                .isEqualTo(200);
    }

    @Test
    void arrowIsWhatWasAskedFor() {
        world.view(1, "42", "shoes", "10.10", 60_000);
        Map<String, String> headers = Map.of("Accept", "application/vnd.apache.arrow.stream, application/json;q=0.5");

        APIGatewayProxyResponseEvent response =
                QueryWorld.send(world.function, "POST", PATH, Map.of(), headers, rows(ROW));

        assertThat(response.getStatusCode()).isEqualTo(200);
        assertThat(response.getHeaders()).containsEntry("Content-Type", "application/vnd.apache.arrow.stream");
        assertThat(response.getIsBase64Encoded()).isTrue();
        // What is in it is read by ArrowStreamTest, and by Python.
        assertThat(Base64.getDecoder().decode(response.getBody())).startsWith(-1, -1, -1, -1);
    }

    /** While view viewer is replaced, each caller is served the definition that it pins, and no other. */
    @Test
    void whileAViewIsChangedEachCallerGetsItsOwnVersion() {
        world.view(1, "42", "shoes", "10.10", 60_000);
        Catalog next = new CatalogCompiler()
                .compile(QueryWorld.resource("/test-catalog.yaml")
                        .replace(
                                "avg_price: {function: avg, input: item.price,",
                                "avg_price: {function: avg, input: item.price, where: item.price > 1000,"));
        String oldHash = model().hash();
        String newHash = next.models().get(0).hash();
        QueryFunction both =
                QueryFunction.of(new Catalogs(world.catalog, next), world.items, world.control, () -> world.now);
        Map<String, ViewStatus> statuses = new HashMap<>();

        statuses(statuses, ViewStatus.ACTIVE, ViewStatus.BACKFILLING, next);
        assertThat(status(both, oldHash)).isEqualTo(200);
        JsonNode early = json(ask(both, newHash));
        assertThat(early.get("status").intValue()).isEqualTo(412);
        assertThat(texts(early.at("/pinned/facts")))
                .isEqualTo(next.models().get(0).facts());
        assertThat(json(ask(both, null)).get("hash").asText()).isEqualTo(oldHash);

        statuses(statuses, ViewStatus.ACTIVE, ViewStatus.READY, next);
        assertThat(value(ask(both, oldHash), oldHash)).isEqualTo("10.1");
        assertThat(value(ask(both, newHash), newHash)).isEqualTo("null");
        assertThat(json(ask(both, null)).get("hash").asText()).isEqualTo(oldHash);

        statuses(statuses, ViewStatus.READY, ViewStatus.ACTIVE, next);
        assertThat(value(ask(both, oldHash), oldHash)).isEqualTo("10.1");
        assertThat(value(ask(both, newHash), newHash)).isEqualTo("null");
        assertThat(json(ask(both, null)).get("hash").asText()).isEqualTo(newHash);

        statuses(statuses, ViewStatus.RETIRED, ViewStatus.ACTIVE, next);
        assertThat(status(both, oldHash)).isEqualTo(412);
        assertThat(value(ask(both, newHash), newHash)).isEqualTo("null");
    }

    /** A model that changes without its views is served as soon as its catalog is. */
    @Test
    void aChangeOfTheModelAloneNeedsNoBackfill() {
        Catalog next = new CatalogCompiler()
                .compile(QueryWorld.resource("/test-catalog.yaml").replace("default: desktop", "default: phone"));
        QueryFunction both =
                QueryFunction.of(new Catalogs(world.catalog, next), world.items, world.control, () -> world.now);

        assertThat(json(ask(both, null)).at("/rows/0/request/device").asText()).isEqualTo("phone");
        assertThat(json(ask(both, model().hash())).at("/rows/0/request/device").asText())
                .isEqualTo("desktop");
    }

    private void statuses(Map<String, ViewStatus> statuses, ViewStatus old, ViewStatus changed, Catalog next) {
        next.views().forEach(view -> statuses.put(view.version(), changed));
        world.catalog.views().forEach(view -> statuses.put(view.version(), old));
        // The view that is the same in both stays active.
        statuses.put(world.catalog.views().get(1).version(), ViewStatus.ACTIVE);
        world.control.control = new ControlRow(1, "g1", ControlRow.Phase.LIVE, Map.copyOf(statuses));
        world.now = world.now.plusSeconds(5);
    }

    private APIGatewayProxyResponseEvent ask(QueryFunction function, @org.jspecify.annotations.Nullable String pin) {
        return QueryWorld.send(
                function,
                "POST",
                PATH,
                Map.of(),
                pin == null ? Map.of() : Map.of("If-Match", '"' + pin + '"'),
                rows(ROW));
    }

    private int status(QueryFunction function, String pin) {
        return ask(function, pin).getStatusCode();
    }

    /** The first value, which the two definitions compute differently. */
    private static String value(APIGatewayProxyResponseEvent response, String hash) {
        assertThat(json(response).path("hash").asText()).as(response.getBody()).isEqualTo(hash);
        return json(response).at("/rows/0/values/0").toString();
    }

    private Model model() {
        return world.catalog.models().get(0);
    }

    private static String rows(String... rows) {
        return "{\"rows\":[" + String.join(",", rows) + "]}";
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(text -> texts.add(text.asText()));
        return texts;
    }
}

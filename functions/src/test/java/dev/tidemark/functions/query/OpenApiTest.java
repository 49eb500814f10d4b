package dev.tidemark.functions.query;

import static dev.tidemark.functions.query.QueryWorld.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyResponseEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.PairCounts;
import dev.tidemark.core.control.ViewCounts;
import dev.tidemark.core.event.InvalidEvent.Reason;
import dev.tidemark.functions.Template;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The document says what the function does; schemas allow no member that they do not name. */
class OpenApiTest {

    private static final String GATEWAY = "tag:tidemark.dev,2026:problem/gateway";

    /** What function and gateways can answer to any request, besides 200. */
    private static final List<String> STATUSES = List.of(
            "400", "401", "403", "404", "405", "408", "413", "414", "415", "421", "422", "429", "431", "500", "502",
            "503", "504");

    private final QueryWorld world = new QueryWorld();
    private final JsonNode document = json(world.get("/v1/openapi.json"));

    @Test
    void everyRouteIsInTheDocumentAndNoOther() {
        List<String> documented = new ArrayList<>();
        document.get("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .fieldNames()
                        .forEachRemaining(
                                method -> documented.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey())));

        assertThat(documented).containsExactlyElementsOf(Route.TEMPLATES);
    }

    @Test
    void everyParameterIsInTheDocumentAndNoOther() {
        List<String> names = new ArrayList<>();
        document.at("/paths/~1v1~1views~1{view}~1entities~1{key}/get/parameters")
                .forEach(parameter -> {
                    if (parameter.get("in").asText().equals("query")) {
                        names.add(parameter.get("name").asText());
                    }
                });

        assertThat(new TreeSet<>(names)).isEqualTo(new TreeSet<>(new Route.Entity("", "").parameters()));
        List<String> ofModels = new ArrayList<>();
        document.at("/paths/~1v1~1models~1{model}:features/post/parameters").forEach(parameter -> {
            if (parameter.get("in").asText().equals("query")) {
                ofModels.add(parameter.get("name").asText());
            }
        });
        assertThat(new TreeSet<>(ofModels)).isEqualTo(new TreeSet<>(new Route.Model("").parameters()));
        List<String> ofQuality = new ArrayList<>();
        document.at("/paths/~1v1~1models~1{model}~1quality/get/parameters").forEach(parameter -> {
            if (parameter.get("in").asText().equals("query")) {
                ofQuality.add(parameter.get("name").asText());
            }
        });
        assertThat(new TreeSet<>(ofQuality)).isEqualTo(new TreeSet<>(new Route.Quality("").parameters()));
    }

    @Test
    void everyProblemIsInTheDocumentAndNoOther() {
        List<String> types = new ArrayList<>();
        document.at("/components/schemas/Problem/properties/type/enum").forEach(type -> types.add(type.asText()));

        assertThat(types)
                .containsExactlyElementsOf(
                        Stream.concat(Arrays.stream(Problem.Kind.values()).map(Problem.Kind::type), Stream.of(GATEWAY))
                                .toList());
    }

    /** A strict client meets the gateway's answers, too. */
    @Test
    void whatTheGatewayAnswersIsAsDocumented() throws IOException {
        JsonNode responses = Template.raw().at("/Resources/Api/Properties/GatewayResponses");
        assertThat(responses).isNotEmpty();
        for (JsonNode response : responses) {
            // The gateway puts the message in with its quotes.
            String body = response.at("/ResponseTemplates/application~1json")
                    .asText()
                    .replace("$context.error.messageString", "\"refused\"");
            JsonNode problem = QueryWorld.JSON.readTree(body);

            assertThat(schema("Problem").validate(problem)).as(body).isEmpty();
        }
        for (JsonNode path : document.get("paths")) {
            for (JsonNode operation : path) {
                List<String> statuses = new ArrayList<>();
                operation.get("responses").fieldNames().forEachRemaining(statuses::add);
                assertThat(statuses).containsAll(STATUSES).contains("200");
            }
        }
    }

    @Test
    void everyStatusOfAProblemIsInTheDocument() {
        assertThat(Arrays.stream(Problem.Kind.values())
                        .map(kind -> Integer.toString(kind.status()))
                        .toList())
                .allSatisfy(status -> assertThat(STATUSES.contains(status) || status.equals("412"))
                        .as(status)
                        .isTrue());
        assertThat(document.at("/paths/~1v1~1models~1{model}:features/post/responses/412"))
                .isNotEmpty();
    }

    /** Generators of clients drop what refers to itself, and with it every answer. */
    @Test
    void noSchemaContainsItself() {
        JsonNode schemas = document.at("/components/schemas");
        schemas.fieldNames()
                .forEachRemaining(name -> assertThat(reached(schemas, schemas.get(name), new TreeSet<>()))
                        .doesNotContain(name));
    }

    private static Set<String> reached(JsonNode schemas, JsonNode node, Set<String> into) {
        node.findValuesAsText("$ref").forEach(reference -> {
            String name = reference.substring(reference.lastIndexOf('/') + 1);
            if (into.add(name)) {
                reached(schemas, schemas.get(name), into);
            }
        });
        return into;
    }

    @Test
    void everyServerSaysItsSecurityScheme() {
        JsonNode servers = document.get("servers");
        assertThat(servers).hasSize(3);
        assertThat(servers.get(0).get("description").asText()).contains("no security scheme");
        assertThat(servers.get(1).get("description").asText()).contains("`signature`");
        assertThat(servers.get(2).get("description").asText()).contains("`token`");
        assertThat(document.get("security").toString()).isEqualTo("[{},{\"signature\":[]},{\"token\":[]}]");
        assertThat(document.at("/components/securitySchemes").fieldNames())
                .toIterable()
                .containsExactly("signature", "token");
    }

    /** Only the gateway may leave the status out. */
    @Test
    void aProblemOfTheFunctionHasItsStatus() {
        ObjectNode problem = (ObjectNode) json(world.get("/v1/nothing"));
        problem.remove("status");
        assertThat(schema("Problem").validate(problem)).isNotEmpty();

        problem.put("type", GATEWAY);
        problem.remove("available");
        assertThat(schema("Problem").validate(problem)).isEmpty();
    }

    @Test
    void answersAreAsDocumented() {
        for (int i = 0; i < 5; i++) {
            world.view(98 + i, "42", "category" + i, "1.5", 1_000L * i);
        }
        assertValid("Answer", world.get("/v1/views/viewer/entities/42"));
        assertValid("Answer", world.get("/v1/views/viewer/entities/42", "explain", "true"));
        assertValid(
                "Answer", world.get("/v1/views/viewer/entities/42", "at", "2026-03-01T11:00:00Z", "explain", "true"));
        assertValid("Answer", world.get("/v1/views/pair/entities/42%7Ccategory1"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[{\"threshold\":0.5,\"tp\":2,\"fp\":0,\"fn\":1,\"tn\":0,\"accuracy\":0.6,\"precision\":1,\"recall\":0.6,"
                        + "\"f1\":null}]",
                "{\"ece\":0.1,\"slope\":null,\"buckets\":[{\"from\":0,\"to\":0.1,\"count\":2,\"mean_score\":0.05,"
                        + "\"rate\":0}]}",
                "{\"count\":3,\"nulls\":1,\"mean\":1.5,\"stddev\":0.5,\"cells\":{\"0\":1,\"1.98\":1},"
                        + "\"values\":{\"a\":1},\"other\":0}"
            })
    void valuesWithMembersAreAsDocumented(String value) {
        assertThat(schema("Value").validate(value, InputFormat.JSON)).isEmpty();
        assertThat(schema("Value").validate("{\"a group\":" + value + "}", InputFormat.JSON))
                .isEmpty();
    }

    @Test
    void answersBeforeTheFirstRecordAndFromARestoreAreAsDocumented() {
        world.control.lanes.clear();
        world.control.control = null;
        assertValid("Answer", world.get("/v1/views/viewer/entities/42"));
        assertValid("Health", world.get("/v1/health"));

        QueryWorld restoring = new QueryWorld();
        restoring.control.control = new ControlRow(1, "g1", ControlRow.Phase.REPLAY, Map.of());
        assertValid("Answer", restoring.get("/v1/views/viewer/entities/42"));
        assertValid("Health", restoring.get("/v1/health"));
    }

    @Test
    void batchesAreAsDocumented() {
        world.view(101, "42", "shoes", "1.5", 1_000);
        String body = """
                {"at":"2026-03-01T11:59:00Z","queries":[{"view":"viewer","entities":["42","43"],"features":["views_5m"]},
                 {"view":"pair","entities":["42|shoes"]},{"view":"viewer","entities":["42"]}]}
                """;
        assertThat(schema("BatchRequest").validate(body, InputFormat.JSON)).isEmpty();
        assertValid("BatchAnswer", world.post("/v1/features:batch", body));
    }

    @Test
    void answersOfModelsAreAsDocumented() {
        world.view(101, "42", "shoes", "1.5", 1_000);
        String body = """
                {"at":"2026-03-01T11:59:00Z","rows":[{"keys":{"user_id":"42","category":"shoes"},"request":{"list_price":3}}]}
                """;
        assertThat(schema("ModelRequest").validate(body, InputFormat.JSON)).isEmpty();
        assertValid("ModelAnswer", world.send("POST", "/v1/models/discount:features", Map.of("explain", "true"), body));
        assertValid(
                "ModelAnswer",
                world.post("/v1/models/discount:features", body.replace("\"at\":\"2026-03-01T11:59:00Z\",", "")));
        assertValid("Problem", world.post("/v1/models/discount:features", "{\"rows\":[{\"keys\":{}}]}"));
        assertValid(
                "Problem",
                QueryWorld.send(
                        world.function,
                        "POST",
                        "/v1/models/discount:features",
                        Map.of(),
                        Map.of("If-Match", "\"0123456789abcdef\""),
                        body));
    }

    @Test
    void answersSayOnWhichImportsTheyRest() {
        world.lane("shardId-im7-1", Map.of());
        world.lane("shardId-im2-0", Map.of());
        world.lane("shardId-im7-0", Map.of());
        APIGatewayProxyResponseEvent single = world.get("/v1/views/viewer/entities/42");
        APIGatewayProxyResponseEvent batch =
                world.post("/v1/features:batch", "{\"queries\":[{\"view\":\"viewer\",\"entities\":[\"42\"]}]}");
        APIGatewayProxyResponseEvent model = world.post(
                "/v1/models/discount:features",
                "{\"rows\":[{\"keys\":{\"user_id\":\"42\",\"category\":\"shoes\"},\"request\":{\"list_price\":3}}]}");

        assertValid("Answer", single);
        assertValid("BatchAnswer", batch);
        assertValid("ModelAnswer", model);
        assertThat(List.of(
                        json(single).path("assumed"),
                        json(single).at("/receipt/assumed"),
                        json(batch).at("/results/0/assumed"),
                        json(batch).at("/results/0/receipt/assumed"),
                        json(model).path("assumed"),
                        json(model).at("/receipt/views/viewer/assumed")))
                .allSatisfy(assumed -> assertThat(assumed).hasToString("[2,7]"));
    }

    @Test
    void answersAboutThePastAreAsDocumented() {
        world.archived(1, 600_000, 600_500);
        world.archived(2, 60_000, 400_000);
        for (String knowledge : List.of("served", "now", "both")) {
            assertValid(
                    "Answer",
                    world.get(
                            "/v1/views/viewer/entities/42",
                            "at",
                            "2026-03-01T11:55:00Z",
                            "knowledge",
                            knowledge,
                            "explain",
                            "true"));
        }
    }

    @Test
    void documentsAreAsDocumented() {
        assertValid("Catalog", world.get("/v1/catalog"));
        Map<Reason, Long> everyReason =
                Arrays.stream(Reason.values()).collect(Collectors.toMap(reason -> reason, reason -> 1L));
        String version = world.catalog.views().get(0).version();
        world.lane(
                "shardId-000000000001",
                Map.of(version, new ViewCounts(1, 2, 3, 1, 4, everyReason, new PairCounts(1, 0, 0, 0, 0, 0, 1), 5, 6)));
        assertValid("Health", world.get("/v1/health"));
    }

    @Test
    void problemsAreAsDocumented() {
        assertValid("Problem", world.get("/v1/nothing"));
        assertValid("Problem", world.get("/v1/views/viewer/entities/1", "explain", "maybe"));
        assertValid("Problem", world.post("/v1/features:batch", null));
        assertValid(
                "Problem",
                world.post("/v1/features:batch", "{\"queries\":[{\"view\":\"viewer\",\"entities\":[\"\"]}]}"));
    }

    /** In YAML, a comma in an unquoted text of a flow mapping begins a member without a value. */
    @Test
    void noTextIsCutAtAComma() {
        assertNoEmptyMember(document);
    }

    private static void assertNoEmptyMember(JsonNode node) {
        node.properties()
                .forEach(member -> assertThat(member.getValue().isNull())
                        .as(member.getKey())
                        .isFalse());
        node.forEach(OpenApiTest::assertNoEmptyMember);
    }

    /** Otherwise a schema that lacks a member would still pass. */
    @Test
    void anUndocumentedMemberIsNoticed() {
        JsonNode answer = json(world.get("/v1/views/viewer/entities/42"));
        ((ObjectNode) answer).put("surprise", 1);

        assertThat(schema("Answer").validate(answer)).isNotEmpty();
    }

    void assertValid(String schema, APIGatewayProxyResponseEvent response) {
        assertThat(schema(schema).validate(json(response)))
                .as(response.getBody())
                .isEmpty();
    }

    private JsonSchema schema(String name) {
        ObjectNode root = QueryWorld.JSON.createObjectNode();
        root.set("components", document.get("components"));
        root.put("$ref", "#/components/schemas/" + name);
        return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(root);
    }
}

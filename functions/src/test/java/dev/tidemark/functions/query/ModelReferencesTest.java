package dev.tidemark.functions.query;

import static dev.tidemark.functions.query.QueryWorld.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyResponseEvent;
import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.serve.WaitingCache;
import dev.tidemark.core.store.ChangingTable;
import dev.tidemark.core.store.InMemoryControlStore;
import dev.tidemark.core.store.InMemoryItemStore;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Vectors with fields of references. */
class ModelReferencesTest {

    private static final Catalog CATALOG = new CatalogCompiler().compile("""
            tidemark: 1
            sources: {shop: {stream: shop-events, event_time: ts}}
            references:
              users: {key: user_id, fields: {country: text, age: number}, effective_after: 10m}
            views:
              viewer: {source: shop, entity: user_id, features: {views: {function: count, windows: 30m}}}
            models:
              offer:
                inputs: [{users: [country, age]}, {viewer: [views_30m]}]
                derived: {grown: {expression: users.age >= 18, default: false}}
              plain: {inputs: [{users: [age]}]}
            """);
    private static final List<String> USERS = List.of("u0", "u1", "u2", "u3", "u4", "u5", "u6", "u7");
    private static final String ROWS = "{\"rows\":[{\"keys\":{\"user_id\":\"u0\"}},{\"keys\":{\"user_id\":\"u1\"}},"
            + "{\"keys\":{\"user_id\":\"u2\"}},{\"keys\":{\"user_id\":\"u3\"}},{\"keys\":{\"user_id\":\"nobody\"}}]}";

    private final Random random = new Random(5);
    private Instant now = Instant.parse("2026-03-01T12:00:00Z");
    private final ChangingTable users =
            new ChangingTable(CATALOG.reference("users").orElseThrow(), () -> now.toEpochMilli());
    private final QueryFunction function = new QueryFunction(QueryParts.of(
            Catalogs.of(CATALOG),
            new InMemoryItemStore(),
            new InMemoryControlStore(),
            null,
            WaitingCache.none(),
            new CostlyShare(100),
            RequestLog.NONE,
            () -> now,
            users.inputs()));

    private APIGatewayProxyResponseEvent ask(String model, String body, Map<String, String> headers) {
        return QueryWorld.send(function, "POST", "/v1/models/" + model + ":features", Map.of(), headers, body);
    }

    private JsonNode offer(String body) {
        APIGatewayProxyResponseEvent response = ask("offer", body, Map.of());
        assertThat(response.getStatusCode()).as(response.getBody()).isEqualTo(200);
        return json(response);
    }

    @Test
    void anAnswerHasWhatTheTableSaysAtItsMoment() {
        users.publish(USERS, random);
        for (int minute = 0; minute < 100; minute++) {
            if (minute % 7 == 0) {
                users.publish(USERS, random);
            }
            JsonNode answer = offer(ROWS);
            long at = now.toEpochMilli();
            for (JsonNode row : answer.path("rows")) {
                Map<String, Object> expected =
                        users.rowAt(row.at("/keys/user_id").asText(), at);
                JsonNode country = row.at("/values/0");
                JsonNode age = row.at("/values/1");
                assertThat(country.isNull() ? null : country.asText()).isEqualTo(expected.get("country"));
                assertThat(age.isNull() ? null : age.decimalValue())
                        .usingComparator((a, b) -> a == null || b == null ? (a == b ? 0 : 1) : a.compareTo(b))
                        .isEqualTo((BigDecimal) expected.get("age"));
                boolean grown = expected.get("age") instanceof BigDecimal years && years.intValue() >= 18;
                assertThat(row.at("/values/3").booleanValue()).isEqualTo(grown);
            }
            int number = users.numberAt(at);
            assertThat(answer.at("/receipt/references").toString()).isEqualTo("{\"users\":" + number + "}");
            assertThat(answer.at("/references/users/snapshot").intValue()).isEqualTo(number);
            now = now.plusSeconds(60);
        }
        assertThat(users.numberAt(now.toEpochMilli())).isGreaterThan(10);
        assertThat(users.log.lists)
                .as("by 16 publishers, and in 100 minutes, each of which is good for 5 more")
                .isEqualTo(16 + 17);
    }

    @Test
    void whoIsInNoRowHasNull() {
        users.publish(USERS, random);

        JsonNode answer = offer(ROWS);

        assertThat(answer.at("/rows/4/values").toString()).isEqualTo("[null,null,0,false]");
        assertThat(answer.at("/references").toString()).isEqualTo("{\"users\":{\"snapshot\":1,\"effective\":null}}");
    }

    /** Only the reference is read, so any moment can be asked about, and nothing is said about streams. */
    @Test
    void aModelOfReferencesOnlyIsAnsweredAboutAnyMoment() {
        users.publish(USERS, random);
        Instant first = now;
        now = now.plusSeconds(86_400);
        users.publish(USERS, random);
        now = now.plusSeconds(86_400);

        for (Instant at : List.of(first, first.plusSeconds(86_400 + 599), first.plusSeconds(86_400 + 600), now)) {
            APIGatewayProxyResponseEvent response =
                    ask("plain", ROWS.replace("{\"rows\"", "{\"at\":\"" + at + "\",\"rows\""), Map.of());
            assertThat(response.getStatusCode()).as(response.getBody()).isEqualTo(200);
            JsonNode answer = json(response);
            assertThat(answer.has("freshness")).isFalse();
            assertThat(answer.at("/receipt/references/users").intValue())
                    .as("%s", at)
                    .isEqualTo(users.numberAt(at.toEpochMilli()));
        }
        APIGatewayProxyResponseEvent ahead =
                ask("plain", ROWS.replace("{\"rows\"", "{\"at\":\"2026-03-09T12:00:00Z\",\"rows\""), Map.of());
        assertThat(ahead.getStatusCode()).isEqualTo(422);
        assertThat(ahead.getBody()).contains("lies in the future");
    }

    @Test
    void anArrowStreamHasTheSameAndItsReceipt() {
        users.publish(USERS, random);

        APIGatewayProxyResponseEvent response =
                ask("offer", ROWS, Map.of("Accept", "application/vnd.apache.arrow.stream"));

        assertThat(response.getStatusCode()).isEqualTo(200);
        String stream = new String(Base64.getDecoder().decode(response.getBody()), StandardCharsets.UTF_8);
        assertThat(stream).contains("users.country", "\"references\":{\"users\":1}");
    }

    @Test
    void withoutASnapshotTheAnswerSaysWhatToDo() {
        APIGatewayProxyResponseEvent response = ask("offer", ROWS, Map.of());

        assertThat(response.getStatusCode()).isEqualTo(503);
        assertThat(json(response).path("detail").asText())
                .isEqualTo("reference 'users', in which the model looks values up, has no snapshot yet");
        assertThat(json(response).path("remedy").asText())
                .isEqualTo("publish one with tidemark reference publish --name users");
        users.publish(USERS, random);
        offer(ROWS);
    }

    @Test
    void aListThatCannotBeReadIsNoAnswer() {
        users.log.isDown = true;

        assertThat(ask("offer", ROWS, Map.of()).getStatusCode()).isEqualTo(503);
    }

    @Test
    void aKeyThatNoRowCanHaveIsRefused() {
        APIGatewayProxyResponseEvent response = ask("plain", "{\"rows\":[{\"keys\":{\"user_id\":\"\"}}]}", Map.of());

        assertThat(response.getStatusCode()).isEqualTo(400);
        assertThat(response.getBody()).contains("/rows/0/keys");
    }

    @Test
    void isAsTheDocumentSays() {
        users.publish(USERS, random);
        now = now.plusSeconds(60);
        users.publish(USERS, random);
        now = now.plusSeconds(600);

        new OpenApiTest().assertValid("ModelAnswer", ask("offer", ROWS, Map.of()));
    }
}

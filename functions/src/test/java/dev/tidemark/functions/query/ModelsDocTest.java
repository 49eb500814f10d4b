package dev.tidemark.functions.query;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyResponseEvent;
import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.store.ControlStore;
import dev.tidemark.core.store.InMemoryItemStore;
import dev.tidemark.core.view.Model;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/models.md shows the sample's model as it is. */
class ModelsDocTest {

    private final String document = Files.readString(Path.of("../docs/models.md"));
    private final Catalog catalog =
            new CatalogCompiler().compile(Files.readString(Path.of("../samplesevents/shop/catalog.yaml")));
    private final Model model = catalog.models().get(0);

    ModelsDocTest() throws IOException {}

    @Test
    void itsModelIsTheSamples() throws IOException {
        String sample = Files.readString(Path.of("../samplesevents/shop/catalog.yaml"));

        assertThat(block("yaml", 0).lines())
                .allSatisfy(line -> assertThat(sample.lines()).contains(line));
    }

    @Test
    void itsRequestIsAnsweredWithTheNamesAndTheHashThatItShows() throws IOException {
        Matcher request = Pattern.compile("-d '\n(\\{.*?)'\n", Pattern.DOTALL).matcher(document);
        assertThat(request.find()).isTrue();
        QueryFunction function = QueryFunction.of(
                Catalogs.of(catalog), new InMemoryItemStore(), ControlStore.EMPTY, () -> QueryWorld.NOW);

        APIGatewayProxyResponseEvent response =
                QueryWorld.send(function, "POST", "/v1/models/discount:features", Map.of(), Map.of(), request.group(1));
        JsonNode shown = QueryWorld.JSON.readTree(block("json", 0));
        JsonNode answer = QueryWorld.json(response);

        assertThat(response.getStatusCode()).as(response.getBody()).isEqualTo(200);
        assertThat(shown.get("names")).isEqualTo(answer.get("names"));
        assertThat(shown.get("hash")).isEqualTo(answer.get("hash"));
        assertThat(shown.at("/rows/0/keys")).isEqualTo(answer.at("/rows/0/keys"));
        assertThat(shown.at("/rows/0/request")).isEqualTo(answer.at("/rows/0/request"));
        assertThat(shown.at("/rows/0/values")).hasSameSizeAs(answer.at("/rows/0/values"));
        assertThat(fields(shown)).isEqualTo(fields(answer));
        assertThat(document.split(model.hash(), -1)).hasSize(4);
    }

    @Test
    void itsModelOfAReferenceIsAnsweredAsItSays() throws IOException {
        Catalog other = new CatalogCompiler().compile(block("yaml", 1));
        QueryFunction function =
                QueryFunction.of(Catalogs.of(other), new InMemoryItemStore(), ControlStore.EMPTY, () -> QueryWorld.NOW);

        JsonNode answer = QueryWorld.json(QueryWorld.send(
                function,
                "POST",
                "/v1/models/offer:features",
                Map.of(),
                Map.of(),
                "{\"rows\":[{\"keys\":{\"user_id\":\"u\",\"item\":\"i\"}}]}"));

        assertThat(answer.at("/rows/0/values").toString()).isEqualTo("[null,null,null,1]");
        Matcher shown = Pattern.compile("`\"references\": (\\{.*?\\}\\})`").matcher(document);
        assertThat(shown.find()).isTrue();
        assertThat(fields(QueryWorld.JSON.readTree(shown.group(1)).path("items")))
                .isEqualTo(fields(answer.at("/references/items")));
    }

    @Test
    void itsFactsAreThoseOfTheModel() {
        List<String> facts = block("", 0).lines().toList();

        assertThat(facts).hasSize(6);
        assertThat(model.facts()).containsAll(facts.subList(0, 5));
        assertThat(model.facts().get(model.facts().size() - 1))
                .startsWith(facts.get(5).split(",\"…")[0]);
    }

    /** The generator of the sample knows no catalog. */
    @Test
    void theSamplesPredictionsAreOfThisModel() throws IOException {
        List<JsonNode> predictions = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of("../samplesevents/shop/events.jsonl"))) {
            JsonNode event = QueryWorld.JSON.readTree(line).path("event");
            if (event.path("type").asText().equals("prediction") && event.has("hash")) {
                predictions.add(event);
            }
        }

        assertThat(predictions).hasSizeGreaterThan(100).allSatisfy(prediction -> {
            assertThat(prediction.path("model").asText()).isEqualTo(model.name());
            assertThat(prediction.path("hash").asText()).isEqualTo(model.hash());
            assertThat(fields(prediction.path("features"))).isEqualTo(model.names());
            assertThat(fields(prediction.path("request"))).containsExactly("list_price", "device");
            assertThat(fields(prediction.path("keys"))).containsExactly("user_id", "item_id", "category");
        });
    }

    private static List<String> fields(JsonNode node) {
        List<String> names = new ArrayList<>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private String block(String language, int number) {
        return Pattern.compile("^```" + language + "\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE)
                .matcher(language.isEmpty() ? document.substring(document.indexOf("## The hash")) : document)
                .results()
                .skip(number)
                .findFirst()
                .orElseThrow()
                .group(1);
    }
}

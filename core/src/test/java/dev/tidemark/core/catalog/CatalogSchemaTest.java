package dev.tidemark.core.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import dev.tidemark.core.aggregate.AggregateFunctions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

class CatalogSchemaTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final String json = new CatalogSchema(AggregateFunctions.all()).json();
    private final JsonSchema schema =
            JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7).getSchema(json);

    @Test
    void isPublishedAsTheRegistrySays() throws IOException {
        PublishedFile.assertUpToDate("catalog.schema.json", json, getClass());
    }

    @Test
    void isASchema() throws IOException {
        JsonSchema meta = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7)
                .getSchema(SchemaLocation.of("http://json-schema.org/draft-07/schema#"));

        assertThat(meta.validate(JSON.readTree(json))).isEmpty();
    }

    @Test
    void acceptsValidCatalogs() throws IOException {
        assertThat(validate(TestFiles.read("valid.yaml"))).isEmpty();
        for (String example : CatalogReferenceTest.completeExamples()) {
            assertThat(validate(example)).as(example).isEmpty();
        }
    }

    @Test
    void acceptsMonitorsAndRefusesTheirMistakes() throws IOException {
        String yaml = MonitorReaderTest.CATALOG + MonitorReaderTest.MONITOR.indent(4);

        assertThat(validate(yaml)).isEmpty();
        assertThat(validate(new CatalogCompiler().compile(yaml).json())).isEmpty();
        assertThat(validate(yaml.replace("champion", "champoin"))).isNotEmpty();
        assertThat(validate(yaml.replace("absent: 0", "absent: 1"))).isNotEmpty();
        assertThat(validate(yaml.replace("{ece: 0.03}", "{ecu: 0.03}"))).isNotEmpty();
    }

    @Test
    void acceptsTrainingsAndRefusesTheirMistakes() throws IOException {
        String yaml = TrainingReaderTest.CATALOG + TrainingReaderTest.TRAIN.indent(4);

        assertThat(validate(yaml)).isEmpty();
        assertThat(validate(new CatalogCompiler().compile(yaml).json())).isEmpty();
        assertThat(validate(yaml.replace("[python, train.py]", "python train.py")))
                .isEmpty();
        assertThat(validate(yaml.replace("holdout", "hold_out"))).isNotEmpty();
        assertThat(validate(yaml.replace("[drift, concept]", "[labels]"))).isNotEmpty();
        assertThat(validate(yaml.replace("slices: none", "slices: some"))).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"hello", "shop"})
    void acceptsTheSamples(String sample) throws IOException {
        assertThat(validate(Files.readString(Path.of("..", "samplesevents", sample, "catalog.yaml"))))
                .isEmpty();
    }

    @Test
    void acceptsItsOwnCanonicalForm() throws IOException {
        String canonical =
                new CatalogCompiler().compile(TestFiles.read("valid.yaml")).json();

        assertThat(validate(canonical)).isEmpty();
        assertThat(new CatalogCompiler().compile(canonical).json()).isEqualTo(canonical);
    }

    /** With every way to write their arguments. */
    @Test
    void acceptsFunctionsOfPredictions() throws IOException {
        String yaml = """
                tidemark: 1
                sources: {s: {stream: s, event_time: ts}}
                views:
                  v:
                    source: s
                    entity: version
                    features:
                      a: {function: confusion, input: score, label: y, thresholds: [0.1, 0.5], windows: 1h}
                      b: {function: brier, input: score, label: 0, windows: 1h}
                      c: {function: brier, input: score, label: 1, optional: true, windows: 1h}
                      d: {function: mae, input: paid, label: order.price, windows: 1h}
                      e: {function: profile, input: device, type: text, max_values: 5, windows: 1h}
                      f: {function: profile, input: score, grid: probability, windows: 1h}
                      g: {function: profile, input: anything, windows: 1h, group_by: {field: device, max_groups: 5}}
                      h: {function: calibration, input: score, label: y, windows: 1h, buckets: 20}
                """;
        assertThat(validate(yaml)).isEmpty();
        String canonical = new CatalogCompiler().compile(yaml).json();
        assertThat(validate(canonical)).isEmpty();
        assertThat(new CatalogCompiler().compile(canonical).json()).isEqualTo(canonical);
        assertThat(new CatalogCompiler().compile(canonical).views().get(0).version())
                .isEqualTo(new CatalogCompiler().compile(yaml).views().get(0).version());
        assertThat(validate(yaml.replace("label: 0", "label: 2"))).isNotEmpty();
        assertThat(validate(yaml.replace("grid: probability", "grid: linear"))).isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            tidemark: 1             | tidemark: 2              | $.tidemark
            hop: 5s                 | hob: 5s                  | $.views.viewer
            hop: 5s                 | hop: 5                   | $.views.viewer.hop
            function: avg           | function: average        | $.views.viewer.features.avg_price.function
            input: latency          | field: latency           | $.views.viewer.features.latency
            [50, 99.9]              | []                       | $.views.viewer.features.latency.percentiles
            half_life: 10m          | half_life: 10 minutes    | $.views.viewer.features.recent.half_life
            windows: [24h]          | windows: [lifetime]      | $.views.viewer.features.recent.windows
            where: item.price > 100 | optional: true           | $.views.viewer.features.share
            max_groups: 20          | max_groups: 0            | $.views.viewer.features.by_category.group_by.max_groups
            max_groups: 20          | max_groups: 2, groups: [a] | $.views.viewer.features.by_category.group_by
            windows: [5m, 30m, 24h] | windows: [5m, soon]      | $.views.viewer.features.avg_price.windows
            stream: clicks          | stream: a/b              | $.sources.clicks.stream
            viewer:                 | Viewer:                  | $.views
            format: epoch_millis    | format: millis           | $.sources.shop.event_time
            entity: user_id         | entity: user id          | $.views.viewer.entity
            default: 0              | default: [0]             | $.views.viewer.derived.shoe_share.default
            """)
    void refusesWhatCannotCompile(String part, String changed, String place) throws IOException {
        String yaml = TestFiles.read("valid.yaml");
        assertThat(yaml).contains(part);

        assertThat(validate(yaml.replaceFirst(Pattern.quote(part), changed)))
                .extracting(message -> message.getInstanceLocation().toString())
                .anyMatch(location -> location.startsWith(place));
    }

    @Test
    void describesEveryFunctionAndParameter() {
        AggregateFunctions.all().forEach(function -> {
            assertThat(json).contains("\"description\" : \"" + function.summary() + "\"");
            function.parameters()
                    .forEach(parameter ->
                            assertThat(json).contains(parameter.summary().substring(1)));
        });
    }

    private List<ValidationMessage> validate(String yaml) {
        Object tree = new Load(LoadSettings.builder().build()).loadFromString(yaml);
        JsonNode node = JSON.valueToTree(tree);
        return List.copyOf(schema.validate(node));
    }
}

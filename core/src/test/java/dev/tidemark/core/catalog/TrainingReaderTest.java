package dev.tidemark.core.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tidemark.core.view.Training;
import dev.tidemark.core.view.View;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainingReaderTest {

    private static final long HOUR_MILLIS = 3_600_000;

    static final String CATALOG = """
            tidemark: 1
            sources:
              shop: {stream: shop-events, event_time: ts}
            pairs:
              judged:
                left: {source: shop, where: type == "prediction", key: [id, user_id]}
                right: {source: shop, where: type == "outcome", key: [prediction, user_id]}
                within: 12h
                early: 5m
            views:
              viewer:
                source: shop
                entity: user_id
                features:
                  price: {function: avg, input: price, windows: [1h]}
            models:
              discount:
                inputs: [viewer: [price_1h]]
                predictions: {source: shop}
                outcome: {pair: judged}
                monitor:
                  windows: [1h]
                  challengers: [candidate]
                  baseline: {window: 1h, before: 7d}
                  checks:
                    log_loss: {at_most: 0.4, window: 1h}
            """;
    static final String TRAIN = """
            train:
              rows: {last: 20d, matured: false, sample: {no: 0.1}}
              holdout: 3d
              every: 6h
              when: [drift, concept]
              at_least: 20000
              rest: 2h
              command: [python, train.py]
              gate: {paired_loss: {worse_by_at_most: 0.01, confidence: 0.9}, ece: 0.03, slices: none}
              promote: {shadow: 24h, watch: 12h}
            """;

    private static Catalog compile(String catalog, String train) {
        return new CatalogCompiler().compile(catalog + train.indent(4));
    }

    private static Training training(String train) {
        return compile(CATALOG, train).training("discount").orElseThrow();
    }

    @Test
    void itIsWhatTheFileSays() {
        Training training = training(TRAIN);
        Training.Rows rows = training.rows();

        assertThat(rows.lastMillis()).isEqualTo(20 * 24 * HOUR_MILLIS);
        assertThat(rows.holdoutMillis()).isEqualTo(3 * 24 * HOUR_MILLIS);
        assertThat(rows.horizonMillis()).isEqualTo(13 * HOUR_MILLIS);
        assertThat(List.of(rows.isMatured(), rows.isAbsent(), rows.isBinary())).containsExactly(false, false, true);
        assertThat(rows.share(BigDecimal.ZERO)).isEqualTo(0.1);
        assertThat(rows.share(BigDecimal.ONE)).isEqualTo(1);
        assertThat(training.everyMillis()).isEqualTo(6 * HOUR_MILLIS);
        assertThat(training.when()).containsExactly("drift", "concept");
        assertThat(training.atLeast()).isEqualTo(20_000);
        assertThat(training.restMillis()).isEqualTo(2 * HOUR_MILLIS);
        assertThat(training.command()).containsExactly("python", "train.py");
        assertThat(training.gate())
                .isEqualTo(
                        new Training.Gate(new BigDecimal("0.01"), 0.9, new BigDecimal("0.03"), Training.Slices.NONE));
        assertThat(training.promote()).isEqualTo(new Training.Promote(24 * HOUR_MILLIS, 12 * HOUR_MILLIS));
    }

    @Test
    void everythingHasADefault() {
        Training training = training("train: {}");

        assertThat(training.rows().lastMillis()).isEqualTo(30 * 24 * HOUR_MILLIS);
        assertThat(training.rows().holdoutMillis()).isEqualTo(3 * 24 * HOUR_MILLIS);
        assertThat(training.rows().isMatured()).isTrue();
        assertThat(training.rows().share(BigDecimal.ZERO)).isEqualTo(1);
        assertThat(training.everyMillis()).isNull();
        assertThat(training.when()).isEmpty();
        assertThat(training.atLeast()).isEqualTo(1_000);
        assertThat(training.restMillis()).isZero();
        assertThat(training.command()).isEmpty();
        assertThat(training.gate()).isEqualTo(new Training.Gate(BigDecimal.ZERO, 0.95, null, Training.Slices.ALL));
        assertThat(training.promote()).isEqualTo(new Training.Promote(0, 0));
    }

    /** Whoever is served or folds sees nothing of it. */
    @Test
    void neitherAViewNorTheModelsHashDependsOnIt() {
        Catalog without = new CatalogCompiler().compile(CATALOG);
        Catalog with = compile(CATALOG, TRAIN);

        assertThat(without.training("discount")).isEmpty();
        assertThat(with.model("discount").orElseThrow().hash())
                .isEqualTo(without.model("discount").orElseThrow().hash());
        assertThat(versions(with)).isEqualTo(versions(without));
        assertThat(with.hash()).isNotEqualTo(without.hash());
        assertThat(with.training("discount").orElseThrow().modelHash())
                .isEqualTo(with.model("discount").orElseThrow().hash());
    }

    private static List<String> versions(Catalog catalog) {
        return catalog.views().stream().map(View::version).toList();
    }

    /** What decides about halves is what decides about those of the quality, so rows are what the quality is of. */
    @Test
    void itsRowsArePairsOfTheQuality() {
        Catalog catalog = compile(CATALOG, TRAIN);
        View rows = catalog.training("discount").orElseThrow().rows().view();
        View quality = catalog.view("discount$quality").orElseThrow();

        assertThat(rows.name()).isEqualTo("discount$rows");
        assertThat(catalog.views()).doesNotContain(rows);
        assertThat(versions(catalog)).doesNotContain(rows.version());
        assertThat(rows.entity()).extracting(View.KeyField::name).containsExactly("left.id", "left.user_id");
        assertThat(Objects.requireNonNull(rows.pairs()).terms())
                .isEqualTo(Objects.requireNonNull(quality.pairs()).terms());
        assertThat(rows.skewMillis()).isEqualTo(quality.skewMillis());
        assertThat(rows.admittedMillis()).isEqualTo(quality.admittedMillis());
        assertThat(rows.inputs())
                .extracting(View.InputField::path, View.InputField::input, View.InputField::required)
                .isSubsetOf(quality.inputs().stream()
                        .map(input ->
                                org.assertj.core.api.Assertions.tuple(input.path(), input.input(), input.required()))
                        .toList());
        assertThat(Catalogs.of(catalog).sourceOf(rows).name()).isEqualTo("shop");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            rows: {last: 20d, matured: false, sample: {no: 0.1}} | rows: {sample: {yes: 0.5, no: 1}}
            holdout: 3d                                          |
            every: 6h                                            |
            when: [drift, concept]                               |
            command: [python, train.py]                          | command: python  train.py
            at_least: 20000                                      |
            ece: 0.03, slices: none                              | slices: all
            promote: {shadow: 24h, watch: 12h}                   | promote: {}
            outcome: {pair: judged}                              | outcome: {pair: judged, absent: 0, settle: 4h}
            """)
    void itsCanonicalFormIsTheSameTraining(String part, String changed) {
        String text = (CATALOG + TRAIN.indent(4));
        assertThat(text).contains(part);
        Catalog catalog = new CatalogCompiler().compile(text.replace(part, changed == null ? "" : changed));

        Catalog again = new CatalogCompiler().compile(catalog.json());

        assertThat(again.json()).isEqualTo(catalog.json());
        assertThat(facts(again)).isEqualTo(facts(catalog));
    }

    /** All but what is compiled anew. */
    private static List<Object> facts(Catalog catalog) {
        Training training = catalog.training("discount").orElseThrow();
        Training.Rows rows = training.rows();
        return Stream.<Supplier<Object>>of(
                        () -> rows.view().version(),
                        rows::lastMillis,
                        rows::isMatured,
                        rows::yes,
                        rows::no,
                        rows::holdoutMillis,
                        rows::horizonMillis,
                        rows::isAbsent,
                        () -> String.valueOf(training.everyMillis()),
                        training::when,
                        training::atLeast,
                        training::restMillis,
                        training::command,
                        training::gate,
                        training::promote)
                .map(Supplier::get)
                .toList();
    }

    @Test
    void labelsThatAreNumbersAreSampledAlike() {
        Training training = compile(
                        CATALOG.replace("pair: judged", "pair: judged, type: number")
                                .replace("log_loss", "mae"),
                        "train: {rows: {sample: {all: 0.2}}}")
                .training("discount")
                .orElseThrow();

        assertThat(training.rows().isBinary()).isFalse();
        assertThat(training.rows().share(new BigDecimal("17.5"))).isEqualTo(0.2);
        assertThat(training.rows().share(BigDecimal.ZERO)).isEqualTo(0.2);
    }

    /** What a training needs of the rest of the model. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            outcome: {pair: judged}        |                                     | 'train' without 'outcome'
            outcome: {pair: judged}        | outcome: {within: 12h}              | 'train' with outcomes that are half of no pair
            challengers: [candidate]       | challengers: [v8]                   | 'shadow' without a challenger 'candidate'
            challengers: [candidate]       |                                     | 'shadow' without a challenger 'candidate'
            baseline: {window: 1h, before: 7d} |                                 | 'when' with drift without a baseline
            {pair: judged}                 | {pair: judged, type: number}        | unknown key 'no'
            {pair: judged}                 | {pair: judged, type: number}        | 'ece' of a number
            """)
    void whatItNeedsIsAskedFor(String part, String changed, String problem) {
        assertThat(CATALOG).contains(part);
        String catalog = CATALOG.replace(part, changed == null ? "" : changed);

        InvalidDefinition refused = catchThrowableOfType(InvalidDefinition.class, () -> compile(catalog, TRAIN));

        assertThat(refused).as(problem).isNotNull().hasMessageContaining(problem);
    }

    @Test
    void itNeedsAMonitorWithChecks() {
        String noMonitor = CATALOG.substring(0, CATALOG.indexOf("    monitor:"));
        assertThat(catchThrowableOfType(InvalidDefinition.class, () -> compile(noMonitor, TRAIN)))
                .hasMessageContaining("'train' without 'monitor'");
        String noChecks = CATALOG.substring(0, CATALOG.indexOf("      checks:"));
        assertThat(catchThrowableOfType(InvalidDefinition.class, () -> compile(noChecks, TRAIN)))
                .hasMessageContaining("'when' without 'checks'");
    }

    @Test
    void theReferenceHasEveryKey() throws IOException {
        String reference = PublishedFile.read("catalog.md");
        String section =
                reference.substring(reference.indexOf("## Training again"), reference.indexOf("## Conditions"));

        for (var keys : List.of(
                MonitorKeys.OF_TRAIN,
                MonitorKeys.OF_ROWS,
                MonitorKeys.OF_SAMPLE_BINARY,
                MonitorKeys.OF_SAMPLE_NUMBER,
                MonitorKeys.OF_GATE,
                MonitorKeys.OF_PAIRED_LOSS,
                MonitorKeys.OF_PROMOTE)) {
            assertThat(keys).allSatisfy(key -> assertThat(section).contains("`" + key + "`"));
        }
    }
}

package dev.tidemark.core.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tidemark.core.view.Monitor;
import dev.tidemark.core.view.View;
import dev.tidemark.core.window.Window;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MonitorReaderTest {

    static final String CATALOG = """
            tidemark: 1
            sources:
              shop: {stream: shop-events, event_time: ts}
            views:
              viewer:
                source: shop
                entity: user_id
                features:
                  price: {function: avg, input: price, windows: [1h]}
                  top: {function: top_k, input: category, windows: [1h]}
              item:
                source: shop
                entity: [item.id, user_id]
                features:
                  views: {function: count, windows: [1h]}
            models:
              discount:
                keys: {item.id: item}
                request: {device: {type: text}}
                inputs: [viewer: [price_1h, top_1h], item: [views_1h], request: [device]]
            """;
    static final String MONITOR = """
            predictions: {source: shop}
            outcome: {absent: 0, within: 12h, thresholds: [0.2, 0.5]}
            slices: [keys.item, {field: request.device, max_groups: 5}]
            monitor:
              windows: [24h, 1h]
              baseline: {window: 24h, before: 14d}
              champion: v7
              checks:
                accuracy: {at_least: 0.91, window: 24h, threshold: 0.2}
                recall: {at_least: 0.5}
                calibration: {ece: 0.03}
                coverage: {labelled_at_least: 0.6}
                drift: {psi: 0.1, significance: 0.001, features: [viewer.price_1h]}
                nulls: {times_baseline: 3, plus: 0.02, window: 1h}
                rate: {at_least: 0.01, at_most: 0.2}
            """;

    private static Catalog compile(String ofModel) {
        return new CatalogCompiler().compile(CATALOG + ofModel.indent(4));
    }

    private static Monitor monitor(String ofModel) {
        return compile(ofModel).monitor("discount").orElseThrow();
    }

    @Test
    void aMonitorIsOrdinaryViews() {
        Catalog catalog = compile(MONITOR);

        assertThat(catalog.views())
                .extracting(View::name)
                .containsExactly(
                        "viewer",
                        "item",
                        "discount$versions",
                        "discount$inputs",
                        "discount$quality_by_item",
                        "discount$predictions_by_item",
                        "discount$quality_by_device",
                        "discount$predictions_by_device",
                        "discount$quality");
        View inputs = catalog.view("discount$inputs").orElseThrow();
        assertThat(inputs.valueNames())
                .contains(
                        "viewer.price_1h_1h",
                        "viewer.price_1h_24h",
                        "item.views_1h_1h",
                        "request.device_1h",
                        "$rows_1h")
                .doesNotContain("viewer.top_1h_1h");
        assertThat(inputs.retentionMillis()).isEqualTo(15 * 86_400_000L);
        View quality = catalog.view("discount$quality").orElseThrow();
        assertThat(quality.eventTime()).isNotNull();
        assertThat(quality.source()).isEqualTo("shop");
    }

    @Test
    void aMonitorIsWhatTheFileSays() {
        Monitor monitor = monitor(MONITOR);
        Window hour = Window.parse("1h");
        Window day = Window.parse("24h");

        assertThat(monitor.windows()).containsExactly(hour, day);
        assertThat(monitor.champion()).isEqualTo("v7");
        assertThat(monitor.keys()).containsExactly("user_id", "item");
        assertThat(monitor.features())
                .containsOnlyKeys("viewer.price_1h", "item.views_1h", "request.device")
                .containsEntry("viewer.price_1h", List.of("user_id"))
                .containsEntry("item.views_1h", List.of("item", "user_id"))
                .containsEntry("request.device", List.of("user_id", "item"));
        assertThat(monitor.baseline()).isEqualTo(new Monitor.Earlier(day, 14 * 86_400_000L));
        Monitor.Outcome outcome = java.util.Objects.requireNonNull(monitor.outcome());
        assertThat(outcome.isAbsent()).isTrue();
        assertThat(outcome.horizonMillis()).isEqualTo(13 * 3_600_000L);
        assertThat(monitor.checks())
                .containsExactly(
                        new Monitor.Bound(
                                "accuracy", "accuracy", day, new BigDecimal("0.2"), new BigDecimal("0.91"), null),
                        new Monitor.Bound("recall", "recall", day, new BigDecimal("0.2"), new BigDecimal("0.5"), null),
                        new Monitor.Bound("calibration", "ece", day, null, null, new BigDecimal("0.03")),
                        new Monitor.Coverage("coverage", day, 0.6),
                        new Monitor.Drift("drift", day, 0.1, 0.001, List.of("viewer.price_1h")),
                        new Monitor.Nulls("nulls", hour, 3, 0.02),
                        new Monitor.Bound("rate", "rate", day, null, new BigDecimal("0.01"), new BigDecimal("0.2")));
    }

    /** Who was trained with a hash is not refused because somebody watches. */
    @Test
    void whatIsTheSameForAllRowsHasNoDrift() {
        String all = """
                  item:
                    source: shop
                    entity: constant(all)
                    features:
                      views: {function: count, windows: [1h]}
                """.indent(0);
        String yaml = CATALOG.replaceFirst("(?s)  item:.*?windows: \\[1h]}\n(?=models)", all)
                .replace("    keys: {item.id: item}\n", "");
        String monitor = MONITOR.replace("keys.item, ", "");
        Catalog catalog = new CatalogCompiler().compile(yaml + monitor.indent(4));

        assertThat(catalog.monitor("discount").orElseThrow().features())
                .containsOnlyKeys("viewer.price_1h", "request.device");
        assertThat(catalog.view("discount$inputs").orElseThrow().valueNames()).doesNotContain("item.views_1h_1h");
        String asked = monitor.replace("[viewer.price_1h]", "[viewer.price_1h, item.views_1h]");
        assertThat(catchThrowableOfType(
                        InvalidDefinition.class, () -> new CatalogCompiler().compile(yaml + asked.indent(4))))
                .hasMessageContaining("'item.views_1h' is the same in all rows of a moment")
                .hasMessageContaining("they tell as little of drift as one");
    }

    @Test
    void theModelsHashDoesNotDependOnIt() {
        Catalog without = compile("");
        Catalog with = compile(MONITOR);

        assertThat(with.models().get(0).hash())
                .isEqualTo(without.models().get(0).hash());
        assertThat(with.hash()).isNotEqualTo(without.hash());
        assertThat(with.views().subList(0, 2))
                .extracting(View::version)
                .isEqualTo(without.views().stream().map(View::version).toList());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            predictions: {source: shop} | predictions: {source: shop, version: v, score: s, keys: k, hash: h, time: {field: at, format: epoch_millis}}
            predictions: {source: shop} | predictions: {source: shop, version: model-version, score: number(s), model: "@model", time: {field: at, zone: Europe/Berlin}}
            absent: 0,                  |
            outcome: {absent: 0         | outcome: {time: {field: at, format: epoch_seconds}, version: p.v, score: p.s, delay: took
            windows: [24h, 1h]          | windows: [24h, 1h], hop: 30s, retention: 20d
            source: shop}               | source: shop, challengers: others, receipt: r, request: q, id: number}
            """)
    void itsCanonicalFormIsTheSameMonitor(String part, String changed) throws IOException {
        assertThat(MONITOR).contains(part);
        Catalog catalog = compile(MONITOR.replace(part, changed == null ? "" : changed)
                .replace("], hop", "]\n  hop")
                .replace("30s, retention", "30s\n  retention"));

        Catalog again = new CatalogCompiler().compile(catalog.json());

        assertThat(again.json()).isEqualTo(catalog.json());
        assertThat(again.views())
                .extracting(View::version)
                .isEqualTo(catalog.views().stream().map(View::version).toList());
        assertThat(again.monitor("discount").orElseThrow().checks())
                .isEqualTo(catalog.monitor("discount").orElseThrow().checks());
    }

    @Test
    void outcomesWithoutAbsenceAndNumbersHaveTheirOwnFunctions() {
        View labelled = java.util.Objects.requireNonNull(
                        monitor(MONITOR.replace("absent: 0, ", "")).outcome())
                .quality();
        View numbers = java.util.Objects.requireNonNull(monitor("""
                        predictions: {source: shop}
                        outcome: {type: number}
                        monitor: {windows: [1h], checks: {rmse: {at_most: 3}}}
                        """).outcome()).quality();

        assertThat(labelled.valueNames()).contains("$auc_1h", "$confusion_1h", "$calibration_24h");
        assertThat(numbers.valueNames()).containsExactly("$rows_1h", "$mae_1h", "$rmse_1h", "$bias_1h");
    }

    /** In views of their own, so that the quality's stay what they are. */
    @Test
    void challengersHaveViewsOfTheirOwn() {
        Catalog without = compile(MONITOR);
        Catalog with = compile(MONITOR.replace("champion: v7", "champion: v7\n  challengers: [v8, 2.1-b]"));

        assertThat(with.views())
                .extracting(View::version)
                .containsAll(without.views().stream().map(View::version).toList());
        assertThat(with.views().stream()
                        .filter(view -> without.view(view.name()).isEmpty()))
                .extracting(View::name)
                .containsExactly(
                        "discount$challengers",
                        "discount$challenged",
                        "discount$challengers_by_item",
                        "discount$challenged_by_item",
                        "discount$challengers_by_device",
                        "discount$challenged_by_device");
        assertThat(with.view("discount$challengers").orElseThrow().valueNames())
                .contains("$difference_v8_1h", "$difference_as_no_v8_1h", "$difference_2.1-b_24h");
        assertThat(with.view("discount$challenged_by_device").orElseThrow().inputs())
                .extracting(View.InputField::path)
                .containsExactlyInAnyOrder("score", "challengers.v8", "challengers.\"2.1-b\"");
        Catalog again = new CatalogCompiler().compile(with.json());
        assertThat(again.views())
                .extracting(View::version)
                .isEqualTo(with.views().stream().map(View::version).toList());
        assertThat(catchThrowableOfType(
                        InvalidDefinition.class,
                        () -> compile("predictions: {source: shop}\nmonitor: {windows: [1h], challengers: [v8]}\n")))
                .hasMessageContaining("'challengers' without 'outcome'");
    }

    /** Where outcomes do not carry their prediction, a pair brings both together. */
    @Test
    void outcomesMayBeThoseOfAPair() {
        String pair = """
                pairs:
                  judged:
                    left: {source: shop, where: type == "prediction", key: id}
                    right: {source: shop, where: type == "outcome", key: prediction}
                    within: 12h
                """;
        Catalog catalog = new CatalogCompiler()
                .compile(CATALOG.replace("views:\n", pair + "views:\n")
                        + MONITOR.replace("absent: 0, within: 12h,", "pair: judged,")
                                .indent(4));

        View quality = catalog.view("discount$quality").orElseThrow();
        View bySlice = catalog.view("discount$quality_by_device").orElseThrow();

        assertThat(quality.pairs()).isNotNull();
        assertThat(java.util.Objects.requireNonNull(
                                catalog.monitor("discount").orElseThrow().outcome())
                        .horizonMillis())
                .as("the pair's within, and the usual time to arrive")
                .isEqualTo(13 * 3_600_000L);
        assertThat(quality.entity()).extracting(View.KeyField::name).containsExactly("left.version");
        assertThat(bySlice.entity())
                .extracting(View.KeyField::name)
                .containsExactly("left.version", "left.request.device");
        assertThat(quality.inputs()).extracting(View.InputField::path).contains("left.score", "right.label", "delay");
        assertThat(java.util.Objects.requireNonNull(
                                catalog.monitor("discount").orElseThrow().outcome())
                        .hasDelays())
                .isTrue();
        Catalog again = new CatalogCompiler().compile(catalog.json());
        assertThat(again.json()).isEqualTo(catalog.json());
        assertThat(again.views())
                .extracting(View::version)
                .isEqualTo(catalog.views().stream().map(View::version).toList());
    }

    /** With names that conditions cannot have, and a score in a text, also as fields of a pair. */
    @Test
    void predictionsMayHaveFieldsOfAnyPath() {
        String pair = """
                pairs:
                  judged:
                    left: {source: shop, where: type == "prediction", key: id}
                    right: {source: shop, where: type == "outcome", key: prediction}
                    within: 12h
                """;
        String odd = "{source: shop, score: number(score), model: \"@model\", version: model-version}";
        Catalog catalog = new CatalogCompiler()
                .compile(CATALOG.replace("views:\n", pair + "views:\n")
                        + MONITOR.replace("absent: 0, within: 12h,", "pair: judged,")
                                .replace("{source: shop}", odd)
                                .indent(4));

        View quality = catalog.view("discount$quality").orElseThrow();

        assertThat(quality.entity()).extracting(View.KeyField::name).containsExactly("left.\"model-version\"");
        assertThat(quality.inputs()).extracting(View.InputField::path).contains("number(left.score)", "right.label");
        assertThat(new CatalogCompiler().compile(catalog.json()).json()).isEqualTo(catalog.json());
    }

    /** An item holds no more than DynamoDB takes, however many inputs a model has. */
    @Test
    void manyInputsAreSeveralViews() {
        String windows = IntStream.rangeClosed(1, 20).mapToObj(i -> i + "h").collect(Collectors.joining(", "));
        String values =
                IntStream.rangeClosed(1, 20).mapToObj(i -> "price_" + i + "h").collect(Collectors.joining(", "));
        Catalog catalog = new CatalogCompiler()
                .compile(CATALOG.replace("input: price, windows: [1h]", "input: price, windows: [" + windows + "]")
                                .replace("viewer: [price_1h, top_1h]", "viewer: [" + values + "]")
                        + MONITOR.indent(4));

        Monitor monitor = catalog.monitor("discount").orElseThrow();

        assertThat(monitor.inputs()).extracting(View::name).containsExactly("discount$inputs", "discount$inputs_2");
        assertThat(monitor.features()).hasSize(22);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            monitor:                        | monitr:                          | unknown key 'monitr'
            predictions: {source: shop}     | description: x                   | 'predictions' is missing
            source: shop}                   | source: chop}                    | unknown source 'chop'
            source: shop}                   | source: shop, verion: v}         | unknown key 'verion'
            source: shop}                   | source: shop, where: type =}     | models.discount.monitor
            absent: 0                       | absent: 1                        | '1' is out of bounds
            absent: 0                       | type: real                       | unknown type 'real'
            absent: 0                       | absent: 0, type: number          | 'absent' of a number
            absent: 0                       | pair: judged, version: v         | 'version' with 'pair'
            absent: 0                       | pair: judged                     | 'within' with 'pair'
            source: shop}                   | source: shop, drop_duplicates: 1} | '1' is neither true nor false
            source: shop}                   | source: shop, drop_duplicates: true} | source 'shop' has no event_id
            windows: [24h, 1h]              | windows: [24h, lifetime, 1h]     | a monitor without an end
            baseline: {window: 24h          | baseline: {window: 7d            | window '7d' is none of the monitor's
            {window: 24h, before: 14d}      | s3://models                      | s3://models is no object in S3
            champion: v7                    | champoin: v7                     | unknown key 'champoin'
            baseline: {window: 24h, before: 14d} | retention: 30d              | give the monitor a baseline: {window: 24h
            accuracy:                       | acuracy:                         | no check 'acuracy' of this monitor
            threshold: 0.2}                 | threshold: 0.3}                  | threshold '0.3' is none of the outcome's
            {at_least: 0.5}                 | {window: 1h}                     | a check without a bound
            {ece: 0.03}                     | {ece: 0.03, window: 2h}          | window '2h' is none of the monitor's
            [viewer.price_1h]               | [viewer.prize_1h]                | 'viewer.prize_1h' is not in the vector
            significance: 0.001             | significance: 0                  | significance 0
            keys.item,                      | keys.item, a.item,               | two slices would be 'item'
            champion: v7                    | challengers: []                  | 'challengers' with 0 elements
            champion: v7                    | challengers: [v8, v8]            | 'v8' stands twice
            outcome:                        | description:                     | 'slices' without 'outcome'
            champion: v7                    | challengers: [v8 b]              | 'v8 b' cannot be the name of a field
            windows: [24h, 1h]              | challengers: [v8, v7]            | models.discount.monitor.challengers[1]: 'v7' is the champion
            absent: 0, within: 12h          | pair: shop                       | 22:21 models.discount.outcome.pair: 'shop' is a source and no pair
            absent: 0, within: 12h          | pair: judged                     | 22:21 models.discount.outcome.pair: unknown pair 'judged'
            [0.2, 0.5]                      | [0.5, 0.2]                       | models.discount.outcome.thresholds[1]: '0.2' does not exceed the threshold before it
            [0.2, 0.5]                      | [0.2, 5]                         | models.discount.outcome.thresholds[1]: '5' is out of bounds
            0.91                            | 91                               | models.discount.monitor.checks.accuracy.at_least: '91' is out of bounds — a share is from 0 to 1; write 0.91
            labelled_at_least: 0.6          | labelled_at_least: 90            | coverage.labelled_at_least: '90' is out of bounds — a share is from 0 to 1; write 0.9
            recall: {at_least: 0.5}         | auc: {at_least: 1.5}             | auc.at_least: '1.5' is out of bounds
            recall: {at_least: 0.5}         | log_loss: {at_most: -1}          | log_loss.at_most: '-1' is out of bounds — write 0 or more
            ece: 0.03                       | ece: -3                          | calibration.ece: '-3' is out of bounds — a share is from 0 to 1
            psi: 0.1                        | psi: -1                          | drift.psi: '-1' is out of bounds — write 0 or more
            plus: 0.02                      | plus: 2                          | nulls.plus: '2' is out of bounds — a share is from 0 to 1; write 0.02
            at_least: 0.01                  | at_least: 0.3                    | rate.at_least: at_least 0.3 is more than at_most 0.2 — exchange them, or remove one
            """)
    void mistakesAreNamedWhereTheyAre(String part, String changed, String problem) {
        assertThat(MONITOR).contains(part);

        InvalidDefinition refused =
                catchThrowableOfType(InvalidDefinition.class, () -> compile(MONITOR.replace(part, changed)));

        assertThat(refused).as(problem).isNotNull().hasMessageContaining(problem);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            absent: 0, within: 12h          | pair: shop
            thresholds: [0.2, 0.5]          | thresholds: [0.5, 0.2]
            absent: 0                       | type: real
            """)
    void aMistakeInTheOutcomeIsNoneOfItsChecks(String part, String changed) {
        assertThat(MONITOR).contains(part);

        InvalidDefinition refused = catchThrowableOfType(
                InvalidDefinition.class,
                () -> compile(MONITOR.replace(part, changed).replace("psi: 0.1", "psi: -1")));

        assertThat(refused.problems())
                .extracting(problem -> problem.path().split("\\W")[2])
                .containsExactly("outcome", "monitor");
    }

    /** No user's view can be one of a monitor's. */
    @Test
    void namesWithADollarAreReserved() {
        InvalidDefinition refused = catchThrowableOfType(
                InvalidDefinition.class,
                () -> new CatalogCompiler().compile(CATALOG.replace("  item:\n", "  discount$inputs:\n")));

        assertThat(refused).hasMessageContaining("'discount$inputs' is no name of a view");
    }

    @Test
    void theReferenceHasEveryKeyAndCheck() throws IOException {
        String reference = PublishedFile.read("catalog.md");
        String section = reference.substring(reference.indexOf("## A monitor"), reference.indexOf("## Conditions"));

        for (var keys : List.of(
                MonitorKeys.OF_MODEL,
                MonitorKeys.OF_PREDICTIONS,
                MonitorKeys.OF_OUTCOME,
                MonitorKeys.OF_MONITOR,
                CheckReader.AT_THRESHOLD,
                CheckReader.OF_SCORES,
                CheckReader.OF_NUMBERS)) {
            assertThat(keys).allSatisfy(key -> assertThat(section).contains("`" + key + "`"));
        }
    }
}

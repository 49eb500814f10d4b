package dev.tidemark.oracle;

import static dev.tidemark.oracle.TestRecords.HOUR;
import static dev.tidemark.oracle.TestRecords.MINUTE;
import static dev.tidemark.oracle.TestRecords.TEN_O_CLOCK;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every aggregate function against values worked out by hand. */
class OracleFunctionsTest {

    @ParameterizedTest(name = "{0} of {1} is {2}")
    @CsvSource(delimiter = '|', textBlock = """
                    function: count                                 | 5 5 7          | 3
                    function: count                                 |                | 0
                    'function: count, where: x > 5'                 | 5 5 7          | 1
                    'function: sum, input: x'                       | 0.1 0.2 -1.05  | -0.75
                    'function: sum, input: x'                       | 50 50          | 100
                    'function: sum, input: x'                       |                | 0
                    'function: avg, input: x'                       | 1 2 2          | 1.666666666666667
                    'function: avg, input: x'                       | 1.50 2.50      | 2
                    'function: avg, input: x'                       |                | null
                    'function: min, input: x'                       | 3 -1.0 2       | -1
                    'function: max, input: x'                       | 3 -1.0 2       | 3
                    'function: max, input: x'                       |                | null
                    'function: variance, input: x'                  | 1 2 3 4        | 1.25
                    'function: variance, input: x, sample: true'    | 1 2 3 4        | 1.666666666666667
                    'function: variance, input: x'                  | 7              | 0
                    'function: variance, input: x, sample: true'    | 7              | null
                    'function: variance, input: x'                  |                | null
                    'function: stddev, input: x'                    | 2 4 4 4 5 5 7 9 | 2
                    'function: stddev, input: x, sample: true'      | 1 3            | 1.414213562373095
                    'function: ratio, where: x > 1'                 | 1 2 3          | 0.6666666666666667
                    'function: ratio, where: x > 1'                 |                | null
                    'function: first, input: x'                     | 4.0 9 "z"      | 4
                    'function: last, input: x'                      | 4 9 "z"        | "z"
                    'function: last, input: x'                      |                | null
                    'function: first_n, input: x, n: 2'             | 4 9 5          | [4, 9]
                    'function: last_n, input: x, n: 2'              | 4 9 5          | [5, 9]
                    'function: last_n, input: x, n: 2'              |                | []
                    'function: distinct, input: x'                  | 1 1.0 2 "2" 1e0 | 3
                    'function: distinct, input: x'                  |                | 0
                    'function: median, input: x'                    | 4 1 3 2        | 2
                    'function: median, input: x'                    |                | null
                    'function: percentile, input: x, percentiles: [1, 50, 95]' | 10 9 8 7 6 5 4 3 2 1 | '{"p1": 1, "p50": 5, "p95": 10}'
                    'function: percentile, input: x, percentiles: [99.9]'      | 1 2            | '{"p99.9": 2}'
                    'function: top_k, input: x, k: 3'               | "b" "b" "a" 10 10 2 | '[{"value": 10, "count": 2}, {"value": "b", "count": 2}, {"value": 2, "count": 1}]'
                    'function: top_k, input: x, k: 3'               |                | []
                    'function: histogram, input: x, boundaries: [0, 10.5]' | -1 0 10.4999 10.5 99 | '[1, 2, 2]'
                    'function: histogram, input: x, boundaries: [0]' |               | '[0, 0]'
                    """)
    void valueOf(String feature, String inputs, String expected) {
        TestRecords records = new TestRecords();
        long time = TEN_O_CLOCK;
        for (String input : inputs == null ? new String[0] : inputs.split(" ")) {
            records.at(time++, "\"x\":" + input);
        }
        assertValue(feature, records, TEN_O_CLOCK + MINUTE, expected);
    }

    @ParameterizedTest(name = "{0} of {1} is {2}")
    @CsvSource(delimiter = '|', textBlock = """
                    'function: confusion, input: s, label: y' | 0.9:1 0.5:true 0.7:0 0.1:false | '[{"threshold": 0.5, "tp": 2, "fp": 1, "fn": 0, "tn": 1, "accuracy": 0.75, "precision": 0.6666666666666667, "recall": 1, "f1": 0.8}]'
                    'function: confusion, input: s, label: y, thresholds: [1]' | | '[{"threshold": 1, "tp": 0, "fp": 0, "fn": 0, "tn": 0, "accuracy": null, "precision": null, "recall": null, "f1": null}]'
                    'function: log_loss, input: s, label: y'   | 0:1         | 34.53877639491068
                    'function: log_loss, input: s, label: y'   | 0.5:1 0.5:0 | 0.6931471805599453
                    'function: log_loss, input: s, label: y'   |             | null
                    'function: brier, input: s, label: y'      | 0.9:1 0.6:1 0.7:0 0.1:0 | 0.1675
                    'function: brier, input: s, label: 1'      | 0.9:1 0.6:1 0.7:0 0.1:0 | 0.2675
                    'function: auc, input: s, label: y'        | 0.2:0 0.2:1 0.4:0 0.6:1 | 0.625
                    'function: auc, input: s, label: y'        | 0.2:0 0.4:0 | null
                    'function: calibration, input: s, label: y, buckets: 4' | 0.9:1 0.6:1 0.7:0 0.1:0 | '{"ece": 0.125, "slope": 1.007194244604317, "buckets": [{"from": 0, "to": 0.25, "count": 1, "mean_score": 0.1, "rate": 0}, {"from": 0.5, "to": 0.75, "count": 2, "mean_score": 0.65, "rate": 0.5}, {"from": 0.75, "to": 1, "count": 1, "mean_score": 0.9, "rate": 1}]}'
                    'function: calibration, input: s, label: y' |            | '{"ece": null, "slope": null, "buckets": []}'
                    'function: mae, input: s, label: y'        | 10:12 3.5:3 -1:-4 | 1.833333333333333
                    'function: rmse, input: s, label: y'       | 10:12 3.5:3 -1:-4 | 2.101586702153082
                    'function: bias, input: s, label: y'       | 10:12 3.5:3 -1:-4 | 0.5
                    'function: bias, input: s, label: y'       |             | null
                    'function: profile, input: s'              | 4:0 4.0:0 "a":0 true:0 null:0 1:0 | '{"count": 5, "nulls": 1, "mean": 3, "stddev": 1.414213562373095, "cells": {"1": 1, "4": 2}, "values": {"a": 1, "true": 1}, "other": 0}'
                    'function: profile, input: s'              |             | '{"count": 0, "nulls": 0, "mean": null, "stddev": null, "cells": {}, "values": {}, "other": 0}'
                    """)
    void qualityOf(String feature, String pairs, String expected) {
        TestRecords records = new TestRecords();
        for (String pair : pairs == null ? new String[0] : pairs.split(" ")) {
            int colon = pair.indexOf(':');
            records.at(TEN_O_CLOCK, "\"s\":" + pair.substring(0, colon) + ",\"y\":" + pair.substring(colon + 1));
        }
        assertValue(feature, records, TEN_O_CLOCK + MINUTE, expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    "s":1.1,"y":1    | VALUE_OUT_OF_BOUNDS
                    "s":-0.1,"y":1   | VALUE_OUT_OF_BOUNDS
                    "s":"1","y":1    | MISTYPED_FIELD
                    "s":0.5,"y":2    | VALUE_OUT_OF_BOUNDS
                    "s":0.5,"y":"1"  | MISTYPED_FIELD
                    "s":0.5          | MISSING_FIELD
                    "y":1            | MISSING_FIELD
                    """)
    void whatIsNoProbabilityOrNoLabelIsBad(String members, String reason) {
        TestRecords records = new TestRecords().at(TEN_O_CLOCK, members);
        assertThat(oracle("function: brier, input: s, label: y", records)
                        .report("v")
                        .quarantined())
                .singleElement()
                .satisfies(bad -> assertThat(bad.reason()).isEqualTo(reason));
    }

    @Test
    void groupsAreSortedAndThoseWithoutEventsAbsent() {
        TestRecords records = new TestRecords()
                .at(TEN_O_CLOCK, "\"g\":\"shoes\",\"x\":1")
                .at(TEN_O_CLOCK, "\"g\":\"hats\",\"x\":5")
                .at(TEN_O_CLOCK, "\"g\":\"shoes\",\"x\":2")
                .at(TEN_O_CLOCK, "\"g\":\"toys\",\"x\":0");
        assertValue(
                "function: avg, input: x, where: x > 0, group_by: {field: g}",
                records,
                TEN_O_CLOCK,
                "{\"hats\": 5, \"shoes\": 1.5}");
        assertThat(value("function: avg, input: x, group_by: {field: g}", records, TEN_O_CLOCK)
                        .fieldNames())
                .toIterable()
                .containsExactly("hats", "shoes", "toys");
    }

    @Test
    void whatIsNotListedOrHasNoGroupCountsUnderOther() {
        TestRecords records = new TestRecords()
                .at(TEN_O_CLOCK, "\"g\":\"shoes\"")
                .at(TEN_O_CLOCK, "\"g\":\"hats\"")
                .at(TEN_O_CLOCK, "\"g\":\"toys\"")
                .at(TEN_O_CLOCK, "");
        assertValue(
                "function: count, group_by: {field: g, groups: [shoes, bags]}",
                records,
                TEN_O_CLOCK,
                "{\"$other\": 3, \"shoes\": 1}");
    }

    @Test
    void tiesInTimeGoBySequenceNumberAsANumber() {
        TestRecords records = new TestRecords();
        for (int i = 0; i < 5; i++) { // Sequence numbers 7 to 11: "11" is after "9".
            records.at(TEN_O_CLOCK, "\"x\":" + i);
        }
        assertValue("function: last, input: x", records, TEN_O_CLOCK, "4");
        assertValue("function: first_n, input: x, n: 3", records, TEN_O_CLOCK, "[0, 1, 2]");
    }

    @Test
    void anOptionalInputIsPassedOver() {
        TestRecords records =
                new TestRecords().at(TEN_O_CLOCK, "\"x\":3").at(TEN_O_CLOCK, "").at(TEN_O_CLOCK, "\"x\":null");
        assertValue("function: avg, input: x, optional: true", records, TEN_O_CLOCK, "3");
    }

    @Test
    void anEventWeighsHalfAfterEveryHalfLifeFromTheMiddleOfItsTile() {
        // The hop of a 1h window is 1m. Asked at 10:30:30, the tile [10:00, 10:01) is thirty minutes old, the tile
        // [10:10, 10:11) twenty, and that of the question itself is not older than the question.
        TestRecords records = new TestRecords()
                .at(TEN_O_CLOCK, "\"x\":4")
                .at(TEN_O_CLOCK + MINUTE - 1, "\"x\":8")
                .at(TEN_O_CLOCK + 10 * MINUTE, "\"x\":10")
                .at(TEN_O_CLOCK + 30 * MINUTE, "\"x\":1");
        long at = TEN_O_CLOCK + 30 * MINUTE + MINUTE / 2;
        assertValue("function: decayed_count, half_life: 10m", records, at, "1.5");
        assertValue("function: decayed_sum, input: x, half_life: 10m", records, at, "5");
        assertValue("function: decayed_avg, input: x, half_life: 10m", records, at, "3.33333333333");
        // A quarter of a minute earlier the ages are 29m45s and 19m45s: 2 * 2^-2.975 + 2^-1.975 + 1. The tile of the
        // question, whose middle is still to come, weighs no more than 1.
        assertValue("function: decayed_count, half_life: 10m", records, at - MINUTE / 4, "1.50873984605");
    }

    @Test
    void aDecayedValueOfNothing() {
        assertValue("function: decayed_avg, input: x, half_life: 10m", new TestRecords(), TEN_O_CLOCK, "null");
        assertValue("function: decayed_sum, input: x, half_life: 10m", new TestRecords(), TEN_O_CLOCK, "0");
    }

    @Test
    void estimatesComeWithATolerance() {
        TestRecords records = new TestRecords();
        for (int i = 0; i < 9; i++) {
            records.at(TEN_O_CLOCK, "\"x\":" + i);
        }
        assertThat(tolerance("function: distinct, input: x, exact_up_to: 9", records))
                .isEqualTo("{}");
        assertThat(tolerance("function: distinct, input: x, exact_up_to: 8", records))
                .isEqualTo("{\"relative\":0.1}");
        assertThat(tolerance("function: top_k, input: x, k: 2, max_values: 9", records))
                .isEqualTo("{}");
        assertThat(tolerance("function: top_k, input: x, k: 2, max_values: 8", records))
                .isEqualTo("{\"at_most\":2}");
        assertThat(tolerance("function: count, group_by: {field: x, max_groups: 8}", records))
                .isEqualTo("{\"at_most\":8}");
        assertThat(tolerance("function: median, input: x, relative_error: 0.05", records))
                .isEqualTo("{\"relative\":0.0500001}");
    }

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource(delimiter = '|', textBlock = """
                    'expression: "f_1h / 8.0"'             | 0.375
                    'expression: "f_1h / 3.0"'             | 1
                    'expression: "0.1 + 0.2"'              | 0.30000000000000004
                    'expression: "f_1h / (f_1h - 3.0)"'    | null
                    'expression: "1.0 / (f_1h - 3.0)", default: 7' | 7
                    'expression: "f_1h > 2.0"'             | true
                    'expression: "f_1h > 2.0 ? \\"much\\" : \\"little\\""' | "much"
                    """)
    void derived(String expression, String expected) {
        TestRecords records = new TestRecords().at(TEN_O_CLOCK, "\"x\":3");
        String catalog = TestRecords.catalog("function: sum, input: x, windows: [1h]") + "    derived:\n      d: {"
                + expression.replace("\\\\", "\\") + "}\n";
        JsonNode value = new Oracle(catalog, records.list()).value("v", "a", "d", TEN_O_CLOCK);
        assertSame(Answers.read(expected), value);
    }

    @Test
    void aDerivedValueOfNullIsNullOrTheDefault() {
        String catalog = TestRecords.catalog("function: avg, input: x, windows: [1h]")
                + "    derived:\n      d: {expression: \"f_1h * 2.0\"}\n      e: {expression: \"f_1h * 2.0\", default: 0}\n";
        ObjectNode answer = new Oracle(catalog, new TestRecords().list()).answer("v", "a", TEN_O_CLOCK);
        assertThat(answer.get("values")).hasToString("{\"f_1h\":null,\"d\":null,\"e\":0}");
    }

    @Test
    void valuesOverALifetimeWindowAreNamed() {
        String catalog = TestRecords.catalog("function: count, windows: [1h, lifetime]")
                + "    derived:\n      d: {expression: f_lifetime}\n      e: {expression: d}\n      g: {expression: f_1h}\n";
        ObjectNode answer = new Oracle(catalog, new TestRecords().list()).answer("v", "a", TEN_O_CLOCK);
        assertThat(answer.get("lifetime")).hasToString("[\"f_lifetime\",\"d\",\"e\"]");
    }

    private static String tolerance(String feature, TestRecords records) {
        ObjectNode answer = oracle(feature, records).answer("v", "a", TEN_O_CLOCK + HOUR / 2);
        JsonNode tolerance = answer.get("tolerances").get("f_1h");
        return tolerance == null ? "{}" : tolerance.toString();
    }

    private static void assertValue(String feature, TestRecords records, long atMillis, String expected) {
        assertSame(Answers.read(expected), value(feature, records, atMillis));
    }

    /** Numbers by value: the tree has decimals where the expected text may have been read as something else. */
    private static void assertSame(JsonNode expected, JsonNode actual) {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.putObject("values").set("value", expected);
        ObjectNode values = JsonNodeFactory.instance.objectNode();
        values.set("value", actual);
        assertThat(Answers.differences(answer, values)).isEmpty();
    }

    private static JsonNode value(String feature, TestRecords records, long atMillis) {
        return oracle(feature, records).value("v", "a", "f_1h", atMillis);
    }

    private static Oracle oracle(String feature, TestRecords records) {
        return new Oracle(TestRecords.catalog(feature + ", windows: [1h]"), records.list());
    }
}

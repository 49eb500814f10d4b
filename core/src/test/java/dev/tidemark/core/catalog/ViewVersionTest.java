package dev.tidemark.core.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rule P3: whatever decides the content of an item is part of the view's version, and nothing else is. */
class ViewVersionTest {

    private final String yaml;

    ViewVersionTest() throws IOException {
        yaml = TestFiles.read("valid.yaml");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            stream: shop-events     | stream: shop-events-2
            stream_retention: 48h   | stream_retention: 72h
            field: ts               | field: time
            format: epoch_millis    | format: epoch_seconds
            event_id: event_id      | event_id: id
            max_event_bytes: 65536  | max_event_bytes: 65537
            entity: user_id         | entity: user
            entity: user_id         | entity: [user_id, country]
            where: type == "view"   | where: type == "cart"
            hop: 5s                 | hop: 2s
            retention: 12h          | retention: 13h
            skew: 30s               | skew: 31s
            horizon: 10m            | horizon: 11m
            max_ids: 500            | max_ids: 501
            drop_duplicates: {      | # {
            input: item.price       | input: item.net_price
            item.category == "shoes" | item.category == "hats"
            optional: true          | optional: false
            function: last          | function: first
            max_groups: 20          | max_groups: 21
            [de, fr, 1]             | [de, fr, 2]
            windows: [5m, 30m, 24h] | windows: [5m, 30m, 48h]
            windows: [30m, lifetime] | windows: [30m]
            """)
    void changesWithWhatDecidesAnItem(String part, String changed) {
        assertThat(version(change(part, changed))).isNotEqualTo(version(yaml));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            viewer:                 | watcher:
            avg_price:              | mean_price:
            shop:                   | store:
            expression: part / 100  | expression: part / 1000
            default: 0              | default: 1
            hop: 5s                 | hop: 5s # the finest tile
            windows: [5m, 30m, 24h] | windows: [5m, 10m, 30m, 12h, 24h]
            windows: [5m, 30m, 24h] | windows: [24h, 1800s]
            percentiles: [50, 99.9] | percentiles: [95]
            half_life: 10m          | half_life: 20m
            event_time: at          | event_time: time
            """)
    void doesNotChangeWithWhatDoesNot(String part, String changed) {
        String other = change(part, changed)
                .replace("source: shop\n", part.equals("shop:") ? "source: store\n" : "source: shop\n");

        assertThat(version(other)).isEqualTo(version(yaml));
    }

    /** The versions and the hash were taken down in earlier releases: the states that they wrote go on. */
    @Test
    void aViewWithoutHeadsKeepsItsVersion() {
        String hello = """
                tidemark: 1
                sources:
                  shop:
                    stream: hello-events
                    event_time: ts
                views:
                  viewer:
                    source: shop
                    entity: user_id
                    features:
                      avg_price:
                        function: avg
                        input: price
                        windows: [30m]
                """;

        String before = hello.replace("entity: user_id\n", "entity: user_id\n    heads: false\n");
        assertThat(version(before)).isEqualTo("79a301e123ee1eef");
        assertThat(version(before.replace("[30m]", "[5m, 30m, 24h, 30d, lifetime]")))
                .isEqualTo("49f8525a06db94d7");
        assertThat(version(hello)).isNotEqualTo(version(before));
        assertThat(new CatalogCompiler().compile(hello).hash()).isEqualTo("b14a236f2f5717d6");
    }

    /** Then that of the source decides nothing. */
    @Test
    void changesWithAnEventTimeOfItsOwn() {
        String entity = "entity: user_id\n";
        String own = change(entity, entity + "    event_time: seen\n");
        String other = change(entity, entity + "    event_time: {field: seen, format: epoch_millis}\n");
        String same = change(entity, entity + "    event_time: {field: ts, format: epoch_millis}\n");

        assertThat(List.of(version(own), version(other), version(same), version(yaml)))
                .doesNotHaveDuplicates();
        assertThat(version(own.replace("field: ts", "field: time"))).isEqualTo(version(own));
        assertThat(new CatalogCompiler().compile(own).json())
                .contains("\"event_time\":{\"field\":\"seen\",\"format\":\"iso8601\"},\"entity\"");
    }

    /** A zone decides which tiles are read, and not what they hold. */
    @Test
    void doesNotChangeWithTheZone() {
        String windows = "windows: [5m, 30m, 24h]";
        String berlin = change("entity: user_id\n", "entity: user_id\n    zone: Europe/Berlin\n")
                .replace(windows, "windows: [5m, 30m, 24h, day, 5m_before_24h]");
        String ended = change(windows, "windows: [5m, 30m, 24h, 30m_before_5m]");
        Catalog catalog = new CatalogCompiler().compile(berlin);

        assertThat(version(ended)).isEqualTo(version(yaml));
        assertThat(version(berlin)).as("longer kept").isNotEqualTo(version(yaml));
        assertThat(version(berlin.replace("Europe/Berlin", "UTC"))).isEqualTo(version(berlin));
        assertThat(new CatalogCompiler()
                        .compile(berlin.replace("Europe/Berlin", "UTC"))
                        .hash())
                .isNotEqualTo(catalog.hash());
        assertThat(new CatalogCompiler().compile(catalog.json()).json()).isEqualTo(catalog.json());
    }

    /** Then the time of the source decides too. */
    @Test
    void changesWithHowLongAfterItsTimeAnEventMayHappen() {
        String entity = "entity: user_id\n";
        String own = change(entity, entity + "    event_time: seen\n");
        String within = change(entity, entity + "    event_time: seen\n    within: 24h\n");

        assertThat(List.of(
                        version(own),
                        version(within),
                        version(within.replace("within: 24h", "within: 25h")),
                        version(within.replace("field: ts", "field: time"))))
                .doesNotHaveDuplicates();
        Catalog catalog = new CatalogCompiler().compile(within);
        assertThat(catalog.json()).contains("\"within\":\"1d\"");
        assertThat(new CatalogCompiler().compile(catalog.json()).json()).isEqualTo(catalog.json());
        InvalidDefinition refused = org.assertj.core.api.Assertions.catchThrowableOfType(
                InvalidDefinition.class, () -> version(change(entity, entity + "    within: 24h\n")));
        assertThat(refused).hasMessageContaining("'within' without an 'event_time' of the view");
    }

    @Test
    void changesWithWhoPacksTheRecordsButNotByTheDefault() {
        String bytes = "max_event_bytes: 65536\n";
        String kpl = change(bytes, bytes + "    aggregated_by: kpl\n");
        String any = change(bytes, bytes + "    aggregated_by: any\n");

        assertThat(version(kpl)).isEqualTo(version(yaml));
        assertThat(new CatalogCompiler().compile(kpl).hash())
                .isEqualTo(new CatalogCompiler().compile(yaml).hash());
        assertThat(version(any)).isNotEqualTo(version(yaml));
        assertThat(new CatalogCompiler().compile(any).hash())
                .isNotEqualTo(new CatalogCompiler().compile(yaml).hash());
    }

    @Test
    void changesWithTheSeam() {
        String bytes = "max_event_bytes: 65536\n";
        String seam = change(bytes, bytes + "    history: {until: 2026-12-01T00:00:00Z}\n");
        String later = change(bytes, bytes + "    history: {until: 2026-12-01T00:00:01Z}\n");
        String delayed = change(bytes, bytes + "    history: {until: 2026-12-01T00:00:00Z, arrival_delay: 2s}\n");

        assertThat(List.of(version(yaml), version(seam), version(later), version(delayed)))
                .doesNotHaveDuplicates();
        assertThat(new CatalogCompiler().compile(delayed).json())
                .contains("\"history\":{\"until\":\"2026-12-01T00:00:00Z\",\"arrival_delay\":\"2s\"}");
    }

    @Test
    void changesWithTheTypeOfAnInputButNotByTheDefault() {
        String input = "input: page\n";
        Catalog any = new CatalogCompiler().compile(yaml);
        Catalog text = new CatalogCompiler().compile(change(input, input + "        type: text\n"));

        assertThat(any.json()).doesNotContain("\"type\"");
        assertThat(text.hash()).isNotEqualTo(any.hash());
        assertThat(text.views().get(0).version())
                .isNotEqualTo(any.views().get(0).version());
        assertThat(new CatalogCompiler().compile(text.json()).hash()).isEqualTo(text.hash());
    }

    @ParameterizedTest
    @CsvSource({"avg_price,latency", "shoes,by_country", "views,last_page"})
    void doesNotChangeWithTheOrderOfFeatures(String first, String second) {
        String a = feature(first);
        String b = feature(second);
        String other = yaml.replace(a, "@").replace(b, a).replace("@", b);

        assertThat(other).isNotEqualTo(yaml);
        assertThat(version(other)).isEqualTo(version(yaml));
        assertThat(new CatalogCompiler().compile(other).hash())
                .isNotEqualTo(new CatalogCompiler().compile(yaml).hash());
    }

    /** The lines of a feature. */
    private String feature(String name) {
        int from = yaml.indexOf("      " + name + ":\n");
        int to = from + 1;
        do {
            to = yaml.indexOf('\n', to) + 1;
        } while (yaml.startsWith("        ", to));
        return yaml.substring(from, to);
    }

    private String change(String part, String changed) {
        assertThat(yaml).contains(part);
        return yaml.replace(part, changed);
    }

    private static String version(String text) {
        String version = new CatalogCompiler().compile(text).views().get(0).version();
        assertThat(version).matches("[0-9a-f]{16}");
        return version;
    }
}

package dev.tidemark.core.fold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.reference.Snapshot;
import dev.tidemark.core.reference.SnapshotRows;
import dev.tidemark.core.reference.Snapshots;
import dev.tidemark.core.stream.RawRecord;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What an event's row holds of a reference's. */
class RowLookUpsTest {

    private static final Catalog CATALOG = new CatalogCompiler().compile("""
            tidemark: 1
            sources:
              shop: {stream: shop, event_time: {field: ts, format: epoch_millis}}
            references:
              items: {key: [shop, item_id], valid_from: since, fields: {category: text, price: number, fresh: boolean}}
            views:
              clicker:
                source: shop
                entity: user
                look_up: {item: {from: items, key: [shop, item.id]}}
                features:
                  categories: {function: distinct, input: item.category, windows: [1h]}
                  listed: {function: sum, input: item.price, windows: [1h]}
                  fresh: {function: count, where: item.fresh == true, windows: [1h]}
                  items: {function: distinct, input: item.id, windows: [1h]}
            """);

    private static final Catalog.Source SOURCE = CATALOG.sources().get(0);

    private static Snapshot.Row row(long from, Map<String, Object> values) {
        return new Snapshot.Row(from, values);
    }

    private final Inputs.Ready ready = new Inputs.Ready(Map.of(
            "items",
            new Snapshots(List.of(
                    new Snapshot(
                            1,
                            Snapshot.ALWAYS,
                            Map.of(
                                    "de|7",
                                    List.of(
                                            row(100, Map.of("category", "old")),
                                            row(200, Map.of("category", "new", "fresh", true))))),
                    new Snapshot(
                            2,
                            1_000,
                            Map.of(
                                    "de|7",
                                    List.of(row(
                                            Snapshot.ALWAYS,
                                            Map.of("price", new BigDecimal("1.50"), "fresh", false)))))))));

    private final BatchRows rows = new BatchRows(SOURCE);

    private String read(String event, long arrivalMillis) {
        rows.read(
                List.of(new RawRecord(
                        FoldWorld.position(1, 0), arrivalMillis, "key", event.getBytes(StandardCharsets.UTF_8))),
                "",
                ready);
        StringBuilder text = new StringBuilder();
        SOURCE.lookUps().get(0).targets().forEach(target -> {
            int slot = target.slot();
            text.append(
                    switch (rows.row(0).kind(slot)) {
                        case STRING -> rows.row(0).string(slot);
                        case NUMBER -> rows.row(0).decimal(slot).toPlainString();
                        case BOOLEAN -> "" + rows.row(0).bool(slot);
                        case ABSENT -> "-";
                        default -> "?";
                    });
            text.append(' ');
        });
        return text + "" + rows.notFound();
    }

    @Test
    void theSnapshotIsThatOfTheArrivalAndTheRowThatOfTheEvent() {
        assertThat(read("{\"user\":1,\"ts\":150,\"shop\":\"de\",\"item\":{\"id\":7}}", 999))
                .isEqualTo("old - - 0");
        assertThat(read("{\"user\":1,\"ts\":200,\"shop\":\"de\",\"item\":{\"id\":\"7\"}}", 999))
                .isEqualTo("new - true 0");
        assertThat(read("{\"user\":1,\"ts\":200,\"shop\":\"de\",\"item\":{\"id\":7.0}}", 1_000))
                .isEqualTo("- 1.50 false 0");
    }

    @Test
    void whatIsNotFoundIsAbsentAndCounted() {
        assertThat(read("{\"user\":1,\"ts\":99,\"shop\":\"de\",\"item\":{\"id\":7}}", 999))
                .as("not valid yet")
                .isEqualTo("- - - 1");
        assertThat(read("{\"user\":1,\"ts\":200,\"shop\":\"fr\",\"item\":{\"id\":7}}", 999))
                .isEqualTo("- - - 1");
        assertThat(read("{\"user\":1,\"ts\":200,\"shop\":\"de\"}", 999))
                .as("no key")
                .isEqualTo("- - - 1");
    }

    /** Whatever an event sends itself under that name. */
    @Test
    void theReferenceHidesTheEventsOwnFields() {
        assertThat(read(
                        "{\"user\":1,\"ts\":200,\"shop\":\"de\",\"look_up.0\":\"x\","
                                + "\"item\":{\"id\":8,\"category\":\"sent\",\"price\":3}}",
                        999))
                .isEqualTo("- - - 1");
    }

    @Test
    void withoutItsSnapshotsNothingIsRead() {
        RawRecord record =
                new RawRecord(FoldWorld.position(1, 0), 999, "key", "{\"ts\":1}".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> rows.read(List.of(record), ""))
                .hasMessage("records are read without the snapshots of reference 'items'");
    }

    @Test
    void rowsAreStoredInOneFormAndReadBack() {
        SnapshotRows stored = new SnapshotRows();
        stored.add("b", row(Snapshot.ALWAYS, Map.of("price", new BigDecimal("1E+3"), "category", "x|\"y")));
        stored.add("a", row(20, Map.of()));
        stored.add("a", row(10, Map.of("fresh", true)));
        assertThat(new String(stored.write(), StandardCharsets.UTF_8)).isEqualTo("""
                        {"key":"a","from":10,"values":{"fresh":true}}
                        {"key":"a","from":20,"values":{}}
                        {"key":"b","values":{"category":"x|\\"y","price":1000}}
                        """);
        assertThat(new SnapshotsText(SnapshotRows.read(stored.write())).text())
                .isEqualTo("a 10 {fresh=true}, a 20 {}, b always {category=x|\"y, price=1000}");
        assertThatThrownBy(() -> stored.add("a", row(10, Map.of()))).hasMessageContaining("key 'a' stands twice");
    }

    private record SnapshotsText(Map<String, List<Snapshot.Row>> rows) {

        String text() {
            return rows.keySet().stream()
                    .sorted()
                    .flatMap(key -> rows.getOrDefault(key, List.of()).stream()
                            .map(row -> key + " "
                                    + (row.validFromMillis() == Snapshot.ALWAYS ? "always" : row.validFromMillis())
                                    + " " + new java.util.TreeMap<>(row.values())))
                    .reduce((a, b) -> a + ", " + b)
                    .orElse("");
        }
    }
}

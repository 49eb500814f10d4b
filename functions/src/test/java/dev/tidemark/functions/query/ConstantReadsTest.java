package dev.tidemark.functions.query;

import static dev.tidemark.functions.query.QueryWorld.LANE;
import static dev.tidemark.functions.query.QueryWorld.NOW;
import static dev.tidemark.functions.query.QueryWorld.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.fold.BatchFold;
import dev.tidemark.core.fold.FoldPorts;
import dev.tidemark.core.fold.FoldSettings;
import dev.tidemark.core.store.InMemoryArchive;
import dev.tidemark.core.store.InMemoryControlStore;
import dev.tidemark.core.store.InMemoryItemStore;
import dev.tidemark.core.store.InMemoryQuarantine;
import dev.tidemark.core.store.Lineage;
import dev.tidemark.core.stream.Batch;
import dev.tidemark.core.stream.RawRecord;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** One entity for all events, from events to answers: nobody is asked for its key. */
class ConstantReadsTest {

    private static final Catalog CATALOG = new CatalogCompiler().compile("""
            tidemark: 1
            sources:
              shop: {stream: shop-events, event_time: {field: ts, format: epoch_millis}}
            views:
              viewer:
                source: shop
                entity: user_id
                features: {views: {function: count, windows: [1h]}}
              everything:
                source: shop
                entity: constant(all)
                features: {views: {function: count, windows: [1h]}}
            models:
              both: {inputs: [viewer: [views_1h], everything: [views_1h]]}
              global: {inputs: [everything: [views_1h]]}
            """);

    private final QueryFunction function = folded("ann", "bob", "ann");

    private static QueryFunction folded(String... users) {
        InMemoryItemStore items = new InMemoryItemStore();
        InMemoryControlStore control = new InMemoryControlStore();
        FoldPorts ports = new FoldPorts(
                items,
                control,
                new InMemoryArchive(),
                new InMemoryQuarantine(),
                Lineage.NEVER_RESHARDED,
                millis -> CompletableFuture.completedFuture(null),
                NOW::toEpochMilli,
                new Random(1));
        List<RawRecord> records = new ArrayList<>();
        for (String user : users) {
            String json = "{\"user_id\":\"" + user + "\",\"ts\":" + (NOW.toEpochMilli() - 60_000) + "}";
            records.add(new RawRecord(
                    QueryWorld.position(records.size() + 1),
                    NOW.toEpochMilli() - 40,
                    user,
                    json.getBytes(StandardCharsets.UTF_8)));
        }
        assertThat(new BatchFold(CATALOG, ports, new FoldSettings("g1", 4, 3, 1 << 20))
                        .fold(new Batch(LANE, records), Long.MAX_VALUE)
                        .join()
                        .isDone())
                .isTrue();
        return QueryFunction.of(Catalogs.of(CATALOG), items, control, () -> NOW);
    }

    @Test
    void theEntityOfAViewIsItsConstant() {
        JsonNode answer = send("GET", "/v1/views/everything/entities/all", null);

        assertThat(answer.at("/features/views_1h").intValue()).as("%s", answer).isEqualTo(3);
        assertThat(send("GET", "/v1/views/everything/entities/others", null)
                        .at("/features/views_1h")
                        .intValue())
                .isZero();
    }

    @Test
    void aModelKnowsTheKey() {
        JsonNode both = send("POST", "/v1/models/both:features", "{\"rows\":[{\"keys\":{\"user_id\":\"ann\"}}]}");
        JsonNode global = send("POST", "/v1/models/global:features", "{\"rows\":[{\"keys\":{}}]}");
        JsonNode tooMuch = send(
                "POST", "/v1/models/both:features", "{\"rows\":[{\"keys\":{\"user_id\":\"ann\",\"all\":\"all\"}}]}");

        assertThat(both.at("/rows/0/values")).as("%s", both).hasToString("[2,3]");
        assertThat(global.at("/rows/0/values")).as("%s", global).hasToString("[3]");
        assertThat(tooMuch.at("/errors/0/detail").asText()).contains("has an unknown member 'all'");
    }

    private JsonNode send(String method, String path, @org.jspecify.annotations.Nullable String body) {
        return json(QueryWorld.send(function, method, path, Map.of(), Map.of(), body));
    }
}

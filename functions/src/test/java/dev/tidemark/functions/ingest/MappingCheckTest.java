package dev.tidemark.functions.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.events.KinesisEvent;
import com.amazonaws.services.lambda.runtime.events.KinesisEvent.KinesisEventRecord;
import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.aws.lambda.Mapping;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.fold.BatchFold;
import dev.tidemark.core.fold.FoldPorts;
import dev.tidemark.core.fold.FoldSettings;
import dev.tidemark.core.store.InMemoryArchive;
import dev.tidemark.core.store.InMemoryControlStore;
import dev.tidemark.core.store.InMemoryItemStore;
import dev.tidemark.core.store.InMemoryLineage;
import dev.tidemark.core.store.InMemoryQuarantine;
import dev.tidemark.functions.MetricLines;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rule F1: no batch is folded under a mapping that would make the fold lose records. */
class MappingCheckTest {

    private static final String FUNCTION = "arn:aws:lambda:eu-west-1:1:function:ingest:live";
    private static final String STREAM = "arn:aws:kinesis:eu-west-1:1:stream/shop-events";
    private static final Mapping GOOD = new Mapping("id", 1, true, false, -1, -1, false);
    private static final Mapping PARALLEL = new Mapping("id", 2, true, false, -1, -1, false);

    private final List<String> lookedUp = new ArrayList<>();
    private CompletableFuture<List<Mapping>> found = CompletableFuture.completedFuture(List.of(GOOD));
    private long nowMillis;
    private final MetricLines lines = new MetricLines();
    private final MappingCheck check = new MappingCheck(
            (function, source) -> {
                lookedUp.add(function + " " + source);
                return found;
            },
            lines.out(),
            () -> nowMillis);

    /** Also of a breach under which folding itself does no harm: the alarm hangs on it. */
    @Test
    void aBreachIsALineAndAMetric() throws IOException {
        found = CompletableFuture.completedFuture(List.of(new Mapping("id", 1, true, true, 5, -1, false)));

        check.check(FUNCTION, STREAM).join();

        JsonNode line = lines.lines().get(0);
        assertThat(line.get("level").asText()).isEqualTo("ERROR");
        assertThat(line.get("stream").asText()).isEqualTo("shop-events");
        assertThat(line.get("mappingBreaches").intValue()).isEqualTo(2);
        assertThat(line.at("/breaches/1").asText()).contains("retry attempts to -1");
        List<String> page = Files.readAllLines(Path.of("../docs/metrics.md"));
        assertThat(lines.metrics()).isEqualTo(MetricLines.documented(page, "Of the mapping"));
    }

    @Test
    void aMappingThatKeepsTheRuleIsNoLine() {
        check.check(FUNCTION, STREAM).join();

        assertThat(lines.lines()).isEmpty();
    }

    @Test
    void theTemplatesMappingKeepsTheRule() {
        assertThat(MappingRules.breaches(GOOD)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "2, true, false, -1, -1, false, true, 'parallelization factor to 1'",
        "1, false, false, -1, -1, false, true, 'ReportBatchItemFailures'",
        "1, true, true, -1, -1, false, false, 'remove its filter criteria'",
        "1, true, false, 0, -1, false, false, 'retry attempts to -1'",
        "1, true, false, -1, 3600, false, false, 'record age to -1'",
        "1, true, false, -1, -1, true, false, 'TRIM_HORIZON'"
    })
    void everyOtherSettingIsABreachWithARemedy(
            int factor,
            boolean reports,
            boolean filters,
            int retries,
            int age,
            boolean latest,
            boolean folding,
            String remedy) {
        List<MappingRules.Breach> breaches =
                MappingRules.breaches(new Mapping("id", factor, reports, filters, retries, age, latest));

        assertThat(breaches).hasSize(1);
        assertThat(breaches.get(0).folding()).isEqualTo(folding);
        assertThat(breaches.get(0).words()).contains(remedy);
    }

    @Test
    void looksAtTheFirstBatchAndThenNowAndThen() {
        check.check(FUNCTION, STREAM).join();
        nowMillis = MappingCheck.MAX_AGE_MILLIS - 1;
        check.check(FUNCTION, STREAM).join();
        assertThat(lookedUp).containsExactly(FUNCTION + " " + STREAM);

        nowMillis++;
        found = CompletableFuture.completedFuture(List.of(PARALLEL));

        assertThatThrownBy(() -> check.check(FUNCTION, STREAM).join()).hasMessageContaining("nothing is folded");
    }

    @Test
    void aRepairedMappingIsNoticedSoon() {
        found = CompletableFuture.completedFuture(List.of(GOOD, PARALLEL));
        assertThatThrownBy(() -> check.check(FUNCTION, STREAM).join()).isInstanceOf(CompletionException.class);
        found = CompletableFuture.completedFuture(List.of(GOOD));
        assertThatThrownBy(() -> check.check(FUNCTION, STREAM).join()).isInstanceOf(CompletionException.class);

        nowMillis = MappingCheck.MAX_AGE_OF_BROKEN_MILLIS;

        check.check(FUNCTION, STREAM).join();
    }

    @Test
    void aFailedLookupStopsNothing() {
        found = CompletableFuture.failedFuture(new IllegalStateException("not allowed"));

        assertThat(check.check(FUNCTION, STREAM)).isCompleted();
    }

    @Test
    void theFunctionAsksBeforeItTouchesAnything() {
        found = CompletableFuture.completedFuture(List.of(PARALLEL));
        IngestFunction function = new IngestFunction(new IngestParts(
                fold(),
                (stream, shard) -> {
                    throw new AssertionError("described the stream of a batch that is not to be folded");
                },
                (batch, outcome) -> {},
                check,
                () -> nowMillis,
                null));

        assertThatThrownBy(() -> function.handleRequest(event(), context())).hasMessageContaining("nothing is folded");
        assertThat(lookedUp).containsExactly(FUNCTION + " " + STREAM);
    }

    private static BatchFold fold() {
        Catalog catalog = new CatalogCompiler().compile("""
                        tidemark: 1
                        sources:
                          shop: {stream: shop-events, event_time: ts}
                        views:
                          users:
                            source: shop
                            entity: user
                            features:
                              events: {function: count, windows: [1h]}
                        """);
        FoldPorts ports = new FoldPorts(
                new InMemoryItemStore(),
                new InMemoryControlStore(),
                new InMemoryArchive(),
                new InMemoryQuarantine(),
                new InMemoryLineage(),
                millis -> CompletableFuture.completedFuture(null),
                () -> 0,
                new SplittableRandom(1));
        return new BatchFold(catalog, ports, FoldSettings.DEFAULT);
    }

    private static KinesisEvent event() {
        KinesisEventRecord record = new KinesisEventRecord();
        record.setEventSourceARN(STREAM);
        KinesisEvent event = new KinesisEvent();
        event.setRecords(List.of(record));
        return event;
    }

    private static Context context() {
        return (Context) Proxy.newProxyInstance(
                MappingCheckTest.class.getClassLoader(),
                new Class<?>[] {Context.class},
                (proxy, method, arguments) -> method.getName().equals("getInvokedFunctionArn") ? FUNCTION : 60_000);
    }
}

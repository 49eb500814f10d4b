package dev.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.aws.AwsClients;
import dev.tidemark.cli.deployment.KinesisEndpoint;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.fold.BatchOutcome;
import dev.tidemark.core.stream.Batch;
import dev.tidemark.functions.ingest.BatchLog;
import dev.tidemark.local.LocalSettings;
import dev.tidemark.local.LocalSystem;
import dev.tidemark.local.app.TidemarkApplication;
import dev.tidemark.local.mapping.MappingListener;
import dev.tidemark.local.mapping.MappingSettings;
import dev.tidemark.local.mapping.Redelivery;
import dev.tidemark.oracle.Oracle;
import dev.tidemark.samplesevents.Sample;
import dev.tidemark.samplesevents.SampleEvent;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The main job, end to end: the sample shop's events in random order through a real Kinesis client, the deployed
 * handlers fed by a mapping that delivers a third of all batches again from shifted positions, a shard split in between,
 * and every value of every entity over HTTP, compared with an oracle that shares no code with the fold.
 */
class EndToEndTest {

    private static final String STREAM = Sample.SHOP.stream();
    private static final long SEED = Long.getLong("tidemark.seed", 20_261_122L);

    private final Outcomes outcomes = new Outcomes();

    @Test
    @Timeout(value = 15, unit = TimeUnit.MINUTES)
    void everyValueEqualsTheOraclesUnderRedeliveryAndASplit() throws Exception {
        // Nothing promises that a parent shard is delivered before its children.
        MappingSettings mapping = MappingSettings.ofBatchSize(200)
                .withRedelivery(new Redelivery(0.3, 120))
                .withParentsFirst(false);
        LocalSettings settings = new LocalSettings(0, null, Map.of(STREAM, 3), false, mapping, SEED);
        try (TidemarkApplication application =
                        new TidemarkApplication(new CatalogCompiler().compile(Sample.SHOP.catalog()), outcomes);
                LocalSystem system = LocalSystem.start(settings, application, outcomes);
                AwsClients clients =
                        KinesisEndpoint.at(system.endpoints().kinesis()).clients()) {
            Witness witness = new Witness(system.api(), clients.kinesis());
            List<SampleEvent> events = ShopEvents.recentShuffled(600_000, SEED);
            ShopEvents.put(system.endpoints().kinesis(), events.subList(0, events.size() / 2));
            Reshard.splitTheFirstShard(clients.kinesis(), STREAM);
            ShopEvents.put(system.endpoints().kinesis(), events.subList(events.size() / 2, events.size()));
            witness.awaitDone(events.size());

            Oracle oracle = new Oracle(Sample.SHOP.catalog(), witness.records(STREAM), witness.descents(STREAM));
            int values = witness.compareAll(oracle);

            witness.compareCounts(oracle);
            compareQuality(witness.get("/v1/models/discount/quality?window=24h"), oracle);
            assertThat(values).as("values compared").isGreaterThan(10_000);
            assertThat(outcomes.troubles).as("seed " + SEED).isEmpty();
            assertThat(outcomes.redelivered.sum()).as("records delivered again").isGreaterThan(200);
            compareWhatWasNotFolded(oracle, application, system);
        }
    }

    /** The report is finished from the views whose values the oracle has. */
    private static void compareQuality(JsonNode report, Oracle oracle) {
        long atMillis = Instant.parse(report.path("at").asText()).toEpochMilli();
        assertThat(report.path("versions").findValuesAsText("version")).containsExactly("v7", "v8");
        for (JsonNode version : report.path("versions")) {
            String name = version.path("version").asText();
            JsonNode quality = oracle.answer("discount$quality", name, atMillis).get("values");
            JsonNode day = version.path("windows").path(1);
            JsonNode latest = day.path("latest");
            assertThat(day.path("window").asText()).isEqualTo("24h");
            assertThat(latest.path("predictions").asLong())
                    .isGreaterThan(200)
                    .isEqualTo(oracle.value("discount$inputs", name, "$rows_24h", atMillis)
                            .asLong());
            assertThat(latest.path("labelled").asLong())
                    .isGreaterThan(100)
                    .isEqualTo(quality.path("$rows_24h").asLong());
            for (String metric : List.of("confusion", "log_loss", "brier")) {
                assertThat(latest.path("metrics").path(metric).toString())
                        .as(name + " " + metric)
                        .isEqualTo(quality.path("$" + metric + "_24h").toString());
            }
        }
    }

    /** Batches tell each record at most once; what the lanes count is exact, and compared by the witness. */
    private void compareWhatWasNotFolded(Oracle oracle, TidemarkApplication application, LocalSystem system) {
        long quarantined = 0;
        long tooLate = 0;
        for (String view : oracle.views()) {
            quarantined += oracle.report(view).quarantined().size();
            tooLate += oracle.report(view).tooLate().size();
        }
        assertThat(quarantined).isPositive();
        assertThat(tooLate).isPositive();
        assertThat(outcomes.quarantined.sum()).isPositive().isLessThanOrEqualTo(quarantined);
        assertThat(outcomes.tooLate.sum()).isPositive().isLessThanOrEqualTo(tooLate);
        assertThat(application.quarantinedRecords(system.endpoints())).isEqualTo(quarantined);
    }

    private static final class Outcomes implements BatchLog, MappingListener {

        private final Queue<String> troubles = new ConcurrentLinkedQueue<>();
        private final LongAdder redelivered = new LongAdder();
        private final LongAdder quarantined = new LongAdder();
        private final LongAdder tooLate = new LongAdder();

        @Override
        public void folded(Batch batch, BatchOutcome outcome) {
            redelivered.add(outcome.counts().redelivered.sum());
            quarantined.add(outcome.total().quarantinedTotal());
            tooLate.add(outcome.total().tooLate());
            troubles.addAll(outcome.violations());
            if (outcome.held() != null && outcome.held() != BatchOutcome.Hold.WAITS_FOR_PARENT) {
                troubles.add("held: " + outcome.held());
            }
        }

        @Override
        public void failed(String shardId, int records, Throwable cause) {
            troubles.add(shardId + " failed: " + cause);
        }

        @Override
        public void broken(String shardId, Throwable cause) {
            troubles.add(shardId + " broken: " + cause);
        }
    }
}

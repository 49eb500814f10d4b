package dev.tidemark.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.aws.AwsClients;
import dev.tidemark.cli.deployment.KinesisEndpoint;
import dev.tidemark.cli.put.RecordWriter;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.event.InvalidEvent.Reason;
import dev.tidemark.functions.forward.ForwardOutcome;
import dev.tidemark.local.LocalSettings;
import dev.tidemark.local.LocalSystem;
import dev.tidemark.local.app.TidemarkApplication;
import dev.tidemark.local.mapping.MappingListener;
import dev.tidemark.local.mapping.MappingSettings;
import dev.tidemark.local.mapping.Redelivery;
import dev.tidemark.oracle.Oracle;
import dev.tidemark.oracle.ShardDescent;
import dev.tidemark.oracle.StreamRecord;
import dev.tidemark.samplesevents.Sample;
import dev.tidemark.samplesevents.SampleEvent;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Two streams in one deployment, and events of the one forwarded onto the other: all mappings deliver a third of their
 * batches again from shifted positions, a shard is split, and every value of every view equals an oracle's of what is on
 * the two streams.
 */
class SeveralStreamsTest {

    private static final String SHOP = Sample.SHOP.stream();
    private static final String SCORING = "scoring";
    private static final long SEED = Long.getLong("tidemark.seed", 20_261_130L);
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String CATALOG =
            Sample.SHOP.catalog().replace("\nsources:\n", """

                    sources:
                      scoring:
                        stream: scoring
                        event_time: ts
                        event_id: event_id
                        max_event_bytes: 10000
                        forward: [{from: shop, where: type == "purchase", key: user_id}]
                    """).replace("\nviews:\n", """

                    views:
                      scored:
                        source: scoring
                        entity: user_id
                        drop_duplicates: {horizon: 2h}
                        features:
                          purchases: {function: count, windows: [24h], where: type == "purchase"}
                          scores: {function: count, windows: [24h], where: type == "score"}
                    """);

    private final Queue<String> troubles = new ConcurrentLinkedQueue<>();
    private final Queue<ForwardOutcome> outcomes = new ConcurrentLinkedQueue<>();

    private final MappingListener listener = new MappingListener() {
        @Override
        public void failed(String shard, int records, Throwable cause) {
            troubles.add(shard + " failed: " + cause);
        }

        @Override
        public void broken(String shard, Throwable cause) {
            troubles.add(shard + " broken: " + cause);
        }
    };

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void everyStreamIsFoldedAndWhatIsForwardedCountsOnce() throws Exception {
        MappingSettings mapping = MappingSettings.ofBatchSize(200)
                .withRedelivery(new Redelivery(0.3, 120))
                .withParentsFirst(false);
        LocalSettings settings = new LocalSettings(0, null, Map.of(SHOP, 2, SCORING, 2), false, mapping, SEED);
        try (TidemarkApplication application = new TidemarkApplication(
                        Catalogs.of(new CatalogCompiler().compile(CATALOG)),
                        (batch, outcome) -> troubles.addAll(outcome.violations()),
                        (batch, outcome) -> outcomes.add(outcome),
                        "g1",
                        false);
                LocalSystem system = LocalSystem.start(settings, application, listener);
                AwsClients clients =
                        KinesisEndpoint.at(system.endpoints().kinesis()).clients()) {
            Witness witness = new Witness(system.api(), clients.kinesis());
            List<SampleEvent> events = ShopEvents.recentShuffled(600_000, SEED).subList(0, 1_500);
            ShopEvents.put(system.endpoints().kinesis(), events.subList(0, 750));
            putScores(system, events);
            Reshard.splitTheFirstShard(clients.kinesis(), SHOP);
            ShopEvents.put(system.endpoints().kinesis(), events.subList(750, events.size()));
            assertThat(system.forwarding(SHOP).awaitCaughtUp(Duration.ofMinutes(4)))
                    .isTrue();

            List<StreamRecord> shop = witness.records(SHOP);
            List<StreamRecord> scoring = witness.records(SCORING);
            witness.awaitDone(shop.size() + scoring.size());

            compareWhatWasForwarded(shop, scoring);
            compareValues(witness, shop, scoring);
            assertThat(troubles).as("seed " + SEED).isEmpty();
        }
    }

    private static void putScores(LocalSystem system, List<SampleEvent> events) throws IOException {
        try (RecordWriter writer =
                new RecordWriter(KinesisEndpoint.at(system.endpoints().kinesis()), SCORING)) {
            for (SampleEvent event : events) {
                String user = wantedUser(event.bytes());
                if (user != null) {
                    String score = JSON.readTree(event.bytes()).path("ts").toString();
                    writer.add(
                            user,
                            ("{\"type\":\"score\",\"event_id\":\"s" + user + score.hashCode() + "\",\"ts\":" + score
                                            + ",\"user_id\":\"" + user + "\"}")
                                    .getBytes(UTF_8));
                }
            }
            writer.flush();
        }
    }

    /** Whose purchase it is; null if the forward does not want it or cannot read it. */
    private static @Nullable String wantedUser(byte[] data) {
        try {
            JsonNode event = JSON.readTree(data);
            boolean wanted = event.path("type").asText().equals("purchase")
                    && event.path("user_id").isTextual()
                    && !event.path("user_id").asText().isEmpty()
                    && data.length <= 4_096;
            OffsetDateTime time = OffsetDateTime.parse(event.path("ts").asText());
            return wanted && time.getYear() >= 1970 ? event.path("user_id").asText() : null;
        } catch (IOException | DateTimeException e) {
            return null;
        }
    }

    private void compareWhatWasForwarded(List<StreamRecord> shop, List<StreamRecord> scoring)
            throws JsonProcessingException {
        Map<String, String> wanted = new TreeMap<>();
        for (StreamRecord record : shop) {
            if (wantedUser(record.data()) != null) {
                wanted.put(record.sequenceNumber(), new String(record.data(), UTF_8));
            }
        }
        Map<String, Set<String>> forwarded = new TreeMap<>();
        int copies = 0;
        for (StreamRecord record : scoring) {
            String text = new String(record.data(), UTF_8);
            String origin = JSON.readTree(text).path("origin").asText();
            if (!origin.isEmpty()) {
                copies++;
                String sequence = origin.substring(origin.indexOf('/') + 1, origin.indexOf(':'));
                forwarded.computeIfAbsent(sequence, key -> new TreeSet<>()).add(text);
            }
        }
        assertThat(forwarded.keySet()).isEqualTo(wanted.keySet()).hasSizeGreaterThan(50);
        forwarded.forEach((sequence, texts) -> {
            String original = wanted.getOrDefault(sequence, "");
            assertThat(texts).as("copies are the same").hasSize(1);
            assertThat(texts.iterator().next())
                    .startsWith(original.substring(0, original.lastIndexOf('}')) + ",\"origin\":\"");
        });
        assertThat(copies).as("some are there more than once").isGreaterThan(wanted.size());
        Set<Reason> reasons = new TreeSet<>();
        outcomes.forEach(outcome -> reasons.addAll(outcome.refused().keySet()));
        assertThat(reasons).contains(Reason.NOT_JSON);
    }

    private static void compareValues(Witness witness, List<StreamRecord> shop, List<StreamRecord> scoring)
            throws IOException {
        List<StreamRecord> records = new ArrayList<>(shop);
        records.addAll(scoring);
        List<ShardDescent> descents = new ArrayList<>(witness.descents(SHOP));
        descents.addAll(witness.descents(SCORING));
        Oracle oracle = new Oracle(CATALOG, records, descents);
        assertThat(witness.compareAll(oracle)).as("values compared").isGreaterThan(1_000);
        witness.compareCounts(oracle);
        assertThat(oracle.report("scored").duplicates()).isNotEmpty();
        Set<String> ids = new TreeSet<>();
        for (StreamRecord record : scoring) {
            JsonNode event = JSON.readTree(record.data());
            ids.add(event.path("user_id").asText() + " "
                    + event.path("event_id").asText());
        }
        assertThat(oracle.report("scored").folded())
                .as("no copy counts")
                .isPositive()
                .isLessThanOrEqualTo(ids.size());
    }
}

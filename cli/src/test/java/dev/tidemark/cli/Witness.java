package dev.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.oracle.Answers;
import dev.tidemark.oracle.Oracle;
import dev.tidemark.oracle.ShardDescent;
import dev.tidemark.oracle.StreamRecord;
import dev.tidemark.oracle.ViewReport;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;

/**
 * Looks at a running system through its public endpoints only: what is on the stream, what the API answers, and whether
 * an oracle that is given the one says the other.
 */
public final class Witness {

    private static final int ENTITIES_PER_REQUEST = 50;

    /** Views of the sample. */
    private static final Set<String> OF_TWO_KEYS =
            Set.of("viewer_category", "discount$quality_by_device", "discount$challengers_by_device");

    private static final Duration PATIENCE = Duration.ofMinutes(4);
    private static final long POLL_MILLIS = 100;

    private final HttpClient http = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();
    private final URI api;
    private final KinesisAsyncClient kinesis;

    public Witness(URI api, KinesisAsyncClient kinesis) {
        this.api = api;
        this.kinesis = kinesis;
    }

    /** Every record on the stream, as it arrived. */
    public List<StreamRecord> records(String stream) {
        List<StreamRecord> records = new ArrayList<>();
        kinesis.listShards(request -> request.streamName(stream))
                .join()
                .shards()
                .forEach(shard -> {
                    String iterator = kinesis.getShardIterator(request -> request.streamName(stream)
                                    .shardId(shard.shardId())
                                    .shardIteratorType(ShardIteratorType.TRIM_HORIZON))
                            .join()
                            .shardIterator();
                    read(stream, shard.shardId(), iterator, records);
                });
        return records;
    }

    /** Which shards came out of which. */
    public List<ShardDescent> descents(String stream) {
        return kinesis.listShards(request -> request.streamName(stream)).join().shards().stream()
                .flatMap(shard -> Stream.of(shard.parentShardId(), shard.adjacentParentShardId())
                        .filter(Objects::nonNull)
                        .map(parent -> new ShardDescent(stream, shard.shardId(), parent)))
                .toList();
    }

    private void read(String stream, String shardId, @Nullable String first, List<StreamRecord> into) {
        String iterator = first;
        while (iterator != null) {
            String from = iterator;
            GetRecordsResponse page =
                    kinesis.getRecords(request -> request.shardIterator(from)).join();
            page.records()
                    .forEach(record -> into.add(new StreamRecord(
                            stream,
                            shardId,
                            record.sequenceNumber(),
                            0,
                            record.approximateArrivalTimestamp().toEpochMilli(),
                            record.data().asByteArray())));
            iterator = page.records().isEmpty() ? null : page.nextShardIterator();
        }
    }

    /** Waits until the lanes have done that many records; fails when they do more, or take minutes. */
    public void awaitDone(long records) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        long done = recordsDone();
        while (done < records && System.nanoTime() < deadline) {
            Thread.sleep(POLL_MILLIS);
            done = recordsDone();
        }
        assertThat(done).as("records that the lanes have done").isEqualTo(records);
    }

    public long recordsDone() {
        return get("/v1/health").path("records").asLong();
    }

    /** Compares the counts that the lanes keep, of every view, with what the oracle makes of the same records. */
    public void compareCounts(Oracle oracle) {
        compareCounts(oracle, name -> true);
    }

    /** The same, of the views that the oracle knows. */
    public void compareCounts(Oracle oracle, Predicate<String> known) {
        for (JsonNode view : get("/v1/health").path("views")) {
            String name = view.path("view").asText();
            if (!known.test(name)) {
                continue;
            }
            ViewReport report = oracle.report(name);
            Map<String, Long> quarantined = new TreeMap<>();
            report.quarantined().forEach(one -> quarantined.merge(one.reason(), 1L, Long::sum));
            Map<String, Long> counted = new TreeMap<>();
            JsonNode counts = view.path("counts");
            counts.path("quarantined")
                    .properties()
                    .forEach(reason ->
                            counted.put(reason.getKey(), reason.getValue().asLong()));

            assertThat(counted).as("quarantined by " + name).isEqualTo(quarantined);
            assertThat(counts.path("filtered").asLong())
                    .as("filtered by " + name)
                    .isEqualTo(report.passedBy());
            assertThat(counts.path("tooLate").asLong())
                    .as("too late for " + name)
                    .isEqualTo(report.tooLate().size());
            assertThat(counts.path("folded").asLong()).as("folded by " + name).isEqualTo(report.folded());
            assertThat(counts.path("duplicates").asLong())
                    .as("duplicates of " + name)
                    .isEqualTo(report.duplicates().size());
        }
    }

    /** Compares every value of every entity of every view; returns how many values that were. */
    public int compareAll(Oracle oracle) {
        return oracle.views().stream().mapToInt(view -> compare(oracle, view)).sum();
    }

    /** Compares every value of every entity of one view; returns how many values that were. */
    public int compare(Oracle oracle, String view) {
        List<String> differences = new ArrayList<>();
        int values = 0;
        List<String> entities = new ArrayList<>(oracle.entities(view));
        entities.add("nobody" + (OF_TWO_KEYS.contains(view) ? "|nothing" : ""));
        for (int i = 0; i < entities.size(); i += ENTITIES_PER_REQUEST) {
            List<String> some = entities.subList(i, Math.min(entities.size(), i + ENTITIES_PER_REQUEST));
            values += compare(oracle, view, some, differences);
        }
        assertThat(differences).isEmpty();
        return values;
    }

    private int compare(Oracle oracle, String view, List<String> entities, List<String> differences) {
        JsonNode answer = batch(view, entities);
        long atMillis = Instant.parse(answer.path("at").asText()).toEpochMilli();
        JsonNode answered = answer.path("results").path(0).path("entities");
        assertThat(answered).hasSize(entities.size());
        int values = 0;
        for (int i = 0; i < entities.size(); i++) {
            JsonNode features = answered.path(i).path("features");
            values += features.size();
            differences.addAll(Answers.differences(oracle.answer(view, entities.get(i), atMillis), features));
        }
        return values;
    }

    private JsonNode batch(String view, List<String> entities) {
        ObjectNode body = json.createObjectNode();
        ObjectNode query = body.putArray("queries").addObject().put("view", view);
        ArrayNode keys = query.putArray("entities");
        entities.forEach(keys::add);
        return send(HttpRequest.newBuilder(at("/v1/features:batch"))
                .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
                .build());
    }

    public JsonNode get(String path) {
        return send(HttpRequest.newBuilder(at(path)).build());
    }

    /** The API may be below a path of its own, as a stage of a gateway is. */
    private URI at(String path) {
        String base = api.toString();
        return URI.create((base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + path);
    }

    private JsonNode send(HttpRequest request) {
        try {
            HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
            assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
            return Answers.read(response.body());
        } catch (IOException e) {
            throw new AssertionError("no answer from " + request.uri(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }
}

package dev.tidemark.core.past;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.event.FieldPath;
import dev.tidemark.core.event.JsonEventReader;
import dev.tidemark.core.event.RecordReader;
import dev.tidemark.core.fold.LaneDecider;
import dev.tidemark.core.history.Checkpoints;
import dev.tidemark.core.history.Decide;
import dev.tidemark.core.history.History;
import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.history.Range;
import dev.tidemark.core.monitor.ClientSample;
import dev.tidemark.core.monitor.QualityServer;
import dev.tidemark.core.serve.ModelRow;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.tile.EntityKeys;
import dev.tidemark.core.value.ValueJson;
import dev.tidemark.core.view.Model;
import dev.tidemark.core.view.Monitor;
import dev.tidemark.core.view.View;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Compares some of the vectors that were logged with predictions with what their receipts give: who asked may have changed them
 * after the answer. The archive is read twice, whatever the size of the sample: the last hour for the predictions, and for their
 * vectors what has come since the newest checkpoint that is older than all of them. Nothing is written.
 */
public final class ClientAudit {

    /** How many vectors are compared where nobody says another. */
    public static final int USUAL_SIZE = 50;

    private static final long HOUR_MILLIS = 3_600_000;

    private static final int MAX_ID_CHARS = 256;

    /** Who computes in single precision loses about this part of a number. */
    private static final double TOLERANCE = 1e-6;

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private final Catalogs catalogs;
    private final HistoryPorts ports;

    public ClientAudit(Catalogs catalogs, HistoryPorts ports) {
        this.catalogs = catalogs;
        this.ports = ports;
    }

    /**
     * Compares some vectors of the predictions that arrived within an hour.
     *
     * @param size how many, for all versions together; each version has an equal share
     * @param nowMillis when the hour ends; also the seed of the sample
     * @return by version; completes exceptionally as {@link ReceiptReplay#reproduce(List, Checkpoints)} does
     */
    public CompletableFuture<Map<String, ClientSample>> sample(Monitor monitor, int size, long nowMillis) {
        View view = monitor.inputs().get(0);
        FieldPath receipt = monitor.logged().receipt();
        RecordReader reader = catalogs.sourceOf(view).reader();
        Predicate<byte[]> hasReceipt = JsonEventReader.glance(receipt.name())
                .and(event -> !at(tree(event), receipt).isEmpty());
        Sample sample = new Sample(size, nowMillis, record -> hasReceipt.test(reader.event(record)));
        long fromMillis = nowMillis - HOUR_MILLIS;
        Decide decide = new Decide(
                catalogs.sourceOf(view),
                List.of(view),
                LaneDecider.EntityFilter.ALL,
                Long.MAX_VALUE,
                ports.inputs(),
                (laneId, of, record, row, entity, bits, known) -> {
                    if (record.arrivalMillis() >= fromMillis && record.arrivalMillis() <= nowMillis) {
                        sample.add(EntityKeys.values(entity).get(0), record);
                    }
                });
        return ports.control()
                .readLanes()
                .thenCompose(rows -> History.of(ports, catalogs.sourceOf(view).stream(), List.of(view), rows))
                .thenCompose(history -> history.walk(Range.arrived(fromMillis, nowMillis), decide))
                .thenCompose(walked -> compare(monitor, reader, sample.chosen(), nowMillis));
    }

    /** Of each version's predictions with a receipt, those with the least hash of the position and the seed: spread over the hour, bounded in memory. */
    private static final class Sample {
        private final int size;
        private final long seed;
        private final Predicate<RawRecord> hasReceipt;
        private final Map<String, NavigableMap<Long, RawRecord>> versions = new TreeMap<>();

        Sample(int size, long seed, Predicate<RawRecord> hasReceipt) {
            this.size = size;
            this.seed = seed;
            this.hasReceipt = hasReceipt;
        }

        void add(String version, RawRecord record) {
            boolean isOneTooMany = !versions.containsKey(version) && versions.size() == QualityServer.MAX_VERSIONS;
            long place = StateSample.mix(seed ^ record.position().hashCode());
            NavigableMap<Long, RawRecord> known = versions.get(version);
            boolean isBeyond = known != null && known.size() == size && place > known.lastKey();
            // A receipt is looked for last: that reads the whole record.
            if (isOneTooMany || isBeyond || !hasReceipt.test(record)) {
                return;
            }
            NavigableMap<Long, RawRecord> records = versions.computeIfAbsent(version, absent -> new TreeMap<>());
            records.put(place, record);
            if (records.size() > size) {
                records.pollLastEntry();
            }
        }

        Map<String, List<RawRecord>> chosen() {
            Map<String, List<RawRecord>> chosen = new TreeMap<>();
            int share = size / Math.max(1, versions.size());
            versions.forEach((version, records) ->
                    chosen.put(version, records.values().stream().limit(share).toList()));
            return chosen;
        }
    }

    /** A prediction whose vector can be computed again. */
    private record Logged(String version, String id, JsonNode features, ModelReplay.Answered answered) {}

    private CompletableFuture<Map<String, ClientSample>> compare(
            Monitor monitor, RecordReader reader, Map<String, List<RawRecord>> chosen, long nowMillis) {
        Map<String, Comparison> comparisons = new TreeMap<>();
        List<Logged> all = new ArrayList<>();
        chosen.forEach((version, records) -> {
            Comparison of = new Comparison();
            comparisons.put(version, of);
            for (RawRecord record : records) {
                Logged logged = logged(monitor.logged(), version, record, tree(reader.event(record)));
                if (logged == null) {
                    of.skipped++;
                } else {
                    all.add(logged);
                }
            }
        });
        return new ModelReplay(catalogs, ports)
                .reproduce(all.stream().map(Logged::answered).toList(), Checkpoints.all(ports.checkpoints()))
                .thenApply(reproduced -> {
                    for (int i = 0; i < all.size(); i++) {
                        Logged logged = all.get(i);
                        comparisons
                                .getOrDefault(logged.version(), new Comparison())
                                .take(logged, reproduced.get(i));
                    }
                    Map<String, ClientSample> samples = new TreeMap<>();
                    comparisons.forEach((version, of) -> samples.put(version, of.sample(nowMillis)));
                    return samples;
                });
    }

    /** Null if there is nothing to compute again. */
    private @Nullable Logged logged(Monitor.Logged paths, String version, RawRecord record, JsonNode event) {
        ModelReceipt receipt = new ModelReceipt(at(event, paths.receipt()));
        Optional<Model> model = catalogs.all().stream()
                .flatMap(catalog -> catalog.models().stream())
                .filter(known -> known.hash().equals(receipt.modelHash()))
                .findFirst();
        // Of an older answer, more than what has come lately would have to be read.
        boolean isRecent = receipt.atMillis() <= record.arrivalMillis()
                && receipt.atMillis() >= record.arrivalMillis() - HOUR_MILLIS;
        JsonNode features = at(event, paths.features());
        if (model.isEmpty() || !isRecent || !features.isObject()) {
            return null;
        }
        try {
            ModelRow row = ModelReplay.row(model.get(), at(event, paths.keys()), at(event, paths.request()));
            ModelReplay.Answered answered = new ModelReplay.Answered(model.get(), receipt, List.of(row));
            return answered.isOfItsViews()
                    ? new Logged(version, shortened(at(event, paths.id()).asText()), features, answered)
                    : null;
        } catch (IllegalArgumentException whatWasLoggedIsNoAnswer) {
            return null;
        }
    }

    private static JsonNode at(JsonNode event, FieldPath path) {
        return path.in(event);
    }

    private static String shortened(String id) {
        return id.substring(0, Math.min(MAX_ID_CHARS, id.length()));
    }

    /** The fold has read it already, so it is JSON. */
    private static JsonNode tree(byte[] json) {
        try {
            return JSON.readTree(json);
        } catch (IOException e) {
            throw new IllegalStateException("a prediction that is no JSON", e);
        }
    }

    private static JsonNode node(@Nullable Object value) {
        try {
            return JSON.readTree(ValueJson.text(value));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a value that is no JSON", e);
        }
    }

    /** What differs in one version. */
    private static final class Comparison {
        private long compared;
        private long skipped;
        private long differing;
        private final Map<String, ClientSample.Feature> features = new TreeMap<>();

        void take(Logged logged, ModelReplay.Reproduced reproduced) {
            Model model = logged.answered().model();
            List<@Nullable Object> vector = reproduced.then().vectors().get(0);
            boolean differs = false;
            for (int i = 0; i < vector.size(); i++) {
                String name = model.names().get(i);
                // What was not logged was not said to be used.
                if (logged.features().has(name) && !isSame(logged.features().path(name), node(vector.get(i)))) {
                    differs = true;
                    features.merge(
                            name,
                            new ClientSample.Feature(1, logged.id()),
                            (before, one) -> new ClientSample.Feature(before.count() + 1, before.prediction()));
                }
            }
            compared++;
            differing += differs ? 1 : 0;
        }

        ClientSample sample(long nowMillis) {
            return new ClientSample(nowMillis, compared, skipped, differing, features);
        }

        /** Numbers as close as single precision; as doubles, since the digits of a logged one have no bound. */
        private static boolean isSame(JsonNode logged, JsonNode answered) {
            if (logged.isNumber() && answered.isNumber()) {
                double a = logged.doubleValue();
                double b = answered.doubleValue();
                double most = Math.max(Math.abs(a), Math.abs(b));
                return Double.isFinite(most) && Math.abs(a - b) <= most * TOLERANCE;
            }
            if (logged.isContainerNode() && logged.getNodeType() == answered.getNodeType()) {
                return logged.equals((a, b) -> isSame(a, b) ? 0 : 1, answered);
            }
            return logged.equals(answered);
        }
    }
}

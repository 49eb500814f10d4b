package dev.tidemark.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.cli.deployment.KinesisEndpoint;
import dev.tidemark.cli.put.RecordWriter;
import dev.tidemark.samplesevents.Sample;
import dev.tidemark.samplesevents.SampleEvent;
import dev.tidemark.samplesevents.SampleReplay;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Events of the sample shop, moved to the last hours, and put as its users put them. */
public final class ShopEvents {

    private static final ObjectMapper JSON = new ObjectMapper();

    private ShopEvents() {}

    /** The samples as if the last of them had just happened, but for the given time; to be changed at will. */
    public static List<SampleEvent> recent(List<SampleEvent> samples, long agoMillis) {
        return new ArrayList<>(SampleReplay.shift(
                samples, SampleReplay.deltaToEndAt(samples, System.currentTimeMillis() - agoMillis)));
    }

    /** All of them, in any order. */
    public static List<SampleEvent> recentShuffled(long agoMillis, long seed) {
        List<SampleEvent> events = recent(Sample.SHOP.events(), agoMillis);
        Collections.shuffle(events, new Random(seed));
        return events;
    }

    /** Puts them on the shop's stream. */
    public static void put(URI kinesis, List<SampleEvent> events) {
        try (RecordWriter writer = new RecordWriter(KinesisEndpoint.at(kinesis), Sample.SHOP.stream())) {
            events.forEach(event -> writer.add(event.partitionKey(), event.bytes()));
            writer.flush();
        }
    }

    /**
     * Repairs every record in a file that {@code quarantine export} wrote, so that it counts for user-1.
     *
     * @return how many there are
     */
    public static int repair(Path exported) throws IOException {
        List<String> repaired = new ArrayList<>();
        for (String line : Files.readAllLines(exported)) {
            ObjectNode bad = (ObjectNode) JSON.readTree(line);
            Instant time = Instant.parse(bad.path("arrival").asText()).minusSeconds(60);
            bad.remove("dataBase64");
            bad.set(
                    "data",
                    JSON.readTree(
                            "{\"event_id\":\"fixed-" + bad.path("position").asText()
                                    + "\",\"type\":\"view\",\"ts\":\"" + time
                                    + "\",\"user_id\":\"user-1\",\"item\":{\"id\":\"item-001\","
                                    + "\"category\":\"shoes\"},\"price\":12.50,\"device\":\"phone\"}"));
            repaired.add(bad.toString());
        }
        Files.write(exported, repaired);
        return repaired.size();
    }
}

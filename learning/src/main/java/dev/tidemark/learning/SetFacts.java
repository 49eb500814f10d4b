package dev.tidemark.learning;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.core.learn.TrainedOn;
import dev.tidemark.core.stream.Position;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** What a set's manifest says that a gate needs. */
final class SetFacts {

    static final String MANIFEST = "training-set.json";
    private static final ObjectMapper JSON = new ObjectMapper();

    private SetFacts() {}

    static TrainedOn read(Path manifest) {
        JsonNode json;
        try {
            json = JSON.readTree(manifest.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + manifest, e);
        }
        Map<String, Position> trainedUpTo = new HashMap<>();
        json.path("trainedUpTo")
                .properties()
                .forEach(lane -> trainedUpTo.put(
                        lane.getKey(), Position.parse(lane.getValue().asText())));
        return new TrainedOn(
                json.path("model").path("hash").asText(),
                json.path("knowledge").asText().equals("served"),
                Instant.parse(json.path("split").path("holdoutFrom").asText()).toEpochMilli(),
                Instant.parse(json.path("split").path("to").asText()).toEpochMilli(),
                trainedUpTo);
    }
}

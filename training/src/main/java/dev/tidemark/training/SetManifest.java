package dev.tidemark.training;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.core.learn.TrainedOn;
import dev.tidemark.core.past.Knowledge;
import dev.tidemark.core.stream.Position;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the manifest of a training set of labelled rows says to those who judge a candidate.
 *
 * @param model the name of the model
 * @param cut the number of the cut that the set is of
 * @param cutSha256 see {@link dev.tidemark.core.store.CutLog.Cut#sha256}
 */
public record SetManifest(String model, long cut, String cutSha256, TrainedOn trainedOn) {

    /**
     * Reads it.
     *
     * @param folder of the set
     * @throws TrainingSetProblem if there is none, or if it is of a set without labels
     */
    public static SetManifest read(Path folder) {
        JobFiles files = new JobFiles(folder);
        JsonNode json = files.readJson(files.manifest());
        if (json == null) {
            throw new TrainingSetProblem(folder
                    + " holds no complete training set: name the folder that `tidemark rows export` has written");
        }
        try {
            Map<String, Position> trainedUpTo = new TreeMap<>();
            JsonNode bounds = member(json, "trainedUpTo");
            for (Map.Entry<String, JsonNode> bound : bounds.properties()) {
                trainedUpTo.put(bound.getKey(), Position.parse(bound.getValue().asText()));
            }
            JsonNode model = member(json, "model");
            return new SetManifest(
                    member(model, "name").asText(),
                    member(member(json, "cut"), "number").asLong(),
                    member(member(json, "cut"), "sha256").asText(),
                    new TrainedOn(
                            member(model, "hash").asText(),
                            member(json, "knowledge")
                                    .asText()
                                    .equals(Knowledge.SERVED.name().toLowerCase(Locale.ROOT)),
                            moment(json, "holdoutFrom"),
                            moment(json, "to"),
                            trainedUpTo));
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new TrainingSetProblem(
                    files.manifest() + " is not that of labelled rows (" + e.getMessage()
                            + "): name the folder that `tidemark rows export` has written",
                    e);
        }
    }

    private static long moment(JsonNode json, String name) {
        return Instant.parse(member(member(json, "split"), name).asText()).toEpochMilli();
    }

    private static JsonNode member(JsonNode of, String name) {
        JsonNode member = of.get(name);
        if (member == null) {
            throw new IllegalArgumentException("'" + name + "' is missing");
        }
        return member;
    }
}

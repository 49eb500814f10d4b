package dev.tidemark.training;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.event.EventShape.TimeFormat;
import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.past.Knowledge;
import dev.tidemark.training.TrainingSetRequest.Format;
import dev.tidemark.training.TrainingSetRequest.WindowEnd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;

/** Training sets of one entity, ann, and of a catalog with one value. */
final class AnnsTrainingSet {

    private AnnsTrainingSet() {}

    /**
     * The value at each moment, as CSV has it.
     *
     * @param folder in which each set gets a folder of its own
     */
    static List<String> values(
            Path folder,
            Catalog catalog,
            Knowledge knowledge,
            List<Long> momentsMillis,
            HistoryPorts sources,
            long clockMillis)
            throws IOException {
        Path own = Files.createTempDirectory(folder, "set");
        StringBuilder text = new StringBuilder("user,timestamp\n");
        momentsMillis.forEach(millis ->
                text.append("ann,").append(Instant.ofEpochMilli(millis)).append('\n'));
        Path spine = own.resolve("spine.csv");
        Files.writeString(spine, text);
        Path out = own.resolve("out");
        TrainingSetRequest request = new TrainingSetRequest(
                spine,
                null,
                out,
                List.of(catalog),
                List.of(),
                List.of(),
                null,
                knowledge,
                WindowEnd.usual(knowledge),
                EnumSet.of(Format.CSV),
                false,
                null,
                TimeFormat.ISO8601,
                Map.of());
        new TrainingSetJob(request, sources, Progress.NONE, () -> clockMillis, 2, 256L << 20).run();
        return Files.readAllLines(out.resolve("training-set.csv")).stream()
                .skip(1)
                .map(line -> line.substring(line.lastIndexOf(',') + 1))
                .toList();
    }
}

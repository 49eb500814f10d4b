package dev.tidemark.learning;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.event.EventShape.TimeFormat;
import dev.tidemark.core.past.Knowledge;
import dev.tidemark.core.store.CutLog.Cut;
import dev.tidemark.core.store.DamagedArchive;
import dev.tidemark.core.store.TrainingLog.Started;
import dev.tidemark.core.view.Training;
import dev.tidemark.training.Progress;
import dev.tidemark.training.SpineFrom;
import dev.tidemark.training.TrainingSet;
import dev.tidemark.training.TrainingSetJob;
import dev.tidemark.training.TrainingSetProblem;
import dev.tidemark.training.TrainingSetRequest;
import dev.tidemark.training.TrainingSetRequest.Format;
import dev.tidemark.training.TrainingSetRequest.WindowEnd;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/** Makes the training set of a run, the same however often, and puts it where the training step finds it. */
final class RunSet {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final TrainParts parts;
    private final Catalog catalog;
    private final Training training;

    RunSet(TrainParts parts, Catalog catalog, Training training) {
        this.parts = parts;
        this.catalog = catalog;
        this.training = training;
    }

    /**
     * A stored set.
     *
     * @param manifest the address of its manifest
     * @param sha256 of the set's file
     * @param profile the address of its profile
     */
    record Made(String manifest, String sha256, long rows, String profile) {}

    /**
     * Makes and stores the set. A set that was begun in the same folder before is finished.
     *
     * @throws RunFailed if there can be no such set
     */
    Made make(Started run) {
        Path folder = parts.folder(run.run());
        removeOthers(folder);
        Cut cut = parts.cuts().read(training.model(), run.cut()).join();
        try {
            TrainingSet set = new TrainingSetJob(
                            request(folder, cut),
                            parts.past(),
                            Progress.NONE,
                            parts.clock(),
                            parts.threads(),
                            parts.memoryBytes())
                    .run();
            Path data = set.files().get(0);
            Path profile = Objects.requireNonNull(set.profile());
            put(run, data);
            put(run, profile);
            // Last: who finds it finds the others.
            put(run, set.manifest());
            Made made =
                    new Made(address(run, set.manifest()), sha256(set.manifest()), set.rows(), address(run, profile));
            TrainParts.remove(folder);
            return made;
        } catch (TrainingSetProblem | DamagedArchive e) {
            throw new RunFailed(String.valueOf(e.getMessage()));
        }
    }

    private TrainingSetRequest request(Path folder, Cut cut) {
        return new TrainingSetRequest(
                TrainingSetRequest.madeSpine(folder),
                new SpineFrom.Rows(cut, null),
                folder,
                List.of(catalog),
                List.of(),
                List.of(),
                training.model(),
                Knowledge.SERVED,
                WindowEnd.usual(Knowledge.SERVED),
                Set.of(Format.PARQUET),
                /* exact= */ false,
                null,
                TimeFormat.ISO8601,
                Map.of());
    }

    /** A sandbox has little room, and an earlier run may have left something in it. */
    private void removeOthers(Path folder) {
        try {
            Files.createDirectories(parts.work());
            try (Stream<Path> all = Files.list(parts.work())) {
                all.filter(other -> !other.equals(folder)).forEach(TrainParts::remove);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot use " + parts.work(), e);
        }
    }

    private static String sha256(Path manifest) {
        try {
            JsonNode json = JSON.readTree(manifest.toFile());
            return json.path("files").path(0).path("sha256").asText();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + manifest, e);
        }
    }

    private void put(Started run, Path file) {
        parts.files().put(key(run, file), file).join();
    }

    private String address(Started run, Path file) {
        return parts.files().address(key(run, file));
    }

    private String key(Started run, Path file) {
        return RunFiles.key(training.model(), run.run(), RunFiles.SET + file.getFileName());
    }
}

package dev.tidemark.cli.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.aws.Environment;
import dev.tidemark.aws.s3.S3Files;
import dev.tidemark.core.view.Training;
import dev.tidemark.functions.Deployment;
import dev.tidemark.functions.monitor.MonitorFunction;
import dev.tidemark.learning.TrainFunction;
import dev.tidemark.local.app.LocalContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The training runs of all models whose command the catalog names. Models without one cost nothing. */
final class LocalTraining {

    private static final String FOLDER = "training";

    private final List<TrainingDriver> drivers;
    private final @Nullable Path temporary;

    private LocalTraining(List<TrainingDriver> drivers, @Nullable Path temporary) {
        this.drivers = drivers;
        this.temporary = temporary;
    }

    /**
     * Starts them.
     *
     * @param directory where everything is kept; null: in a temporary folder, until they are stopped
     * @param catalogFolder where commands run
     */
    static LocalTraining start(
            Deployment deployment,
            List<Training> trainings,
            @Nullable Path directory,
            Path catalogFolder,
            URI api,
            Console console)
            throws IOException {
        List<Training> driven = trainings.stream()
                .filter(training -> !training.command().isEmpty())
                .toList();
        if (driven.isEmpty()) {
            return new LocalTraining(List.of(), null);
        }
        Path root = directory == null ? Files.createTempDirectory("tidemark-") : directory;
        Path folder = Files.createDirectories(root.resolve(FOLDER));
        S3Files bucket = new S3Files(deployment.clients().s3(), deployment.value(Environment.BUCKET));
        Monitoring monitoring = new Monitoring(deployment);
        List<TrainingDriver> drivers = new ArrayList<>();
        for (Training training : driven) {
            Path ofModel = folder.resolve(training.model());
            TrainFunction function = TrainFunction.of(
                    deployment,
                    ofModel.resolve("work"),
                    new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
            drivers.add(new TrainingDriver(
                            training,
                            input -> function.handleRequest(input, new LocalContext("train")),
                            monitoring::look,
                            bucket,
                            ofModel,
                            catalogFolder,
                            api,
                            console,
                            System::currentTimeMillis)
                    .start());
        }
        return new LocalTraining(drivers, directory == null ? root : null);
    }

    /** The monitor's function, called as the deployed state machine calls it. */
    private static final class Monitoring {

        private static final ObjectMapper JSON = new ObjectMapper();

        private final ByteArrayOutputStream said = new ByteArrayOutputStream();
        private final MonitorFunction function;

        Monitoring(Deployment deployment) {
            this.function = new MonitorFunction(deployment, new PrintStream(said, true, StandardCharsets.UTF_8));
        }

        synchronized void look() {
            said.reset();
            try {
                Map<String, Object> changes = function.handleRequest(Map.of(), new LocalContext("monitor"));
                function.handleRequest(changes, new LocalContext("monitor"));
            } catch (IllegalStateException e) {
                throw new IllegalStateException(problems().isEmpty() ? String.valueOf(e.getMessage()) : problems(), e);
            }
        }

        /** Why the function could not tell the quality of a model, as its log says. */
        private String problems() {
            return said.toString(StandardCharsets.UTF_8)
                    .lines()
                    .map(Monitoring::read)
                    .filter(line -> line.hasNonNull("problem"))
                    .map(line -> line.path("problem").asText() + ": "
                            + line.path("remedy").asText())
                    .collect(Collectors.joining("; "));
        }

        private static JsonNode read(String line) {
            try {
                return JSON.readTree(line);
            } catch (IOException e) {
                throw new UncheckedIOException("the log of the monitor has a line that is no JSON: " + line, e);
            }
        }
    }

    /** Stops the commands that run; with a directory, their runs go on when it is used again. */
    void stop() throws IOException, InterruptedException {
        for (TrainingDriver driver : drivers) {
            driver.stop();
        }
        if (temporary != null) {
            TrainingDriver.remove(temporary);
        }
    }
}

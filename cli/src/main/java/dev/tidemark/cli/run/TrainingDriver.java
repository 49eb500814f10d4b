package dev.tidemark.cli.run;

import dev.tidemark.aws.s3.S3Files;
import dev.tidemark.cli.terminal.Plural;
import dev.tidemark.core.view.Training;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Drives the training runs of one model, in a thread of its own: as the deployed state machine, it calls the function, does what
 * that says is next, and tells the events. Everything that must survive is in the training log and in the bucket, so after a restart
 * it goes on with the run that is open.
 */
final class TrainingDriver {

    /** Only one process has the data, and in it this thread alone drives this model. */
    private static final String DRIVER = "tidemark run";

    /** What the training step leaves for the gate; the model itself stays where it is. */
    private static final List<String> LEFT = List.of("candidate.json", "scores.parquet");

    /** A run that is due is late by at most this part of the time since the last one; nothing looks more often. */
    private static final long PATIENCE = 8;

    private static final long MIN_PAUSE_MILLIS = 1_000;
    private static final long STOP_AGAIN_MILLIS = 5_000;
    private static final long MAX_PAUSE_MILLIS = 300_000;

    /** An operator may promote or roll back while the driver waits. */
    private static final long MAX_WAIT_MILLIS = 30_000;

    private static final long STOP_MILLIS = 1_000;

    private final Training training;
    private final UnaryOperator<Map<String, Object>> function;
    private final Runnable monitor;
    private final S3Files bucket;
    private final Path folder;
    private final StepCommand command;
    private final URI api;
    private final Console console;
    private final LongSupplier clock;
    private final Thread thread;

    /** What is called in between may take an interrupt for itself. */
    private volatile boolean stops;

    /**
     * @param function takes the steps
     * @param monitor looks at the quality of models, for causes that start runs
     * @param folder where sets and candidates of this model are
     * @param catalogFolder where the command runs
     */
    TrainingDriver(
            Training training,
            UnaryOperator<Map<String, Object>> function,
            Runnable monitor,
            S3Files bucket,
            Path folder,
            Path catalogFolder,
            URI api,
            Console console,
            LongSupplier clock) {
        this.training = training;
        this.function = function;
        this.monitor = monitor;
        this.bucket = bucket;
        this.folder = folder;
        this.command = new StepCommand(training.command(), catalogFolder, folder.resolve("command.pid"));
        this.api = api;
        this.console = console;
        this.clock = clock;
        this.thread = new Thread(this::drive, "train-" + training.model());
        thread.setDaemon(true);
    }

    TrainingDriver start() {
        thread.start();
        return this;
    }

    private void drive() {
        try {
            long quietSinceMillis = clock.getAsLong();
            Map<String, Object> input = first();
            while (!stops && !Thread.currentThread().isInterrupted()) {
                long pauseMillis = pauseMillis(quietSinceMillis);
                try {
                    if (!input.containsKey("run")) {
                        look();
                    }
                    Map<String, Object> answer = function.apply(input);
                    tell(input, answer);
                    switch (text(answer, "next")) {
                        case "train" -> {
                            input = trained(answer);
                            pauseMillis = 0;
                        }
                        case "wait" -> {
                            input = again(answer);
                            pauseMillis = Math.min(MAX_WAIT_MILLIS, number(answer, "seconds") * 1_000);
                        }
                        case "again" -> {
                            input = again(answer);
                            pauseMillis = 0;
                        }
                        default -> {
                            if (!text(answer, "run").isEmpty()) {
                                quietSinceMillis = clock.getAsLong();
                                pauseMillis = MIN_PAUSE_MILLIS;
                            }
                            input = first();
                        }
                    }
                } catch (RuntimeException | IOException e) {
                    console.trainingStopped(training.model(), "the training run does not go on", e);
                }
                Thread.sleep(pauseMillis);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The schedule goes on also when the monitor cannot tell how good the model is. */
    private void look() {
        try {
            if (!training.when().isEmpty()) {
                monitor.run();
            }
        } catch (RuntimeException e) {
            console.trainingStopped(training.model(), "its monitor starts no run", e);
        }
    }

    private boolean isWanted(Map<String, Object> answer) {
        try {
            return text(function.apply(again(answer)), "next").equals("train");
        } catch (RuntimeException e) {
            console.trainingStopped(training.model(), "whether the run is still wanted is not known", e);
            return true;
        }
    }

    private long pauseMillis(long quietSinceMillis) {
        long millis = (clock.getAsLong() - quietSinceMillis) / PATIENCE;
        return Math.max(MIN_PAUSE_MILLIS, Math.min(MAX_PAUSE_MILLIS, millis));
    }

    private Map<String, Object> first() {
        return Map.of(
                "model",
                training.model(),
                "cause",
                "schedule",
                "at",
                Instant.ofEpochMilli(clock.getAsLong()).toString(),
                "driver",
                DRIVER);
    }

    private static Map<String, Object> again(Map<String, Object> answer) {
        Map<String, Object> input = new HashMap<>();
        List.of("model", "run", "told").forEach(name -> input.put(name, answer.get(name)));
        return input;
    }

    /** Runs the training step, and says what came of it. */
    private Map<String, Object> trained(Map<String, Object> answer) throws IOException, InterruptedException {
        Map<?, ?> train = map(answer, "train");
        String run = text(answer, "run");
        removeFormerSets(run);
        Path set = emptied(folder.resolve(run).resolve("set"));
        Path out = emptied(folder.resolve(run).resolve("out"));
        String from = bucket.key(text(train, "set"));
        for (String key : bucket.list(from).join()) {
            bucket.get(key, set.resolve(key.substring(from.length()))).join();
        }
        console.training(
                training.model(), "training on " + Plural.of(number(train, "rows"), "row") + ": " + command.text());
        Map<String, Object> input = again(answer);
        Optional<String> failure = command.run(
                Map.of(
                        "TIDEMARK_MODEL",
                        training.model(),
                        "TIDEMARK_RUN",
                        run,
                        "TIDEMARK_CUT",
                        Long.toString(number(train, "cut")),
                        "TIDEMARK_SET",
                        set.toAbsolutePath().toString(),
                        "TIDEMARK_OUT",
                        out.toAbsolutePath().toString(),
                        "TIDEMARK_URL",
                        api.toString()),
                line -> console.training(training.model(), line),
                () -> isWanted(answer));
        if (failure.isPresent()) {
            // Ctrl-C reaches the command too: then this thread is interrupted now, and the run is not over.
            Thread.sleep(STOP_MILLIS);
            console.trainingFailed(
                    training.model(), failure.get() + ". Mend it: the next run starts by itself, as the catalog says");
            input.put("failed", Map.of("error", failure.get()));
            return input;
        }
        for (String name : LEFT) {
            if (Files.exists(out.resolve(name))) {
                bucket.put(bucket.key(text(train, "out")) + name, out.resolve(name))
                        .join();
            }
        }
        input.put("trained", true);
        return input;
    }

    /** The bucket has them still; candidates stay, for they may be served. */
    private void removeFormerSets(String run) throws IOException {
        Files.createDirectories(folder);
        try (Stream<Path> runs = Files.list(folder)) {
            for (Path former : runs.filter(Files::isDirectory).toList()) {
                if (!former.getFileName().toString().equals(run)) {
                    remove(former.resolve("set"));
                }
            }
        }
    }

    private static Path emptied(Path directory) throws IOException {
        remove(directory);
        return Files.createDirectories(directory);
    }

    /** With all that is in it, if it is there. */
    static void remove(Path directory) throws IOException {
        if (Files.exists(directory)) {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private void tell(Map<String, Object> input, Map<String, Object> answer) {
        String run = text(answer, "run");
        if (run.isEmpty()) {
            return;
        }
        if (!input.containsKey("run")) {
            console.training(training.model(), "run " + run + ", because of: " + text(answer, "cause"));
        }
        if (answer.get("events") instanceof List<?> events) {
            events.forEach(event -> console.training(training.model(), text((Map<?, ?>) event)));
        }
        if (text(answer, "next").equals("done")) {
            console.training(training.model(), "run " + run + " is over: " + text(answer, "reason"));
        }
    }

    private static String text(Map<?, ?> event) {
        Map<?, ?> detail = map(event, "detail");
        String version = "version " + text(map(detail, "candidate"), "version");
        return switch (text(event, "type")) {
            case "Training Set Ready" ->
                "training set with " + Plural.of(number(detail, "rows"), "row") + ", of cut " + number(detail, "cut");
            case "Candidate Judged" ->
                version + (Boolean.TRUE.equals(detail.get("passed")) ? " passed the gate" : " did not pass the gate");
            case "Promoted" -> version + " is the champion";
            case "Rolled Back" -> version(map(detail, "to")) + " is the champion again: " + text(detail, "reason");
            default -> text(event, "type");
        };
    }

    private static String version(Map<?, ?> candidate) {
        return candidate.isEmpty() ? "what was served before" : "version " + text(candidate, "version");
    }

    private static Map<?, ?> map(Map<?, ?> of, String name) {
        return of.get(name) instanceof Map<?, ?> map ? map : Map.of();
    }

    private static String text(Map<?, ?> of, String name) {
        return of.get(name) instanceof String text ? text : "";
    }

    private static long number(Map<?, ?> of, String name) {
        return of.get(name) instanceof Number number ? number.longValue() : 0;
    }

    /** Stops the command, if it runs; the run goes on when the data is used again. */
    void stop() throws InterruptedException {
        stops = true;
        while (thread.isAlive()) {
            thread.interrupt();
            thread.join(STOP_AGAIN_MILLIS);
        }
    }
}

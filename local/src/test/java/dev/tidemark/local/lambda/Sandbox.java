package dev.tidemark.local.lambda;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.amazonaws.services.lambda.runtime.api.client.AWSLambda;
import dev.tidemark.functions.Template;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A function in a process of its own, started as Lambda starts it: the runtime client on the class path, the function in
 * the working directory, everything else in the environment. Closing kills it.
 */
final class Sandbox implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 120;

    private static final AtomicInteger STARTED = new AtomicInteger();

    private final Process process;
    private final CompletableFuture<Void> ended;
    private final RuntimeApi api;
    private final Path log;
    private final Path classes;
    private final String functionArn;
    private final int timeoutSeconds;
    private final long startNanos = System.nanoTime();

    private Sandbox(Setup setup, RuntimeApi api, Path log) throws IOException {
        this.api = api;
        this.log = log;
        this.classes = Path.of(log + ".classes");
        this.functionArn = arn(setup.function());
        this.timeoutSeconds = setup.timeoutSeconds();
        ProcessBuilder builder = new ProcessBuilder(command(setup, classes))
                .directory(setup.taskRoot().toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment(setup, api.address()));
        this.process = builder.start();
        this.ended = process.onExit()
                .thenAccept(end -> api.fail(new FunctionFailed("the process ended with exit code " + end.exitValue()
                        + "; its log is " + log + ":\n" + tail())));
    }

    /**
     * How to start a function.
     *
     * @param function its name
     * @param environment beside what Lambda sets for every function
     * @param snapStart whether the function is started for its snapshot
     */
    record Setup(
            String function,
            String handler,
            int timeoutSeconds,
            int memoryMegabytes,
            Path taskRoot,
            Map<String, String> environment,
            boolean snapStart,
            Journal journal) {}

    /** Starts a function; it may not have initialized yet. */
    static Sandbox start(Setup setup) throws IOException {
        Files.createDirectories(TaskRoot.work());
        Path log = TaskRoot.work().resolve(STARTED.incrementAndGet() + "-" + setup.function() + ".log");
        RuntimeApi api = new RuntimeApi(setup.journal());
        try {
            return new Sandbox(setup, api, log);
        } catch (IOException | RuntimeException e) {
            api.close();
            throw e;
        }
    }

    static String arn(String function) {
        return "arn:aws:lambda:" + Template.REGION + ":" + Template.ACCOUNT + ":function:" + function + ":live";
    }

    /** The command that Lambda's own Java runtimes are started with, but for their class data archive and agent. */
    private static List<String> command(Setup setup, Path classes) throws IOException {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + setup.memoryMegabytes() * 8 / 10 + "m",
                "-XX:+UseSerialGC",
                "-XX:+TieredCompilation",
                "-XX:TieredStopAtLevel=1",
                "--add-opens=java.base/java.io=ALL-UNNAMED",
                "-Dorg.crac.Core.Compat=com.amazonaws.services.lambda.crac",
                "-Djava.net.preferIPv4Stack=true",
                "-Dcom.amazonaws.services.lambda.runtime.api.client.runtimeapi.NativeClient.JNI="
                        + TaskRoot.nativeLibrary(),
                "-Xlog:disable",
                "-Xlog:all=warning:stderr",
                "-Xlog:class+load=info:file=" + classes + "::filecount=0",
                "-cp",
                TaskRoot.runtimeClassPath(),
                AWSLambda.class.getName(),
                setup.handler());
    }

    /** The variables of "Using Lambda environment variables", and those that are its own. */
    private static Map<String, String> environment(Setup setup, String runtimeApi) {
        Map<String, String> variables = new TreeMap<>();
        variables.put("PATH", "/usr/bin:/bin");
        variables.put("LANG", "en_US.UTF-8");
        variables.put("TZ", ":UTC");
        variables.put("AWS_LAMBDA_RUNTIME_API", runtimeApi);
        variables.put("_HANDLER", setup.handler());
        variables.put("LAMBDA_TASK_ROOT", setup.taskRoot().toString());
        variables.put("LAMBDA_RUNTIME_DIR", "/var/runtime");
        variables.put("AWS_EXECUTION_ENV", "AWS_Lambda_java25");
        variables.put("AWS_REGION", Template.REGION);
        variables.put("AWS_DEFAULT_REGION", Template.REGION);
        variables.put("AWS_LAMBDA_FUNCTION_NAME", setup.function());
        variables.put("AWS_LAMBDA_FUNCTION_VERSION", "1");
        variables.put("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", Integer.toString(setup.memoryMegabytes()));
        variables.put("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/" + setup.function());
        variables.put("AWS_LAMBDA_LOG_STREAM_NAME", "2026/01/01/[1]0123456789abcdef");
        variables.put("AWS_LAMBDA_LOG_FORMAT", "JSON");
        variables.put("AWS_LAMBDA_LOG_LEVEL", "INFO");
        variables.put("AWS_LAMBDA_INITIALIZATION_TYPE", setup.snapStart() ? "snap-start" : "on-demand");
        variables.putAll(setup.environment());
        return variables;
    }

    /** Waits until the function can be invoked, or until its snapshot can be taken. */
    Sandbox initialized() {
        await(api.initialized());
        return this;
    }

    /** Goes on after the snapshot. */
    void restore() {
        api.restore();
    }

    /**
     * Invokes with the time-out of the template.
     *
     * @throws FunctionFailed with what the function or the runtime client reported
     */
    String invoke(String payload) {
        return await(api.invoke(payload, functionArn, System.currentTimeMillis() + timeoutSeconds * 1000L));
    }

    /** When the process was started, on the clock of {@link System#nanoTime}. */
    long startNanos() {
        return startNanos;
    }

    /** Names of the classes that the process has loaded until now. */
    List<String> loadedClasses() {
        List<String> names = new ArrayList<>();
        for (String line : lines(classes)) {
            int source = line.indexOf(" source:");
            if (source > 0) {
                names.add(line.substring(line.lastIndexOf(' ', source - 1) + 1, source));
            }
        }
        return names;
    }

    /** The log's lines until now. */
    List<String> log() {
        return lines(log);
    }

    @Override
    public void close() {
        process.destroyForcibly();
        ended.join();
        api.close();
    }

    private <T> T await(CompletableFuture<T> future) {
        try {
            return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof FunctionFailed failed) {
                throw failed;
            }
            throw new AssertionError(e);
        } catch (TimeoutException e) {
            throw new AssertionError("nothing came of it for " + PATIENCE_SECONDS + " s; the log:\n" + tail(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    private String tail() {
        List<String> lines = log();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size()));
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readString(file, UTF_8).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

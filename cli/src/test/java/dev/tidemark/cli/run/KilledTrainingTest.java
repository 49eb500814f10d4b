package dev.tidemark.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.cli.Command;
import dev.tidemark.cli.FreePorts;
import dev.tidemark.cli.Main;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code tidemark run --data-dir} is killed while it trains, and started again. */
class KilledTrainingTest {

    private static final String CATALOG = """
            tidemark: 1
            sources:
              shop: {stream: shop-events, event_time: {field: ts, format: epoch_millis}}
            pairs:
              judged:
                left: {source: shop, where: type == "prediction", key: id}
                right: {source: shop, where: type == "outcome", key: prediction}
                within: 2s
            views:
              viewer:
                source: shop
                entity: user
                where: type == "view"
                features:
                  price: {function: avg, input: price, windows: [1h]}
            models:
              discount:
                inputs: [viewer: [price_1h]]
                predictions: {source: shop, time: {field: ts, format: epoch_millis}}
                outcome: {pair: judged, settle: 1s, type: binary}
                monitor: {windows: [1h]}
                train: {rows: {last: 2h}, holdout: 1h, command: /bin/sh train.sh, at_least: 10}
            """;

    /** Until it may, it does not come to an end. */
    private static final String SCRIPT = """
            if [ ! -f go ]; then
              echo "process $$"
              exec sleep 600
            fi
            echo "second try of $TIDEMARK_RUN"
            exit 9
            """;

    @TempDir
    private Path folder;

    @TempDir
    private Path data;

    private int port;

    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void theRunGoesOnAndItsCommandRunsOnce() throws Exception {
        Files.writeString(folder.resolve("catalog.yaml"), CATALOG);
        Files.writeString(folder.resolve("train.sh"), SCRIPT);
        String run;
        long command;
        try (Child child = new Child()) {
            put();
            run = child.await("[discount] run ").split("[ ,]")[2];
            command = Long.parseLong(child.await("[discount] process ").split(" ")[2]);
        }
        assertThat(ProcessHandle.of(command))
                .as("its command, which nobody stopped")
                .isPresent();
        Files.createFile(folder.resolve("go"));

        try (Child child = new Child()) {
            assertThat(child.await("[discount] run ")).startsWith("[discount] run " + run + ",");
            assertThat(child.await("[discount] second try of ")).endsWith(run);
            assertThat(child.await("[discount] run " + run + " is over: ")).contains("ended with exit code 9");
        }

        assertThat(ProcessHandle.of(command).filter(ProcessHandle::isAlive)).isEmpty();
    }

    private void put() throws IOException {
        List<String> events = new ArrayList<>();
        long nowMillis = System.currentTimeMillis();
        for (int i = 0; i < 40; i++) {
            events.add(String.format(
                    Locale.ROOT,
                    "{\"type\":\"prediction\",\"id\":\"p%d\",\"ts\":%d,\"model\":\"discount\",\"version\":\"v7\",\"score\":0.5,"
                            + "\"hash\":\"h\",\"request\":{},\"keys\":{\"user\":\"u\"},\"features\":{}}",
                    i,
                    nowMillis - 60_000));
            events.add(String.format(
                    Locale.ROOT,
                    "{\"type\":\"outcome\",\"ts\":%d,\"label\":%d,\"prediction\":\"p%d\"}",
                    nowMillis - 59_000,
                    i % 2,
                    i));
        }
        Path file = Files.write(folder.resolve("events.jsonl"), events);
        Command put =
                Command.run("put", file.toString(), "--stream", "shop-events", "--key", "type", "--port", "" + port);
        assertThat(put.exitCode()).as(put.err()).isZero();
    }

    /** The run command in its own JVM; closing kills it. */
    private final class Child implements AutoCloseable {

        private final Process process;
        private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

        Child() throws IOException, InterruptedException {
            port = FreePorts.fourInARow();
            process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:TieredStopAtLevel=1",
                            "-XX:+UseSerialGC",
                            "-cp",
                            System.getProperty("java.class.path"),
                            Main.class.getName(),
                            "run",
                            "--no-samples",
                            "--shards",
                            "1",
                            "--catalog",
                            folder.resolve("catalog.yaml").toString(),
                            "--data-dir",
                            data.toString(),
                            "--port",
                            Integer.toString(port))
                    .redirectErrorStream(true)
                    .start();
            Thread reader = new Thread(this::read, "output of the child");
            reader.setDaemon(true);
            reader.start();
            await("  export AWS_ACCESS_KEY_ID=");
        }

        private void read() {
            try (BufferedReader out =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                for (String line = out.readLine(); line != null; line = out.readLine()) {
                    lines.add(line);
                }
            } catch (IOException e) {
                lines.add("its output ended: " + e.getMessage());
            }
        }

        /** The next line that begins so. */
        String await(String start) throws InterruptedException {
            List<String> others = new ArrayList<>();
            while (true) {
                String line = lines.poll(2, TimeUnit.MINUTES);
                assertThat(line).as("a line '%s' after %s", start, others).isNotNull();
                if (line.startsWith(start)) {
                    return line;
                }
                others.add(line);
            }
        }

        @Override
        public void close() {
            process.destroyForcibly().onExit().join();
        }
    }
}

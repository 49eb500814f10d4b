package dev.tidemark.serve;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.aws.Environment;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The container's process, stopped with SIGTERM while a request is under way. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "has no SIGTERM")
class StopTest {

    private static final Pattern LISTENING = Pattern.compile("Listening on (http://\\S+) for programs on this machine");

    @TempDir
    private Path folder;

    @Test
    @Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void itAnswersWhatHasArrivedAndEndsWell() throws Exception {
        try (Tables tables = new Tables()) {
            Process process = start(tables);
            try (BufferedReader out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
                URI api = URI.create(await(out, LISTENING));
                awaitReady(api);
                CountDownLatch open = tables.hold("u1");
                CompletableFuture<HttpResponse<String>> arrived = HttpClient.newHttpClient()
                        .sendAsync(
                                HttpRequest.newBuilder(api.resolve("/v1/views/user/entities/u1"))
                                        .build(),
                                HttpResponse.BodyHandlers.ofString());
                tables.awaitHeld();

                process.toHandle().destroy();
                await(out, Pattern.compile("(Stopping)"));
                open.countDown();

                assertThat(arrived.join().statusCode()).isEqualTo(200);
                List<String> rest = out.lines().toList();
                assertThat(process.waitFor()).as(rest.toString()).isZero();
                assertThat(rest)
                        .anyMatch(line -> line.contains("\"route\":\"entity\"") && line.contains("\"status\":\"200\""));
                assertThat(rest).allMatch(line -> line.startsWith("{\"timestamp\""));
            } finally {
                process.destroyForcibly();
            }
        }
    }

    private Process start(Tables tables) throws Exception {
        Path catalog = Files.writeString(folder.resolve("catalog.yaml"), Tables.CATALOG);
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "--port",
                "0"));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().putAll(tables.environment());
        builder.environment().put(Environment.CATALOG.variable(), catalog.toString());
        return builder.start();
    }

    /** That it is ready may be logged before that it listens, or after. */
    private static void awaitReady(URI api) throws Exception {
        HttpRequest ready = HttpRequest.newBuilder(api.resolve("/health/ready")).build();
        HttpClient client = HttpClient.newHttpClient();
        while (client.send(ready, HttpResponse.BodyHandlers.ofString()).statusCode() != 200) {
            Thread.onSpinWait();
        }
    }

    private static String await(BufferedReader out, Pattern pattern) throws Exception {
        StringBuilder said = new StringBuilder();
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            Matcher matcher = pattern.matcher(line);
            if (matcher.find()) {
                return matcher.group(1);
            }
            said.append(line).append('\n');
        }
        throw new AssertionError("it ended without '" + pattern + "': " + said);
    }
}

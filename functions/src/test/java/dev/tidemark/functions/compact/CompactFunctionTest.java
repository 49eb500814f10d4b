package dev.tidemark.functions.compact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.amazonaws.services.lambda.runtime.Context;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.core.store.Archive.Segment;
import dev.tidemark.core.store.InMemoryArchive;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.functions.MetricLines;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class CompactFunctionTest {

    private static final long HOUR_MILLIS = 3_600_000;
    private static final long START_MILLIS = 500_000 * HOUR_MILLIS;
    private static final Lane LANE = new Lane("arn:aws:kinesis:eu-west-1:1:stream/clicks", 1, "shardId-000000000003");

    private final InMemoryArchive archive = new InMemoryArchive();
    private final MetricLines lines = new MetricLines();
    private final JsonCompactionLog log = new JsonCompactionLog(lines.out(), () -> START_MILLIS);

    @Test
    void compactsEveryStreamAndSaysSo() throws IOException {
        append(5);

        run(Map.of(), 900_000);

        JsonNode line = lines.lines().get(0);
        assertThat(archive.segments).hasSize(2);
        assertThat(line.get("level").asText()).isEqualTo("INFO");
        assertThat(line.get("stream").asText()).isEqualTo("clicks");
        assertThat(line.get("segmentsMerged").intValue()).isEqualTo(4);
        assertThat(line.get("segmentsWritten").intValue()).isOne();
        assertThat(line.get("mergesLeft").intValue()).isZero();
        List<String> page = Files.readAllLines(Path.of("../docs/metrics.md"));
        assertThat(lines.metrics()).isEqualTo(new TreeSet<>(MetricLines.documented(page, "Of a compaction")));
    }

    @Test
    void startsNothingWhenThereIsNoTimeLeft() {
        append(5);

        run(Map.of(), 100_000);

        assertThat(archive.segments).hasSize(5);
        assertThat(lines.lines().get(0).get("mergesLeft").intValue()).isOne();
    }

    @Test
    void damageIsNamedAndFailsTheInvocation() {
        append(5);
        archive.unreadable = ref -> ref.first().equals(new Position("12", 0));

        assertThatThrownBy(() -> run(Map.of(), 900_000)).hasMessageContaining("tidemark archive verify");

        assertThat(archive.segments).hasSize(5);
        JsonNode line = lines.lines().get(0);
        assertThat(line.get("level").asText()).isEqualTo("ERROR");
        assertThat(line.get("archiveDamage").intValue()).isOne();
        assertThat(line.at("/damage/0").asText()).contains("12:0");
        assertThat(line.toString()).doesNotContain("secret");
    }

    @Test
    void takesTheSchedulesInputIntoAccount() {
        append(5);

        run(Map.of("ageHours", 9), 900_000);
        run(Map.of("ageHours", 0, "lookBackHours", 1), 900_000);
        run(Map.of("targetBytes", 1), 900_000);
        assertThat(archive.segments).hasSize(5);

        assertThatThrownBy(() -> run(Map.of("ageHours", "two"), 900_000)).hasMessageContaining("ageHours = 'two'");
    }

    @Test
    void theTemplatesInputIsTheDefault() throws IOException {
        String input = Files.readAllLines(Path.of("../infra/template.yaml")).stream()
                .map(String::strip)
                .filter(line -> line.startsWith("Input: '") && line.contains("targetBytes"))
                .map(line -> line.substring("Input: '".length(), line.length() - 1))
                .findFirst()
                .orElseThrow();

        Map<String, Object> parsed = new ObjectMapper().readValue(input, new TypeReference<>() {});

        assertThat(CompactRequest.of(parsed)).isEqualTo(CompactRequest.of(Map.of()));
        assertThat(parsed).hasSize(3);
    }

    private void append(int segments) {
        for (int n = 0; n < segments; n++) {
            Position last = n == 0 ? Position.ORIGIN : new Position("" + (9 + n), 0);
            RawRecord record = new RawRecord(
                    new Position("" + (10 + n), 0),
                    START_MILLIS,
                    "secret-key",
                    "secret".getBytes(StandardCharsets.UTF_8));
            archive.append(new Segment(LANE, last, n, List.of(record))).join();
        }
    }

    private void run(Map<String, Object> input, int remainingMillis) {
        InstantSource clock = InstantSource.fixed(Instant.ofEpochMilli(START_MILLIS + 5 * HOUR_MILLIS));
        Context context = (Context) Proxy.newProxyInstance(
                CompactFunctionTest.class.getClassLoader(),
                new Class<?>[] {Context.class},
                (proxy, method, arguments) -> remainingMillis);
        new CompactFunction(archive, Set.of("clicks"), log, clock).handleRequest(input, context);
    }
}

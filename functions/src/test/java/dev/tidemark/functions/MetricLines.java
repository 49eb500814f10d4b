package dev.tidemark.functions;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.aws.Environment;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Takes log lines, and reads them as CloudWatch does. */
public final class MetricLines {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MAX_METRICS = 100;
    private static final int MAX_DIMENSIONS = 30;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

    /** Where to print lines to. */
    public PrintStream out() {
        return out;
    }

    /** All lines so far; each is a JSON object of its own. */
    public List<JsonNode> lines() {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : bytes.toString(StandardCharsets.UTF_8).lines().toList()) {
            JsonNode node = parse(line);
            assertThat(node.isObject()).as(line).isTrue();
            assertThat(Instant.parse(node.get("timestamp").asText())).isNotNull();
            assertThat(node.get("level").asText()).isIn("INFO", "WARN", "ERROR");
            assertThat(node.get("message").asText()).isNotEmpty();
            lines.add(node);
        }
        return lines;
    }

    /** Every line's metrics, as in the tables of docs/metrics.md: name, unit, the names of the dimensions. */
    public Set<String> metrics() {
        Set<String> metrics = new TreeSet<>();
        lines().forEach(line -> metrics.addAll(metrics(line)));
        return metrics;
    }

    /** What CloudWatch extracts from a line; the rules are those of the embedded metric format's specification. */
    public static Set<String> metrics(JsonNode line) {
        Set<String> metrics = new TreeSet<>();
        JsonNode aws = line.get("_aws");
        assertThat(aws.get("Timestamp").isIntegralNumber()).isTrue();
        for (JsonNode directive : aws.get("CloudWatchMetrics")) {
            assertThat(directive.get("Namespace").asText()).isEqualTo(Environment.METRIC_NAMESPACE.in(System.getenv()));
            assertThat(directive.get("Metrics")).hasSizeBetween(1, MAX_METRICS);
            for (JsonNode dimensions : directive.get("Dimensions")) {
                String names = dimensions(line, dimensions);
                for (JsonNode metric : directive.get("Metrics")) {
                    String name = metric.get("Name").asText();
                    assertThat(line.get(name).isNumber()).as(name).isTrue();
                    assertThat(metrics.add(name + " " + metric.get("Unit").asText() + " " + names))
                            .as(name + " twice by " + names)
                            .isTrue();
                }
            }
        }
        return metrics;
    }

    private static String dimensions(JsonNode line, JsonNode dimensions) {
        assertThat(dimensions).hasSizeBetween(1, MAX_DIMENSIONS);
        List<String> names = new ArrayList<>();
        for (JsonNode dimension : dimensions) {
            assertThat(line.get(dimension.asText()).isTextual())
                    .as(dimension.asText())
                    .isTrue();
            assertThat(line.get(dimension.asText()).asText()).isNotBlank();
            names.add(dimension.asText());
        }
        return String.join(", ", names);
    }

    /** The table under a heading of docs/metrics.md, in the words of {@link #metrics()}. */
    public static Set<String> documented(List<String> page, String heading) {
        Set<String> metrics = new TreeSet<>();
        int from = page.indexOf("## " + heading);
        assertThat(from).as(heading).isNotNegative();
        for (String line : page.subList(from + 1, page.size())) {
            if (line.startsWith("## ")) {
                break;
            }
            if (line.startsWith("| `")) {
                String[] cells = line.split(" ?\\| ?", -1);
                assertThat(cells).as(line).hasSize(7);
                String name = cells[1].replace("`", "");
                Arrays.stream(cells[3].split("; ", -1)).forEach(by -> metrics.add(name + " " + cells[2] + " " + by));
                assertThat(cells[4]).isNotBlank();
                assertThat(cells[5]).isNotBlank();
            }
        }
        return metrics;
    }

    private static JsonNode parse(String line) {
        try {
            return JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new AssertionError("not JSON: " + line, e);
        }
    }
}

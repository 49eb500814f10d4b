package dev.tidemark.functions;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.CompletionException;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

class JsonLogsTest {

    private final MetricLines lines = new MetricLines();
    private final JsonLogs logs = new JsonLogs(lines.out());

    @Test
    void aMessageIsOneLine() {
        LogRecord entry = new LogRecord(Level.WARNING, "stream {0} is\ngone");
        entry.setParameters(new Object[] {"clicks"});
        entry.setLoggerName("dev.tidemark.Test");

        logs.publish(entry);

        JsonNode line = lines.lines().get(0);
        assertThat(lines.lines()).hasSize(1);
        assertThat(line.get("level").asText()).isEqualTo("WARN");
        assertThat(line.get("message").asText()).isEqualTo("stream clicks is\ngone");
        assertThat(line.get("logger").asText()).isEqualTo("dev.tidemark.Test");
        assertThat(line.has("exceptions")).isFalse();
        assertThat(line.has("_aws")).isFalse();
    }

    @Test
    void anExceptionIsItsClassMessageFramesAndCauses() {
        LogRecord entry = new LogRecord(Level.SEVERE, "the request failed");
        entry.setThrown(new CompletionException(new IllegalStateException("no such table")));

        logs.publish(entry);

        JsonNode line = lines.lines().get(0);
        assertThat(line.get("level").asText()).isEqualTo("ERROR");
        assertThat(line.at("/exceptions/0/class").asText()).isEqualTo("java.util.concurrent.CompletionException");
        assertThat(line.at("/exceptions/1/class").asText()).isEqualTo("java.lang.IllegalStateException");
        assertThat(line.at("/exceptions/1/message").asText()).isEqualTo("no such table");
        assertThat(line.at("/exceptions/1/at/0").asText()).contains("JsonLogsTest");
        assertThat(line.get("exceptions")).hasSize(2);
    }

    @Test
    void aLineIsBounded() {
        LogRecord entry = new LogRecord(Level.INFO, "x".repeat(100_000));
        Throwable cause = new IllegalStateException("y".repeat(100_000));
        for (int i = 0; i < 50; i++) {
            cause = new IllegalStateException("wrapped", cause);
        }
        entry.setThrown(cause);

        logs.publish(entry);

        assertThat(lines.lines().get(0).toString()).hasSizeLessThan(20_000);
        assertThat(lines.lines().get(0).get("level").asText()).isEqualTo("INFO");
    }
}

package dev.tidemark.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.past.Knowledge;
import dev.tidemark.training.FoldedHistory.Row;
import dev.tidemark.training.TrainingSetRequest.WindowEnd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tables of docs/moments.md are what the code does. */
class MomentsExampleTest {

    private static final String CATALOG = """
            tidemark: 1
            sources:
              shop: {stream: shop-events, event_time: ts}
            views:
              buyer:
                source: shop
                entity: user
                hop: 5s
                features:
                  spent: {function: sum, input: price, windows: 5m}
            """;
    private static final Pattern EVENT =
            Pattern.compile("^\\| [^|`]+ \\| (\\d\\d:\\d\\d:\\d\\d) \\| (\\d\\d:\\d\\d:\\d\\d) \\| (\\d+) \\|$");
    private static final Pattern QUESTION =
            Pattern.compile("^\\| ([^|]+) \\| (\\d\\d:\\d\\d:\\d\\d) \\| (\\d+) \\| [^|]+ \\|$");

    @TempDir
    private Path folder;

    @Test
    void theTablesAreTrue() throws IOException {
        List<String> lines = Files.readAllLines(Path.of("..", "docs", "moments.md"));
        List<MatchResult> events = lines.stream()
                .flatMap(line -> EVENT.matcher(line).results())
                .sorted(Comparator.comparing(event -> event.group(2)))
                .toList();
        List<MatchResult> questions =
                lines.stream().flatMap(line -> QUESTION.matcher(line).results()).toList();
        assertThat(events).hasSize(5);
        assertThat(questions).hasSize(6);

        for (MatchResult question : questions) {
            FoldedHistory history = new FoldedHistory(new CatalogCompiler().compile(CATALOG), 0);
            for (MatchResult event : events) {
                if (event.group(2).compareTo(question.group(2)) <= 0) {
                    history.nowMillis = millis(event.group(2));
                    history.fold(
                            ShopHistory.lane("shardId-000000000000"),
                            List.of(history.record("{\"user\":\"ann\",\"ts\":\"2026-01-31T" + event.group(1)
                                    + "Z\",\"price\":" + event.group(3) + "}")));
                }
            }
            history.nowMillis = millis(question.group(2));
            assertThat(value(history, question.group(1).strip()))
                    .as(question.group())
                    .isEqualTo(question.group(3));
        }
    }

    private String value(FoldedHistory history, String question) throws IOException {
        Row row = new Row("ann", millis("10:00:43"));
        return (switch (question) {
                    case "API without `at`", "API with `at`" -> history.answer(row);
                    case "`--knowledge served`" -> trained(history, row, Knowledge.SERVED, WindowEnd.LIVE);
                    case "`--knowledge now`" -> trained(history, row, Knowledge.NOW, WindowEnd.EXACT);
                    case "`--knowledge now --as live`" -> trained(history, row, Knowledge.NOW, WindowEnd.LIVE);
                    default -> throw new AssertionError("a question of another kind: " + question);
                })
                .getOrDefault("buyer__spent_5m", "");
    }

    private Map<String, String> trained(FoldedHistory history, Row row, Knowledge knowledge, WindowEnd end)
            throws IOException {
        return history.train(folder, List.of(row), knowledge, end).get(0);
    }

    private static long millis(String time) {
        return Instant.parse("2026-01-31T" + time + "Z").toEpochMilli();
    }
}

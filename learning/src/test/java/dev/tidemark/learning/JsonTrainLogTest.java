package dev.tidemark.learning;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.core.store.TrainingLog.Candidate;
import dev.tidemark.core.store.TrainingLog.End;
import dev.tidemark.core.store.TrainingLog.Ended;
import dev.tidemark.core.store.TrainingLog.Entry;
import dev.tidemark.core.store.TrainingLog.Judged;
import dev.tidemark.core.store.TrainingLog.Promoted;
import dev.tidemark.core.store.TrainingLog.RolledBack;
import dev.tidemark.core.store.TrainingLog.SetMade;
import dev.tidemark.core.store.TrainingLog.Started;
import dev.tidemark.functions.MetricLines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTrainLogTest {

    private static final Candidate CANDIDATE = new Candidate("v8", "hash", "models/v8", null);
    private static final Entry STARTED = new Started(1, 1, "r1", "hash", 1, 500, "step", "schedule", 1, "d1", null);
    private static final Entry MADE = new SetMade(2, 2, "r1", "manifest", "sha", 500, "profile");
    private static final Entry FAILED = new Ended(3, 3, "r1", End.FAILED, "no");

    private final MetricLines lines = new MetricLines();
    private final JsonTrainLog log = new JsonTrainLog(lines.out(), "g1", () -> 1_000);

    @Test
    void theMetricsAreThoseOfTheDocumentation() throws IOException {
        taken(STARTED, MADE, FAILED);
        taken(new Judged(3, 3, "r1", CANDIDATE, false, List.of()));
        taken(new Promoted(4, 4, "r1", CANDIDATE, 0, 0, "it passed"), new RolledBack(5, 5, "r1", null, "worse"));

        assertThat(lines.metrics())
                .isEqualTo(MetricLines.documented(
                        Files.readAllLines(Path.of("..", "docs", "metrics.md")), "Of a training run"));
    }

    @Test
    void aStepCountsWhatIsNewToItsDriver() {
        taken(STARTED, MADE);
        taken(FAILED);
        taken(new Ended(3, 3, "r1", End.REFUSED, "worse"));
        taken(new Ended(3, 3, "r1", End.WATCHED, "good"));

        List<JsonNode> all = lines.lines();
        assertThat(all.get(0).get("trainingRunsStarted").asInt()).isOne();
        assertThat(all.get(0).get("level").asText()).isEqualTo("INFO");
        assertThat(all.get(1).get("trainingRunsFailed").asInt()).isOne();
        assertThat(all.get(1).get("level").asText()).isEqualTo("WARN");
        assertThat(all.get(2).get("candidatesRefused").asInt()).isOne();
        assertThat(all.get(3).has("_aws")).as("nothing to count").isFalse();
    }

    private void taken(Entry... news) {
        log.taken(new TrainAnswer(
                "discount",
                "schedule",
                "r1",
                5,
                TrainAnswer.Next.DONE,
                0,
                "because",
                Map.of(),
                List.of(),
                List.of(news)));
    }
}

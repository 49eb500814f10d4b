package dev.tidemark.learning;

import dev.tidemark.core.learn.TrainingRun;
import dev.tidemark.core.store.TrainingLog.Candidate;
import dev.tidemark.core.store.TrainingLog.Champion;
import dev.tidemark.core.store.TrainingLog.Entry;
import dev.tidemark.core.store.TrainingLog.Finding;
import dev.tidemark.core.store.TrainingLog.Judged;
import dev.tidemark.core.store.TrainingLog.Promoted;
import dev.tidemark.core.store.TrainingLog.RolledBack;
import dev.tidemark.core.store.TrainingLog.SetMade;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The entries of a training log that others are told of, as events: {@code {"type": …, "detail": {…}}}. */
final class RunEvents {

    /** An event has 256 KiB at most, and a reader has even less patience. */
    private static final int MAX_FINDINGS = 50;

    private RunEvents() {}

    /**
     * The event of an entry; empty if nobody is told of it.
     *
     * @param run that the entry is of, or that is the last one
     */
    static Optional<Map<String, Object>> of(String model, TrainingRun run, Entry entry) {
        Map<String, Object> detail = new LinkedHashMap<>();
        detail.put("model", model);
        detail.put("at", Instant.ofEpochMilli(entry.timeMillis()).toString());
        detail.put("entry", entry.number());
        if (entry instanceof SetMade set) {
            detail.put("run", set.run());
            detail.put("cut", run.started().cut());
            detail.put("hash", run.started().modelHash());
            detail.put("manifest", set.manifest());
            detail.put("sha256", set.sha256());
            detail.put("rows", set.rows());
            detail.put("profile", set.profile());
            return event("Training Set Ready", detail);
        }
        if (entry instanceof Judged judged) {
            detail.put("run", judged.run());
            detail.put("passed", judged.passed());
            detail.put("candidate", candidate(judged.candidate()));
            detail.put("findings", findings(judged.findings()));
            return event("Candidate Judged", detail);
        }
        if (entry instanceof Promoted promoted) {
            detail.put("run", promoted.run());
            detail.put("candidate", candidate(promoted.candidate()));
            detail.put("reason", promoted.reason());
            return event("Promoted", detail);
        }
        if (entry instanceof RolledBack back) {
            detail.put("run", back.from());
            Champion to = back.to();
            detail.put("to", to == null ? Map.of() : candidate(to.candidate()));
            detail.put("reason", back.reason());
            return event("Rolled Back", detail);
        }
        return Optional.empty();
    }

    private static Optional<Map<String, Object>> event(String type, Map<String, Object> detail) {
        return Optional.of(Map.of("type", type, "detail", detail));
    }

    private static Map<String, Object> candidate(Candidate candidate) {
        return Map.of(
                "version",
                candidate.version(),
                "hash",
                candidate.modelHash(),
                "artifact",
                candidate.artifact(),
                "sha256",
                orEmpty(candidate.sha256()));
    }

    private static String orEmpty(@Nullable String text) {
        return Objects.requireNonNullElse(text, "");
    }

    /** Those that did not pass first. */
    private static List<Map<String, Object>> findings(List<Finding> findings) {
        return Stream.of(false, true)
                .flatMap(passed -> findings.stream().filter(finding -> finding.passed() == passed))
                .limit(MAX_FINDINGS)
                .map(finding -> Map.<String, Object>of(
                        "name", finding.name(), "passed", finding.passed(), "text", finding.text()))
                .toList();
    }
}

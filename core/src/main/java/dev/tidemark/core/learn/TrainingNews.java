package dev.tidemark.core.learn;

import dev.tidemark.core.learn.TrainingDecision.Done;
import dev.tidemark.core.store.TrainingLog.Candidate;
import dev.tidemark.core.store.TrainingLog.Entry;
import dev.tidemark.core.store.TrainingLog.Finding;
import dev.tidemark.core.store.TrainingLog.Judged;
import dev.tidemark.core.store.TrainingLog.Promoted;
import dev.tidemark.core.store.TrainingLog.RolledBack;
import dev.tidemark.core.store.TrainingLog.SetMade;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is to be told to others of a step that was taken. Whoever took it tells it, again if it is not known whether it was told:
 * at least once, and {@code model} and {@code log}, the number of its entry, say what is the same.
 *
 * @param type of the event, such as {@code Promoted}
 * @param detail of it: texts, booleans, numbers, lists and maps of them
 */
public record TrainingNews(String type, Map<String, @Nullable Object> detail) {

    /** Of the findings, those that did not pass first: an event must be small, and there may be as many as slices. */
    private static final int MAX_FINDINGS = 50;

    /** Empty if the step is nothing that others wait for. */
    public static Optional<TrainingNews> of(Done done) {
        Entry entry = done.entry();
        Map<String, @Nullable Object> detail = new LinkedHashMap<>();
        detail.put("model", done.state().model());
        detail.put("log", BigDecimal.valueOf(entry.number()));
        detail.put("time", Instant.ofEpochMilli(entry.timeMillis()).toString());
        String type = null;
        if (entry instanceof SetMade set && done.state().run() != null) {
            type = "Training Set Ready";
            detail.put("run", set.run());
            detail.put("cut", BigDecimal.valueOf(done.state().run().started().cut()));
            detail.put("hash", done.state().run().started().modelHash());
            detail.put("manifest", set.manifest());
            detail.put("sha256", set.sha256());
            detail.put("rows", BigDecimal.valueOf(set.rows()));
            detail.put("profile", set.profile());
        } else if (entry instanceof Judged judged) {
            type = "Candidate Judged";
            detail.put("run", judged.run());
            detail.put("passed", judged.passed());
            detail.put("candidate", of(judged.candidate()));
            detail.put(
                    "findings",
                    Stream.of(false, true)
                            .flatMap(passed -> judged.findings().stream().filter(finding -> finding.passed() == passed))
                            .limit(MAX_FINDINGS)
                            .map(TrainingNews::of)
                            .toList());
        } else if (entry instanceof Promoted promoted) {
            type = "Promoted";
            detail.put("run", promoted.run());
            detail.put("candidate", of(promoted.candidate()));
            detail.put("reason", promoted.reason());
        } else if (entry instanceof RolledBack back) {
            type = "Rolled Back";
            detail.put("from", back.from());
            detail.put("to", back.to() == null ? null : of(back.to().candidate()));
            detail.put("reason", back.reason());
        }
        return type == null ? Optional.empty() : Optional.of(new TrainingNews(type, detail));
    }

    /** A candidate as others are told of it. */
    public static Map<String, @Nullable Object> of(Candidate candidate) {
        Map<String, @Nullable Object> told = new LinkedHashMap<>();
        told.put("version", candidate.version());
        told.put("hash", candidate.modelHash());
        told.put("artifact", candidate.artifact());
        told.put("sha256", candidate.sha256());
        return told;
    }

    /** Likewise, what the gate found. */
    public static Map<String, @Nullable Object> of(Finding finding) {
        Map<String, @Nullable Object> told = new LinkedHashMap<>();
        told.put("name", finding.name());
        told.put("passed", finding.passed());
        told.put("text", finding.text());
        return told;
    }
}

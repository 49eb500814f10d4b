package dev.tidemark.cli.learn;

import dev.tidemark.cli.terminal.Plural;
import dev.tidemark.core.learn.TrainingDecision;
import dev.tidemark.core.learn.TrainingDecision.Done;
import dev.tidemark.core.learn.TrainingDecision.Refused;
import dev.tidemark.core.learn.TrainingNews;
import dev.tidemark.core.learn.TrainingRun;
import dev.tidemark.core.learn.TrainingState;
import dev.tidemark.core.store.TrainingLog.Candidate;
import dev.tidemark.core.store.TrainingLog.Champion;
import dev.tidemark.core.store.TrainingLog.Ended;
import dev.tidemark.core.store.TrainingLog.Entry;
import dev.tidemark.core.store.TrainingLog.Judged;
import dev.tidemark.core.store.TrainingLog.OfRun;
import dev.tidemark.core.store.TrainingLog.Promoted;
import dev.tidemark.core.store.TrainingLog.RolledBack;
import dev.tidemark.core.store.TrainingLog.SetMade;
import dev.tidemark.core.store.TrainingLog.Started;
import dev.tidemark.core.value.ValueJson;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Training runs in words. */
final class TrainText {

    private TrainText() {}

    static String of(TrainingDecision decision) {
        return decision instanceof Done done
                ? (done.isNew() ? "Done: " : "Done before: ") + line(done.entry())
                : "Refused: " + ((Refused) decision).reason();
    }

    /** Lines. */
    static String of(TrainingState state, List<Entry> entries) {
        if (entries.isEmpty()) {
            return "No run of a model '" + state.model()
                    + "' was ever started: is that its name, and has it `train`?\n";
        }
        Champion champion = state.champion();
        TrainingRun run = state.run();
        return "Champion: "
                + (champion == null ? "none" : of(champion.candidate()) + " since " + text(champion.sinceMillis()))
                + "\nLast run: "
                + (run == null ? "none" : run.name() + ", " + run.step().word())
                + "\n"
                + entries.stream().map(entry -> line(entry) + "\n").collect(Collectors.joining());
    }

    private static String line(Entry entry) {
        return entry.number() + "  " + text(entry.timeMillis()) + "  "
                + (entry instanceof OfRun of ? of.run() + "  " : "") + what(entry);
    }

    private static String what(Entry entry) {
        if (entry instanceof Started started) {
            return "started on cut " + started.cut() + ", cause " + started.cause() + ", "
                    + Plural.of(started.newRows(), "new row");
        }
        if (entry instanceof SetMade set) {
            return "training set of " + Plural.of(set.rows(), "row") + " " + set.manifest();
        }
        if (entry instanceof Judged judged) {
            return of(judged.candidate())
                    + (judged.passed() ? " passed the gate" : " refused by the gate")
                    + judged.findings().stream()
                            .filter(finding -> !finding.passed())
                            .map(finding -> "; " + finding.name() + ": " + finding.text())
                            .collect(Collectors.joining());
        }
        if (entry instanceof Promoted promoted) {
            return of(promoted.candidate()) + " promoted: " + promoted.reason();
        }
        if (entry instanceof RolledBack back) {
            return "rolled back from run " + back.from() + " to "
                    + (back.to() == null
                            ? "what was served before"
                            : of(back.to().candidate())) + ": " + back.reason();
        }
        Ended ended = (Ended) entry;
        return ended.end().word() + ": " + ended.reason();
    }

    private static String of(Candidate candidate) {
        return candidate.version() + " (" + candidate.artifact() + ")";
    }

    static String json(TrainingState state, List<Entry> entries) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        Champion champion = state.champion();
        TrainingRun run = state.run();
        json.put("model", state.model());
        json.put("champion", champion == null ? null : json(champion));
        json.put("run", run == null ? null : json(run));
        json.put("entries", entries.stream().map(TrainText::json).toList());
        return ValueJson.text(json);
    }

    private static Map<String, @Nullable Object> json(TrainingRun run) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("run", run.name());
        json.put("step", run.step().word());
        json.put("cut", BigDecimal.valueOf(run.started().cut()));
        json.put("driver", run.started().driver());
        return json;
    }

    private static Map<String, @Nullable Object> json(Champion champion) {
        Map<String, @Nullable Object> json = TrainingNews.of(champion.candidate());
        json.put("run", champion.run());
        json.put("since", text(champion.sinceMillis()));
        json.put("log", BigDecimal.valueOf(champion.number()));
        return json;
    }

    private static Map<String, @Nullable Object> json(Entry entry) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("log", BigDecimal.valueOf(entry.number()));
        json.put("time", text(entry.timeMillis()));
        json.put("run", entry instanceof OfRun of ? of.run() : null);
        json.put("entry", entry.getClass().getSimpleName());
        json.put("text", what(entry));
        if (entry instanceof Judged judged) {
            json.put("candidate", TrainingNews.of(judged.candidate()));
            json.put("passed", judged.passed());
            json.put(
                    "findings", judged.findings().stream().map(TrainingNews::of).toList());
        }
        return json;
    }

    private static String text(long millis) {
        return Instant.ofEpochMilli(millis).toString();
    }
}

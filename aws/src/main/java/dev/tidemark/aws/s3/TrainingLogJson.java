package dev.tidemark.aws.s3;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.tidemark.core.store.TrainingLog.Candidate;
import dev.tidemark.core.store.TrainingLog.Champion;
import dev.tidemark.core.store.TrainingLog.End;
import dev.tidemark.core.store.TrainingLog.Ended;
import dev.tidemark.core.store.TrainingLog.Entry;
import dev.tidemark.core.store.TrainingLog.Finding;
import dev.tidemark.core.store.TrainingLog.Judged;
import dev.tidemark.core.store.TrainingLog.OfRun;
import dev.tidemark.core.store.TrainingLog.Promoted;
import dev.tidemark.core.store.TrainingLog.RolledBack;
import dev.tidemark.core.store.TrainingLog.SetMade;
import dev.tidemark.core.store.TrainingLog.Started;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** An entry of a training log as docs/format.md describes it. */
final class TrainingLogJson {

    private static final String STARTED = "started";
    private static final String SET_MADE = "set_made";
    private static final String JUDGED = "judged";
    private static final String PROMOTED = "promoted";
    private static final String ROLLED_BACK = "rolled_back";
    private static final String ENDED = "ended";

    private static final String PASSED = "passed";
    private static final String REFUSED = "refused";

    private TrainingLogJson() {}

    static byte[] write(String model, Entry entry) {
        return SealedJson.write(out -> {
            out.writeStringField("model", model);
            out.writeNumberField("number", entry.number());
            out.writeNumberField("time", entry.timeMillis());
            if (entry instanceof OfRun of) {
                out.writeStringField("run", of.run());
            }
            if (entry instanceof Started started) {
                write(out, started);
            } else if (entry instanceof SetMade set) {
                write(out, set);
            } else if (entry instanceof Judged judged) {
                write(out, judged);
            } else if (entry instanceof Promoted promoted) {
                write(out, promoted);
            } else if (entry instanceof RolledBack back) {
                write(out, back);
            } else if (entry instanceof Ended ended) {
                write(out, ended);
            }
        });
    }

    private static void write(JsonGenerator out, Started entry) throws IOException {
        out.writeStringField("entry", STARTED);
        out.writeStringField("hash", entry.modelHash());
        out.writeNumberField("cut", entry.cut());
        out.writeNumberField("new_rows", entry.newRows());
        out.writeStringField("step", entry.step());
        out.writeStringField("cause", entry.cause());
        out.writeNumberField("cause_time", entry.causeMillis());
        out.writeStringField("driver", entry.driver());
        write(out, "champion", entry.champion());
    }

    private static void write(JsonGenerator out, SetMade entry) throws IOException {
        out.writeStringField("entry", SET_MADE);
        out.writeStringField("manifest", entry.manifest());
        out.writeStringField("sha256", entry.sha256());
        out.writeNumberField("rows", entry.rows());
        out.writeStringField("profile", entry.profile());
    }

    private static void write(JsonGenerator out, Judged entry) throws IOException {
        out.writeStringField("entry", JUDGED);
        write(out, entry.candidate());
        out.writeStringField("verdict", verdict(entry.passed()));
        out.writeArrayFieldStart("findings");
        for (Finding finding : entry.findings()) {
            out.writeStartObject();
            out.writeStringField("name", finding.name());
            out.writeStringField("verdict", verdict(finding.passed()));
            out.writeStringField("text", finding.text());
            out.writeEndObject();
        }
        out.writeEndArray();
    }

    private static void write(JsonGenerator out, Promoted entry) throws IOException {
        out.writeStringField("entry", PROMOTED);
        write(out, entry.candidate());
        out.writeNumberField("previous", entry.previous());
        out.writeNumberField("watched", entry.watchedMillis());
        out.writeStringField("reason", entry.reason());
    }

    private static void write(JsonGenerator out, RolledBack entry) throws IOException {
        out.writeStringField("entry", ROLLED_BACK);
        out.writeStringField("from", entry.from());
        write(out, "to", entry.to());
        out.writeStringField("reason", entry.reason());
    }

    private static void write(JsonGenerator out, Ended entry) throws IOException {
        out.writeStringField("entry", ENDED);
        out.writeStringField("end", entry.end().word());
        out.writeStringField("reason", entry.reason());
    }

    private static void write(JsonGenerator out, Candidate candidate) throws IOException {
        out.writeObjectFieldStart("candidate");
        out.writeStringField("version", candidate.version());
        out.writeStringField("hash", candidate.modelHash());
        out.writeStringField("artifact", candidate.artifact());
        if (candidate.sha256() != null) {
            out.writeStringField("sha256", candidate.sha256());
        }
        out.writeEndObject();
    }

    private static void write(JsonGenerator out, String name, @Nullable Champion champion) throws IOException {
        if (champion != null) {
            out.writeObjectFieldStart(name);
            out.writeStringField("run", champion.run());
            write(out, champion.candidate());
            out.writeNumberField("promotion", champion.promotion());
            out.writeNumberField("previous", champion.previous());
            out.writeNumberField("number", champion.number());
            out.writeNumberField("since", champion.sinceMillis());
            out.writeEndObject();
        }
    }

    private static String verdict(boolean passed) {
        return passed ? PASSED : REFUSED;
    }

    /**
     * @param key for messages
     * @param model that the entry must be of
     * @throws InvalidObjectException if the bytes are damaged, cut off, of another format version, or of another model
     */
    static Entry read(String key, String model, byte[] bytes) {
        return SealedJson.read(key, bytes, object -> {
            if (!object.text("model").equals(model)) {
                throw new IllegalArgumentException(
                        "it is of model " + object.text("model") + ": it was moved or copied");
            }
            return entry(object);
        });
    }

    private static Entry entry(JsonObject object) {
        long number = object.number("number");
        long timeMillis = object.number("time");
        String kind = object.text("entry");
        return switch (kind) {
            case STARTED ->
                new Started(
                        number,
                        timeMillis,
                        object.text("run"),
                        object.text("hash"),
                        object.number("cut"),
                        object.number("new_rows"),
                        object.text("step"),
                        object.text("cause"),
                        object.number("cause_time"),
                        object.text("driver"),
                        champion(object, "champion"));
            case SET_MADE ->
                new SetMade(
                        number,
                        timeMillis,
                        object.text("run"),
                        object.text("manifest"),
                        object.text("sha256"),
                        object.number("rows"),
                        object.text("profile"));
            case JUDGED ->
                new Judged(
                        number,
                        timeMillis,
                        object.text("run"),
                        candidate(object),
                        isPassed(object),
                        object.objects("findings").stream()
                                .map(one -> new Finding(one.text("name"), isPassed(one), one.text("text")))
                                .toList());
            case PROMOTED ->
                new Promoted(
                        number,
                        timeMillis,
                        object.text("run"),
                        candidate(object),
                        object.number("previous"),
                        object.number("watched"),
                        object.text("reason"));
            case ROLLED_BACK ->
                new RolledBack(number, timeMillis, object.text("from"), champion(object, "to"), object.text("reason"));
            case ENDED ->
                new Ended(
                        number,
                        timeMillis,
                        object.text("run"),
                        End.valueOf(object.text("end").toUpperCase(Locale.ROOT)),
                        object.text("reason"));
            default -> throw new IllegalArgumentException("an entry '" + kind + "' is not known");
        };
    }

    private static Candidate candidate(JsonObject object) {
        JsonObject candidate = object.object("candidate");
        return new Candidate(
                candidate.text("version"),
                candidate.text("hash"),
                candidate.text("artifact"),
                candidate.names().contains("sha256") ? candidate.text("sha256") : null);
    }

    private static @Nullable Champion champion(JsonObject object, String name) {
        if (!object.names().contains(name)) {
            return null;
        }
        JsonObject champion = object.object(name);
        return new Champion(
                candidate(champion),
                champion.text("run"),
                champion.number("promotion"),
                champion.number("previous"),
                champion.number("number"),
                champion.number("since"));
    }

    private static boolean isPassed(JsonObject object) {
        return switch (object.text("verdict")) {
            case PASSED -> true;
            case REFUSED -> false;
            default -> throw new IllegalArgumentException("a verdict '" + object.text("verdict") + "' is not known");
        };
    }
}

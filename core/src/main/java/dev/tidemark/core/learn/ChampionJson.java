package dev.tidemark.core.learn;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.tidemark.core.serve.Json;
import dev.tidemark.core.store.TrainingLog.Candidate;
import dev.tidemark.core.store.TrainingLog.Champion;
import dev.tidemark.core.store.TrainingLog.Judged;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The champion of a model in JSON, and the candidate that is to be logged beside it. */
public final class ChampionJson {

    private ChampionJson() {}

    /** Empty if there is neither. */
    public static Optional<String> of(TrainingState state) {
        Champion champion = state.champion();
        Judged shadow = state.open()
                .filter(run -> run.step() == TrainingRun.Step.JUDGED)
                .map(TrainingRun::judged)
                .orElse(null);
        if (champion == null && shadow == null) {
            return Optional.empty();
        }
        return Optional.of(Json.write(out -> {
            out.writeStartObject();
            out.writeStringField("model", state.model());
            write(out, champion == null ? null : champion.candidate());
            Json.moment(out, "since", champion == null ? null : (Long) champion.sinceMillis());
            if (champion == null) {
                out.writeNullField("log");
            } else {
                out.writeNumberField("log", champion.number());
            }
            if (shadow == null) {
                out.writeNullField("candidate");
            } else {
                out.writeObjectFieldStart("candidate");
                write(out, shadow.candidate());
                Json.moment(out, "since", shadow.timeMillis());
                out.writeNumberField("log", shadow.number());
                out.writeEndObject();
            }
            out.writeEndObject();
        }));
    }

    private static void write(JsonGenerator out, @Nullable Candidate candidate) throws IOException {
        out.writeStringField("version", candidate == null ? null : candidate.version());
        out.writeStringField("hash", candidate == null ? null : candidate.modelHash());
        out.writeStringField("artifact", candidate == null ? null : candidate.artifact());
        out.writeStringField("sha256", candidate == null ? null : candidate.sha256());
    }
}

package dev.tidemark.functions;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.tidemark.core.control.ViewCounts;
import dev.tidemark.core.event.InvalidEvent;
import java.io.IOException;
import java.util.Map;

/** The fates of records in a view, as JSON. */
public final class CountsJson {

    private CountsJson() {}

    /** Writes an object; reasons without records are left out. */
    public static void write(JsonGenerator out, ViewCounts counts) throws IOException {
        out.writeStartObject();
        out.writeNumberField("folded", counts.folded());
        out.writeNumberField("filtered", counts.filtered());
        out.writeNumberField("late", counts.late());
        out.writeNumberField("tooLate", counts.tooLate());
        out.writeNumberField("duplicates", counts.duplicates());
        out.writeObjectFieldStart("quarantined");
        for (Map.Entry<InvalidEvent.Reason, Long> reason : counts.quarantined().entrySet()) {
            out.writeNumberField(reason.getKey().name(), reason.getValue());
        }
        out.writeEndObject();
        out.writeEndObject();
    }
}

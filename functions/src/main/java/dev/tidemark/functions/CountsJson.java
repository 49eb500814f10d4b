package dev.tidemark.functions;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.tidemark.core.control.PairCounts;
import dev.tidemark.core.control.ViewCounts;
import dev.tidemark.core.event.InvalidEvent;
import java.io.IOException;
import java.util.Map;

/** The fates of records in a view, as JSON. */
public final class CountsJson {

    private CountsJson() {}

    /** Writes an object; reasons without records are left out, and pairs and the seam where there are none. */
    public static void write(JsonGenerator out, ViewCounts counts) throws IOException {
        out.writeStartObject();
        out.writeNumberField("folded", counts.folded());
        out.writeNumberField("filtered", counts.filtered());
        out.writeNumberField("late", counts.late());
        out.writeNumberField("tooLate", counts.tooLate());
        out.writeNumberField("duplicates", counts.duplicates());
        if (counts.beforeSeam() > 0) {
            out.writeNumberField("beforeSeam", counts.beforeSeam());
        }
        if (counts.afterSeam() > 0) {
            out.writeNumberField("afterSeam", counts.afterSeam());
        }
        out.writeObjectFieldStart("quarantined");
        for (Map.Entry<InvalidEvent.Reason, Long> reason : counts.quarantined().entrySet()) {
            out.writeNumberField(reason.getKey().name(), reason.getValue());
        }
        out.writeEndObject();
        if (!counts.pairs().equals(PairCounts.NONE)) {
            write(out, counts.pairs());
        }
        out.writeEndObject();
    }

    private static void write(JsonGenerator out, PairCounts pairs) throws IOException {
        out.writeObjectFieldStart("pairs");
        out.writeNumberField("lefts", pairs.lefts());
        out.writeNumberField("paired", pairs.paired());
        out.writeNumberField("superseded", pairs.superseded());
        out.writeNumberField("outcomeLate", pairs.outcomeLate());
        out.writeNumberField("waiting", pairs.waiting());
        out.writeNumberField("overflown", pairs.overflown());
        out.writeNumberField("taken", pairs.taken());
        out.writeEndObject();
    }
}

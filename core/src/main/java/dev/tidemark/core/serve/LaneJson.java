package dev.tidemark.core.serve;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.tidemark.core.control.LaneRow;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** One lane's progress as JSON. */
public final class LaneJson {

    private LaneJson() {}

    /** @param asked the stream's answer about the lane; null if there is none, or the lane has ended */
    public static void write(JsonGenerator out, LaneRow row, Waiting.@Nullable Asked asked, long nowMillis)
            throws IOException {
        out.writeStartObject();
        out.writeStringField("lane", row.lane().id());
        out.writeStringField("stream", row.lane().streamName());
        out.writeStringField("shard", row.lane().shardId());
        out.writeStringField("position", row.last().text());
        out.writeNumberField("records", row.count());
        if (row.maxArrivalMillis() == Long.MIN_VALUE) {
            out.writeNullField("maxArrival");
        } else {
            Json.moment(out, "maxArrival", row.maxArrivalMillis());
        }
        Long since = asked == null ? null : asked.sinceMillis();
        boolean known = asked != null || row.ended();
        waiting(out, known ? Boolean.valueOf(since == null) : null, since);
        if (asked != null) {
            out.writeNumberField("lagMillis", since == null ? 0 : Math.max(0, nowMillis - since));
        } else if (row.maxArrivalMillis() == Long.MIN_VALUE || row.ended()) {
            out.writeNullField("lagMillis");
        } else {
            out.writeNumberField("lagMillis", Math.max(0, nowMillis - row.maxArrivalMillis()));
        }
        out.writeBooleanField("ended", row.ended());
        out.writeEndObject();
    }

    /** The same two members for a lane and for all lanes of a view. */
    static void waiting(JsonGenerator out, @Nullable Boolean caughtUp, @Nullable Long sinceMillis) throws IOException {
        if (caughtUp == null) {
            out.writeNullField("caughtUp");
        } else {
            out.writeBooleanField("caughtUp", caughtUp);
        }
        if (sinceMillis != null) {
            Json.moment(out, "waitingSince", sinceMillis);
        }
    }
}

package dev.tidemark.functions.query;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.tidemark.core.port.LaneRow;
import java.io.IOException;

/** How far one lane is folded. */
final class LaneJson {

    private LaneJson() {}

    static void write(JsonGenerator out, LaneRow row, long nowMillis) throws IOException {
        out.writeStartObject();
        out.writeStringField("lane", row.lane().id());
        out.writeStringField("stream", row.lane().streamName());
        out.writeStringField("shard", row.lane().shardId());
        out.writeStringField("position", row.last().text());
        out.writeNumberField("records", row.count());
        if (row.maxArrivalMillis() == Long.MIN_VALUE) {
            out.writeNullField("maxArrival");
            out.writeNullField("lagMillis");
        } else {
            Json.moment(out, "maxArrival", row.maxArrivalMillis());
            out.writeNumberField("lagMillis", Math.max(0, nowMillis - row.maxArrivalMillis()));
        }
        out.writeEndObject();
    }
}

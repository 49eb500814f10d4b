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
        } else {
            Json.moment(out, "maxArrival", row.maxArrivalMillis());
        }
        if (row.maxArrivalMillis() == Long.MIN_VALUE || row.ended()) {
            out.writeNullField("lagMillis");
        } else {
            out.writeNumberField("lagMillis", Math.max(0, nowMillis - row.maxArrivalMillis()));
        }
        out.writeBooleanField("ended", row.ended());
        out.writeEndObject();
    }
}

package dev.tidemark.functions.query;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.tidemark.core.port.LaneRow;
import java.io.IOException;

/** How far one lane is folded. */
final class LaneJson {

    private LaneJson() {}

    static void write(JsonGenerator out, LaneRow row) throws IOException {
        out.writeStartObject();
        out.writeStringField("lane", row.lane().id());
        out.writeStringField("stream", row.lane().streamName());
        out.writeStringField("shard", row.lane().shardId());
        out.writeStringField("position", row.last().text());
        out.writeNumberField("records", row.count());
        Json.moment(out, "maxArrival", row.maxArrivalMillis() == Long.MIN_VALUE ? null : row.maxArrivalMillis());
        out.writeEndObject();
    }
}

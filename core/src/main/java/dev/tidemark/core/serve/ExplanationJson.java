package dev.tidemark.core.serve;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.tile.BlockRange;
import dev.tidemark.core.view.View;
import dev.tidemark.core.window.Cover;
import dev.tidemark.core.window.TileRange;
import dev.tidemark.core.window.Window;
import java.io.IOException;
import java.util.Map;

/** How an answer was computed: windows and their tiles, states, reads with their items and units, lanes. */
final class ExplanationJson {

    private final JsonGenerator out;
    private final Answer answer;
    private final long nowMillis;

    ExplanationJson(JsonGenerator out, Answer answer, long nowMillis) {
        this.out = out;
        this.answer = answer;
        this.nowMillis = nowMillis;
    }

    void write() throws IOException {
        out.writeObjectFieldStart("explain");
        features();
        windows();
        reads();
        lanes();
        out.writeEndObject();
    }

    private void features() throws IOException {
        out.writeObjectFieldStart("features");
        for (View.Feature feature : answer.plan().features()) {
            out.writeObjectFieldStart(feature.name());
            out.writeStringField("window", feature.window().text());
            out.writeArrayFieldStart("states");
            for (int index : feature.states()) {
                out.writeString(answer.plan()
                        .view()
                        .layout()
                        .entries()
                        .get(index)
                        .type()
                        .id());
            }
            out.writeEndArray();
            out.writeEndObject();
        }
        for (View.Derived derived : answer.plan().derived()) {
            out.writeObjectFieldStart(derived.name());
            out.writeArrayFieldStart("from");
            for (String input : derived.expression().inputs()) {
                out.writeString(input);
            }
            out.writeEndArray();
            out.writeEndObject();
        }
        out.writeEndObject();
    }

    private void windows() throws IOException {
        out.writeObjectFieldStart("windows");
        for (Map.Entry<Window, Cover> entry : answer.plan().covers().entrySet()) {
            out.writeObjectFieldStart(entry.getKey().text());
            if (!entry.getKey().isLifetime()) {
                overCoverage(entry.getKey(), entry.getValue());
            }
            Long events = answer.events().get(entry.getKey());
            if (events != null) {
                out.writeNumberField("events", events);
            }
            out.writeArrayFieldStart("tiles");
            for (TileRange range : entry.getValue().ranges()) {
                tiles(range);
            }
            out.writeEndArray();
            out.writeEndObject();
        }
        out.writeEndObject();
    }

    /** How much earlier the covered interval starts, and how much later it ends, than asked. */
    private void overCoverage(Window window, Cover cover) throws IOException {
        long atMillis = answer.plan().atMillis();
        out.writeStringField("step", answer.plan().view().ladder().step(window).code());
        out.writeNumberField(
                "beforeMillis", window.startMillis(atMillis) - cover.interval().startMillis());
        out.writeNumberField("afterMillis", cover.interval().endMillis() - window.endMillis(atMillis));
    }

    private void tiles(TileRange range) throws IOException {
        out.writeStartObject();
        out.writeStringField("width", range.width().code());
        if (!range.width().isLifetime()) {
            Json.moment(out, "start", range.width().tileStartMillis(range.firstTile()));
            Json.moment(out, "end", range.width().tileStartMillis(range.endTile()));
        }
        out.writeNumberField("span", range.endTile() - range.firstTile());
        out.writeNumberField("found", answer.tiles().getOrDefault(range, 0));
        out.writeEndObject();
    }

    private void reads() throws IOException {
        out.writeArrayFieldStart("reads");
        long units = 0;
        for (Answer.Read read : answer.reads()) {
            units += read.units();
            out.writeStartObject();
            out.writeArrayFieldStart("blocks");
            for (BlockRange range : read.ranges()) {
                out.writeStartObject();
                out.writeStringField("width", range.width());
                out.writeNumberField("first", range.firstBlock());
                out.writeNumberField("last", range.lastBlock());
                out.writeEndObject();
            }
            out.writeEndArray();
            out.writeNumberField("bytes", read.bytes());
            out.writeNumberField("units", read.units());
            out.writeObjectFieldStart("items");
            for (Answer.ItemMark item : read.items()) {
                out.writeStringField(item.sortKey(), item.mark().text());
            }
            out.writeEndObject();
            out.writeEndObject();
        }
        out.writeEndArray();
        out.writeNumberField("readUnits", units);
    }

    private void lanes() throws IOException {
        out.writeArrayFieldStart("lanes");
        for (LaneRow row : answer.progress().lanes()) {
            LaneJson.write(
                    out, row, answer.progress().waiting().lanes().get(row.lane().id()), nowMillis);
        }
        out.writeEndArray();
    }
}

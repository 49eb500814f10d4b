package dev.tidemark.cli.learn;

import dev.tidemark.cli.terminal.Plural;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.store.CutLog.Cut;
import dev.tidemark.core.value.ValueJson;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A cut in words. */
record CutText(Cut cut) {

    String line() {
        long asOfMillis =
                cut.lanes().stream().mapToLong(LaneRow::maxArrivalMillis).max().orElse(Long.MIN_VALUE);
        return "cut " + cut.number() + "  "
                + (asOfMillis == Long.MIN_VALUE ? "no records" : "up to " + text(asOfMillis))
                + "  " + Plural.of(cut.lanes().size(), "lane") + "  " + Plural.of(records(), "record") + "  "
                + Plural.of(cut.lastRedrive(), "redrive");
    }

    String json() {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("model", cut.model());
        json.put("hash", cut.modelHash());
        json.put("catalog", cut.catalogHash());
        json.put("cut", BigDecimal.valueOf(cut.number()));
        json.put("made", text(cut.madeMillis()));
        Map<String, @Nullable Object> streams = new TreeMap<>();
        for (LaneRow row : cut.lanes()) {
            String stream = row.lane().streamName();
            long asOfMillis = cut.asOfMillis(stream);
            streams.put(stream, asOfMillis == Long.MIN_VALUE ? null : text(asOfMillis));
        }
        json.put("as_of", streams);
        json.put("lanes", BigDecimal.valueOf(cut.lanes().size()));
        json.put("records", BigDecimal.valueOf(records()));
        json.put("last_redrive", BigDecimal.valueOf(cut.lastRedrive()));
        return ValueJson.text(json);
    }

    private long records() {
        return cut.lanes().stream().mapToLong(LaneRow::count).sum();
    }

    private static String text(long millis) {
        return Instant.ofEpochMilli(millis).toString();
    }
}

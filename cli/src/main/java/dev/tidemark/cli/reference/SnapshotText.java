package dev.tidemark.cli.reference;

import dev.tidemark.cli.terminal.Plural;
import dev.tidemark.core.store.ReferenceLog.Manifest;
import dev.tidemark.core.value.ValueJson;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A snapshot in words. */
record SnapshotText(Manifest manifest) {

    String line() {
        return "snapshot " + manifest.number() + "  published " + text(manifest.publishedMillis()) + "  effective "
                + effective() + "  " + Plural.of(manifest.rows(), "row") + "  "
                + Plural.of(manifest.bytes(), "byte");
    }

    /** The first one is effective for whatever arrived before it, too. */
    private String effective() {
        return manifest.number() == 1 ? "from the beginning" : "from " + text(manifest.effectiveMillis());
    }

    String json() {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("reference", manifest.name());
        json.put("snapshot", BigDecimal.valueOf(manifest.number()));
        json.put("published", text(manifest.publishedMillis()));
        json.put("effective", manifest.number() == 1 ? null : text(manifest.effectiveMillis()));
        json.put("rows", BigDecimal.valueOf(manifest.rows()));
        json.put("bytes", BigDecimal.valueOf(manifest.bytes()));
        json.put("sha256", manifest.sha256());
        return ValueJson.text(json);
    }

    private static String text(long millis) {
        return Instant.ofEpochMilli(millis).toString();
    }
}

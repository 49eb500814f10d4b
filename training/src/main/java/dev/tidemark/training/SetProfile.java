package dev.tidemark.training;

import dev.tidemark.core.value.ValueJson;
import dev.tidemark.core.value.ValueType;
import dev.tidemark.core.view.Model;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/**
 * How the columns of a set are distributed, which is written beside it (docs/format.md): what a monitor compares with.
 * Columns that hold lists, objects, keys or moments are left out.
 */
final class SetProfile {

    private static final int FORMAT = 1;

    private final List<String> names;
    private final int spineColumns;

    /** By column; null for one that is left out. */
    private final List<@Nullable ColumnProfile> profiles = new ArrayList<>();

    private final Map<String, String> leftOut = new LinkedHashMap<>();
    private long rows;

    /** @param columns all of them; {@code places} are those after the spine's */
    SetProfile(Spine spine, List<Type> columns, List<OutputColumns.Place> places) {
        this.names = columns.stream().map(Type::getName).toList();
        this.spineColumns = columns.size() - places.size();
        for (int i = 0; i < spineColumns; i++) {
            add(spine.whyLeftOut(i), spine.isTyped());
        }
        places.forEach(place -> add(whyLeftOut(place.type()), true));
    }

    private static @Nullable String whyLeftOut(ValueType type) {
        return switch (type.kind()) {
            case LIST -> "lists";
            case MAP, STRUCT -> "objects";
            case INTEGER, NUMBER, BOOLEAN, STRING, SCALAR -> null;
        };
    }

    private void add(@Nullable String whyLeftOut, boolean isTyped) {
        if (whyLeftOut != null) {
            leftOut.put(names.get(profiles.size()), whyLeftOut);
        }
        profiles.add(whyLeftOut == null ? new ColumnProfile(isTyped) : null);
    }

    /** Adds a row; see {@link RowWriter#write}. */
    void add(Spine spine, @Nullable Object[] values) {
        for (int i = 0; i < profiles.size(); i++) {
            ColumnProfile profile = profiles.get(i);
            if (profile != null) {
                profile.add(i < spineColumns ? spine.scalar(i) : values[i - spineColumns]);
            }
        }
        rows++;
    }

    /**
     * Writes the file.
     *
     * @param sha256 of the set's Parquet file, or of the CSV file if there is no other
     */
    void writeTo(Path file, String sha256, @Nullable Model model) {
        Map<String, @Nullable Object> content = new LinkedHashMap<>();
        content.put("format", FORMAT);
        content.put("sha256", sha256);
        content.put("rows", rows);
        if (model != null) {
            content.put("model", model.name());
            content.put("hash", model.hash());
        }
        Map<String, @Nullable Object> columns = new LinkedHashMap<>();
        for (int i = 0; i < profiles.size(); i++) {
            ColumnProfile profile = profiles.get(i);
            if (profile != null) {
                columns.put(names.get(i), profile.value());
            }
        }
        content.put("columns", columns);
        content.put("left_out", leftOut);
        // Its header has no time, so that equal contents give equal bytes.
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write(ValueJson.text(content).getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }
}

package dev.tidemark.cli.imports;

import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.store.ImportLog.Manifest;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * How far an import is.
 *
 * @param archived parts whose rows are all in the archive
 * @param folded those of them that are folded as well
 */
record ImportState(int parts, int archived, int folded) {

    /** @param rows by lane id */
    static ImportState of(Manifest manifest, Map<String, LaneRow> rows) {
        List<LaneRow> known = manifest.parts().stream()
                .map(part -> rows.get(manifest.lane(part).id()))
                .filter(Objects::nonNull)
                .toList();
        return new ImportState(manifest.parts().size(), known.size(), (int)
                known.stream().filter(LaneRow::ended).count());
    }

    boolean isDone() {
        return folded == parts;
    }

    /** Whether the files that it came from are needed no more. */
    boolean isArchived() {
        return archived == parts;
    }

    /** What finishes it. */
    String remedy() {
        return isArchived()
                ? "finish it with `tidemark import resume`, which needs no files"
                : "run it again, with the same files and map, under whatever names";
    }
}

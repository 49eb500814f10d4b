package dev.tidemark.cli.imports;

import dev.tidemark.core.event.Seam;
import dev.tidemark.core.store.ImportLog.File;
import dev.tidemark.core.store.ImportLog.Manifest;
import dev.tidemark.core.store.ImportLog.Part;
import dev.tidemark.core.store.ImportLog.SameId;
import java.util.List;

/** An import that may not have a number yet. */
record ImportDraft(
        String source, String streamArn, Seam seam, List<File> files, String map, SameId sameId, List<Part> parts) {

    ImportDraft {
        files = List.copyOf(files);
        parts = List.copyOf(parts);
    }

    /** Whether the manifest is of the same files, read in the same way; whatever its parts. */
    boolean isOf(Manifest manifest) {
        return of(manifest.parts()).digest().equals(manifest.digest());
    }

    /** Of the manifest that it becomes; it has parts. */
    String digest() {
        return numbered(1, seam.untilMillis()).digest();
    }

    ImportDraft of(List<Part> found) {
        return new ImportDraft(source, streamArn, seam, files, map, sameId, found);
    }

    Manifest numbered(long number, long timeMillis) {
        return new Manifest(number, timeMillis, source, streamArn, seam, files, map, sameId, parts);
    }
}

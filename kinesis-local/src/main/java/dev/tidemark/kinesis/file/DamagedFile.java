package dev.tidemark.kinesis.file;

import java.io.IOException;
import java.nio.file.Path;

/** A file of the data directory that does not hold what was written to it. The message says which, and what to do. */
public final class DamagedFile extends IOException {

    private static final long serialVersionUID = 1L;

    private static final String REMEDY =
            ". Bring the whole data directory back from a copy, or start with an empty one (--data-dir)";

    /** @param problem what is wrong with the file, as the rest of a sentence that begins with its path */
    public DamagedFile(Path file, String problem) {
        super("the file " + file + " " + problem + REMEDY);
    }
}

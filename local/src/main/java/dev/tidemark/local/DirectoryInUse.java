package dev.tidemark.local;

import java.io.IOException;
import java.nio.file.Path;

/** Another process uses the directory; two would overwrite each other's data. */
public final class DirectoryInUse extends IOException {

    private static final long serialVersionUID = 1L;

    DirectoryInUse(Path directory) {
        super("another process keeps its data in " + directory
                + ": stop it (perhaps another `tidemark run`), or take another directory");
    }
}

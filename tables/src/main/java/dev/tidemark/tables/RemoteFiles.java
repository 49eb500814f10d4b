package dev.tidemark.tables;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** An object store as a place of files. Thread-safe. */
public interface RemoteFiles {

    String SCHEME = "s3://";

    /** No object store at hand. */
    RemoteFiles NONE = new RemoteFiles() {

        @Override
        public List<TableFile> list(String bucket, String prefix) {
            throw new TableProblem(SCHEME + bucket + "/" + prefix
                    + ": files in S3 cannot be read here: copy them to this" + " machine and name their folder");
        }

        @Override
        public void fetch(String bucket, String key, Path target) {
            list(bucket, key);
        }
    };

    /**
     * All objects of the bucket whose keys begin with the prefix, in any order.
     *
     * @throws TableProblem if the bucket cannot be listed
     */
    List<TableFile> list(String bucket, String prefix) throws IOException;

    /**
     * Writes the object's bytes into a new file.
     *
     * @throws TableProblem if there is no such object, or it may not be read
     */
    void fetch(String bucket, String key, Path target) throws IOException;
}

package dev.tidemark.tables;

/**
 * A file of rows as it was listed.
 *
 * @param uri a local path, or {@code s3://bucket/key}
 */
public record TableFile(String uri, long bytes) {

    public TableFile {
        if (uri.isBlank()) {
            throw new IllegalArgumentException("blank name of a file");
        }
        if (bytes < 0) {
            throw new IllegalArgumentException(uri + ": " + bytes + " bytes");
        }
    }

    /** Whether it lies in an object store. */
    public boolean isRemote() {
        return uri.startsWith(RemoteFiles.SCHEME);
    }
}

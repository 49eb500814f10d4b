package dev.tidemark.learning;

import dev.tidemark.aws.s3.S3Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/**
 * Where a run's files are kept: {@code runs/<model>/<run>/…}, the set by Tidemark, the rest by the training step. Not below {@code
 * training/}, where the log is: the rules by which a bucket forgets know prefixes only, and this is forgotten.
 */
interface RunFiles {

    /** The files of a training set. */
    String SET = "set/";

    /** What the training step leaves. */
    String OUT = "out/";

    /** What others call a key. */
    String address(String key);

    /** Stores a file; what was there is replaced. */
    CompletableFuture<Void> put(String key, Path file);

    /**
     * Reads into a file; what was there is replaced.
     *
     * @return false if there is nothing
     */
    CompletableFuture<Boolean> get(String key, Path file);

    /** The key of a file of a run. */
    static String key(String model, String run, String file) {
        return "runs/" + model + "/" + run + "/" + file;
    }

    /** In a bucket. */
    static RunFiles in(S3Files bucket) {
        return new RunFiles() {
            @Override
            public String address(String key) {
                return bucket.address(key);
            }

            @Override
            public CompletableFuture<Void> put(String key, Path file) {
                return bucket.put(key, file);
            }

            @Override
            public CompletableFuture<Boolean> get(String key, Path file) {
                return bucket.get(key, file);
            }
        };
    }
}

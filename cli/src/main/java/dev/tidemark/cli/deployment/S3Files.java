package dev.tidemark.cli.deployment;

import dev.tidemark.tables.RemoteFiles;
import dev.tidemark.tables.TableFile;
import dev.tidemark.tables.TableProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;

/** Files of rows in S3, read with the caller's own rights. */
final class S3Files implements RemoteFiles {

    private final S3AsyncClient s3;

    S3Files(S3AsyncClient s3) {
        this.s3 = s3;
    }

    @Override
    public List<TableFile> list(String bucket, String prefix) {
        List<TableFile> files = new ArrayList<>();
        try {
            @Nullable String[] next = {null};
            do {
                ListObjectsV2Response page = s3.listObjectsV2(
                                request -> request.bucket(bucket).prefix(prefix).continuationToken(next[0]))
                        .join();
                page.contents()
                        .forEach(object ->
                                files.add(new TableFile(SCHEME + bucket + "/" + object.key(), object.size())));
                next[0] = page.nextContinuationToken();
            } while (next[0] != null);
        } catch (CompletionException e) {
            throw problem(SCHEME + bucket + "/" + prefix, e);
        }
        return files;
    }

    @Override
    public void fetch(String bucket, String key, Path target) throws IOException {
        Files.deleteIfExists(target);
        try {
            s3.getObject(request -> request.bucket(bucket).key(key), AsyncResponseTransformer.toFile(target))
                    .join();
        } catch (CompletionException e) {
            throw problem(SCHEME + bucket + "/" + key, e);
        }
    }

    private static TableProblem problem(String uri, CompletionException e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        return new TableProblem(
                uri + " cannot be read (" + cause.getMessage() + "): correct the name, or ask for the permission",
                cause);
    }
}

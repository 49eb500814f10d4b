package dev.tidemark.aws.s3;

import dev.tidemark.aws.Backoff;
import dev.tidemark.core.reference.Reference;
import dev.tidemark.core.store.ReferenceLog;
import dev.tidemark.core.stream.Sha256;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.zip.GZIPOutputStream;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/**
 * The snapshots of references on S3 (rule X1): {@code references/<name>/snapshots/<number>.json}, sealed, and their rows,
 * {@code references/<name>/rows/<sha256>.jsonl.gz}. Objects are written once and never changed. Thread-safe.
 */
public final class S3ReferenceLog implements ReferenceLog {

    private static final String ROOT = "references/";

    private final S3Objects objects;

    public S3ReferenceLog(S3AsyncClient s3, String bucket, Backoff backoff) {
        this.objects = new S3Objects(s3, bucket, backoff);
    }

    @Override
    public CompletableFuture<Long> last(String name, long after) {
        return Numbered.last(objects, prefix(name), after, number -> key(name, number));
    }

    @Override
    public CompletableFuture<Manifest> read(String name, long number) {
        String key = key(name, number);
        return objects.get(key).thenApply(bytes -> read(key, bytes));
    }

    @Override
    public CompletableFuture<byte[]> rows(Manifest manifest) {
        String key = rowsKey(manifest.name(), manifest.sha256());
        return objects.get(key).thenApply(bytes -> {
            byte[] rows;
            try {
                rows = Gunzip.all(bytes);
            } catch (IOException e) {
                throw damaged(key, "it is " + e.getMessage());
            }
            if (!Sha256.hex(rows).equals(manifest.sha256())) {
                throw damaged(key, "its content does not have the checksum that its name states");
            }
            return rows;
        });
    }

    private static InvalidObjectException damaged(String key, String problem) {
        return new InvalidObjectException(
                key + " cannot be read: " + problem + "; restore the object (the bucket keeps versions)");
    }

    @Override
    public CompletableFuture<Void> storeRows(String name, String sha256, byte[] rows) {
        return objects.putOnce(rowsKey(name, sha256), "application/gzip", gzip(rows))
                .thenAccept(stored -> {});
    }

    @Override
    public CompletableFuture<Boolean> append(Manifest manifest) {
        return Numbered.append(objects, key(manifest.name(), manifest.number()), "application/json", write(manifest));
    }

    private static byte[] gzip(byte[] content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(content);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return bytes.toByteArray();
    }

    static byte[] write(Manifest manifest) {
        Map<String, String> fields = new LinkedHashMap<>();
        manifest.fields().forEach((name, type) -> fields.put(name, type.name()));
        return SealedJson.write(out -> {
            out.writeStringField("reference", manifest.name());
            out.writeNumberField("number", manifest.number());
            out.writeNumberField("published", manifest.publishedMillis());
            out.writeNumberField("effective", manifest.effectiveMillis());
            out.writeNumberField("next_after", manifest.nextAfterMillis());
            JsonObject.writeTexts(out, "fields", fields);
            out.writeNumberField("rows", manifest.rows());
            out.writeNumberField("bytes", manifest.bytes());
            out.writeStringField("sha256", manifest.sha256());
        });
    }

    static Manifest read(String key, byte[] bytes) {
        Manifest manifest = SealedJson.read(key, bytes, S3ReferenceLog::manifest);
        if (!key.equals(key(manifest.name(), manifest.number()))) {
            throw new InvalidObjectException(key + " holds snapshot " + manifest.number() + " of reference "
                    + manifest.name() + ": it was moved or copied");
        }
        return manifest;
    }

    private static Manifest manifest(JsonObject object) {
        Map<String, Reference.Type> fields = new LinkedHashMap<>();
        object.texts("fields").forEach((name, type) -> fields.put(name, Reference.Type.valueOf(type)));
        return new Manifest(
                object.text("reference"),
                object.number("number"),
                object.number("published"),
                object.number("effective"),
                object.number("next_after"),
                fields,
                object.number("rows"),
                object.number("bytes"),
                object.text("sha256"));
    }

    private static String prefix(String name) {
        return ROOT + name + "/snapshots/";
    }

    /** Where the manifest of a snapshot is stored. */
    public static String key(String name, long number) {
        return prefix(name) + Numbered.digits(number) + Numbered.JSON;
    }

    /** Where rows are stored. */
    public static String rowsKey(String name, String sha256) {
        return ROOT + name + "/rows/" + sha256 + ".jsonl.gz";
    }
}

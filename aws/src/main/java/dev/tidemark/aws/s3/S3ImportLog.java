package dev.tidemark.aws.s3;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.tidemark.aws.Backoff;
import dev.tidemark.core.event.Seam;
import dev.tidemark.core.store.ImportLog;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/**
 * The manifests of imports on S3 (rule I1): {@code imports/<number>.json}, sealed, written once and never changed.
 * Thread-safe.
 */
public final class S3ImportLog implements ImportLog {

    private static final String ROOT = "imports/";

    private final S3Objects objects;

    public S3ImportLog(S3AsyncClient s3, String bucket, Backoff backoff) {
        this.objects = new S3Objects(s3, bucket, backoff);
    }

    /** Completes with {@link IllegalStateException} if a manifest is missing. */
    @Override
    public CompletableFuture<Long> known() {
        return Numbered.last(objects, ROOT, 0, S3ImportLog::key);
    }

    @Override
    public CompletableFuture<Manifest> read(long number) {
        String key = key(number);
        return objects.get(key).thenApply(bytes -> read(key, bytes));
    }

    @Override
    public CompletableFuture<Boolean> append(Manifest manifest) {
        return Numbered.append(objects, key(manifest.number()), "application/json", write(manifest));
    }

    static byte[] write(Manifest manifest) {
        return SealedJson.write(out -> {
            out.writeNumberField("number", manifest.number());
            out.writeNumberField("time", manifest.timeMillis());
            out.writeStringField("source", manifest.source());
            out.writeStringField("stream", manifest.streamArn());
            out.writeNumberField("until", manifest.seam().untilMillis());
            out.writeNumberField("arrival_delay", manifest.seam().arrivalDelayMillis());
            out.writeStringField("map", manifest.map());
            out.writeStringField("same_id", manifest.sameId().name());
            writeFiles(out, manifest.files());
            writeParts(out, manifest.parts());
        });
    }

    private static void writeFiles(JsonGenerator out, List<File> files) throws IOException {
        out.writeArrayFieldStart("files");
        for (File file : files) {
            out.writeStartObject();
            out.writeStringField("name", file.name());
            out.writeNumberField("bytes", file.bytes());
            out.writeStringField("sha256", file.sha256());
            out.writeEndObject();
        }
        out.writeEndArray();
    }

    private static void writeParts(JsonGenerator out, List<Part> parts) throws IOException {
        out.writeArrayFieldStart("parts");
        for (Part part : parts) {
            out.writeStartObject();
            out.writeNumberField("index", part.index());
            out.writeNumberField("rows", part.rows());
            out.writeStringField("sha256", part.sha256());
            out.writeEndObject();
        }
        out.writeEndArray();
    }

    static Manifest read(String key, byte[] bytes) {
        Manifest manifest = SealedJson.read(key, bytes, S3ImportLog::manifest);
        if (!key.equals(key(manifest.number()))) {
            throw new InvalidObjectException(key + " holds import " + manifest.number() + ": it was moved or copied");
        }
        return manifest;
    }

    private static Manifest manifest(JsonObject object) {
        return new Manifest(
                object.number("number"),
                object.number("time"),
                object.text("source"),
                object.text("stream"),
                new Seam(object.number("until"), object.number("arrival_delay")),
                object.objects("files").stream()
                        .map(file -> new File(file.text("name"), file.number("bytes"), file.text("sha256")))
                        .toList(),
                object.text("map"),
                SameId.valueOf(object.text("same_id")),
                object.objects("parts").stream()
                        .map(part -> new Part(
                                Math.toIntExact(part.number("index")), part.number("rows"), part.text("sha256")))
                        .toList());
    }

    /** Where a manifest is stored; the digits make keys sort by number. */
    public static String key(long number) {
        return ROOT + Numbered.digits(number) + Numbered.JSON;
    }
}

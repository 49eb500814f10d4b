package dev.tidemark.aws.s3;

import dev.tidemark.aws.Backoff;
import dev.tidemark.core.store.CutLog;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/** The cuts on S3: {@code cuts/<model>/<number>.json}, sealed, written once and never changed. Thread-safe. */
public final class S3CutLog implements CutLog {

    private static final String ROOT = "cuts/";

    private final S3Objects objects;

    public S3CutLog(S3AsyncClient s3, String bucket, Backoff backoff) {
        this.objects = new S3Objects(s3, bucket, backoff);
    }

    @Override
    public CompletableFuture<Long> last(String model) {
        return Numbered.last(objects, prefix(model), 0, number -> key(model, number));
    }

    @Override
    public CompletableFuture<Cut> read(String model, long number) {
        String key = key(model, number);
        return objects.get(key).thenApply(bytes -> read(key, bytes));
    }

    @Override
    public CompletableFuture<Boolean> append(Cut cut) {
        return Numbered.append(objects, key(cut.model(), cut.number()), "application/json", write(cut));
    }

    static byte[] write(Cut cut) {
        return SealedJson.write(out -> {
            out.writeStringField("model", cut.model());
            out.writeStringField("hash", cut.modelHash());
            out.writeStringField("catalog", cut.catalogHash());
            out.writeNumberField("number", cut.number());
            out.writeNumberField("made", cut.madeMillis());
            out.writeNumberField("last_redrive", cut.lastRedrive());
            SealedJson.writeLanes(out, "lanes", cut.lanes());
        });
    }

    static Cut read(String key, byte[] bytes) {
        Cut cut = SealedJson.read(
                key,
                bytes,
                object -> new Cut(
                        object.text("model"),
                        object.text("hash"),
                        object.text("catalog"),
                        object.number("number"),
                        object.number("made"),
                        SealedJson.lanes(object, "lanes"),
                        object.number("last_redrive")));
        if (!key.equals(key(cut.model(), cut.number()))) {
            throw new InvalidObjectException(
                    key + " holds cut " + cut.number() + " of model " + cut.model() + ": it was moved or copied");
        }
        return cut;
    }

    private static String prefix(String model) {
        return ROOT + model + "/";
    }

    /** Where a cut is stored. */
    public static String key(String model, long number) {
        return prefix(model) + Numbered.digits(number) + Numbered.JSON;
    }
}

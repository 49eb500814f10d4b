package dev.tidemark.aws.s3;

import dev.tidemark.aws.Backoff;
import dev.tidemark.core.port.Quarantine;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/** The quarantine on S3 (rule F3): one object per view version and record, never changed. Thread-safe. */
public final class S3Quarantine implements Quarantine {

    private static final String ROOT = "quarantine/";
    private static final String CONTENT_TYPE = "application/json";

    private final S3Objects objects;

    public S3Quarantine(S3AsyncClient s3, String bucket, Backoff backoff) {
        this.objects = new S3Objects(s3, bucket, backoff);
    }

    @Override
    public CompletableFuture<Void> put(Entry entry) {
        return objects.putOnce(key(entry), CONTENT_TYPE, QuarantineJson.write(entry))
                .thenAccept(stored -> {});
    }

    /** Reads an entry; completes with {@link InvalidObjectException} if the object is not one. */
    public CompletableFuture<Entry> read(String key) {
        return objects.get(key).thenApply(QuarantineJson::read);
    }

    /**
     * Lists quarantined records.
     *
     * @param view the view's name, for the records of all its versions; null for all views
     * @param after the {@link KeyPage#next()} of the page before; null for the first page
     * @param limit how many keys at most, from 1 to 1,000
     */
    public CompletableFuture<KeyPage> list(@Nullable String view, @Nullable String after, int limit) {
        return objects.list(view == null ? ROOT : ROOT + view + "/", after, limit);
    }

    /** Where an entry is stored: {@code quarantine/<view>/<view version>/<lane id>/<position>.json}. */
    public static String key(Entry entry) {
        return ROOT + entry.view()
                + "/" + entry.viewVersion()
                + "/" + entry.lane().id()
                + "/" + PositionText.of(entry.record().position()) + ".json";
    }
}

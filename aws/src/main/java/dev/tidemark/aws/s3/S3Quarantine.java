package dev.tidemark.aws.s3;

import dev.tidemark.aws.Backoff;
import dev.tidemark.core.port.Quarantine;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.S3Object;

/** The quarantine on S3 (rule F3): one object per view version and record, never changed. Thread-safe. */
public final class S3Quarantine implements Quarantine {

    private static final String ROOT = "quarantine/";
    private static final String CONTENT_TYPE = "application/json";

    private final S3AsyncClient s3;
    private final String bucket;
    private final S3Objects objects;

    /**
     * Some keys of the quarantine, sorted.
     *
     * @param next what to pass as {@code after} for the keys that follow; null if there are none
     */
    public record Page(List<String> keys, @Nullable String next) {

        public Page {
            keys = List.copyOf(keys);
        }
    }

    public S3Quarantine(S3AsyncClient s3, String bucket, Backoff backoff) {
        this.s3 = s3;
        this.bucket = bucket;
        this.objects = new S3Objects(s3, bucket, backoff);
    }

    @Override
    public CompletableFuture<Void> put(Entry entry) {
        return objects.putOnce(key(entry), CONTENT_TYPE, QuarantineJson.write(entry));
    }

    /** Reads an entry; completes with {@link InvalidObjectException} if the object is not one. */
    public CompletableFuture<Entry> read(String key) {
        return objects.get(key).thenApply(QuarantineJson::read);
    }

    /**
     * Lists the quarantined records of one view, all its versions.
     *
     * @param view the view's name
     * @param after the {@link Page#next()} of the page before; null for the first page
     * @param limit how many keys at most, from 1 to 1,000
     */
    public CompletableFuture<Page> list(String view, @Nullable String after, int limit) {
        if (limit < 1 || limit > 1_000) {
            throw new IllegalArgumentException("a page of " + limit + " keys; S3 lists 1 to 1,000 at a time");
        }
        ListObjectsV2Request request = ListObjectsV2Request.builder()
                .bucket(bucket)
                .prefix(ROOT + view + "/")
                .startAfter(after)
                .maxKeys(limit)
                .build();
        return s3.listObjectsV2(request).thenApply(response -> {
            List<String> keys = response.contents().stream().map(S3Object::key).toList();
            boolean more = Boolean.TRUE.equals(response.isTruncated()) && !keys.isEmpty();
            return new Page(keys, more ? keys.get(keys.size() - 1) : null);
        });
    }

    /** Where an entry is stored: {@code quarantine/<view>/<view version>/<lane id>/<position>.json}. */
    public static String key(Entry entry) {
        return ROOT + entry.view()
                + "/" + entry.viewVersion()
                + "/" + entry.lane().id()
                + "/" + PositionText.of(entry.record().position()) + ".json";
    }
}

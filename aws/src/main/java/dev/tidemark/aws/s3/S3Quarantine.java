package dev.tidemark.aws.s3;

import dev.tidemark.aws.Backoff;
import dev.tidemark.core.store.Quarantine;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/**
 * The quarantine on S3 (rule F3): one object for the records of a portion that a view version cannot fold, never
 * changed. A delivery with other boundaries leaves other objects with some of the same records; {@link QuarantineSieve}
 * skips these. Thread-safe.
 */
public final class S3Quarantine implements Quarantine {

    private static final String ROOT = "quarantine/";
    private static final String ONE = ".json";
    private static final String SEVERAL = ".jsonl.gz";
    private static final String IN = "#";

    private final S3Objects objects;

    public S3Quarantine(S3AsyncClient s3, String bucket, Backoff backoff) {
        this.objects = new S3Objects(s3, bucket, backoff);
    }

    @Override
    public CompletableFuture<Void> put(List<Entry> entries) {
        String contentType = entries.size() == 1 ? "application/json" : "application/gzip";
        return objects.putOnce(objectKey(entries), contentType, QuarantineFormat.write(entries))
                .thenAccept(stored -> {});
    }

    /**
     * Reads the records of an object; completes with {@link InvalidObjectException} if it is not one of the quarantine.
     */
    public CompletableFuture<List<Entry>> read(String objectKey) {
        return objects.get(objectKey).thenApply(QuarantineFormat::read);
    }

    /**
     * Lists objects.
     *
     * @param view the view's name, for the records of all its versions; null for all views
     * @param after the {@link KeyPage#next()} of the page before; null for the first page
     * @param limit how many keys at most, from 1 to 1,000
     */
    public CompletableFuture<KeyPage> list(@Nullable String view, @Nullable String after, int limit) {
        return objects.list(view == null ? ROOT : ROOT + view + "/", after, limit);
    }

    /**
     * Where entries are stored together: {@code quarantine/<view>/<view version>/<lane id>/}, then {@code <position>.json} for
     * one, {@code <first position>_<last position>.jsonl.gz} for several.
     */
    static String objectKey(List<Entry> entries) {
        Entry first = entries.get(0);
        String from = PositionText.of(first.record().position());
        String to = PositionText.of(entries.get(entries.size() - 1).record().position());
        return ROOT + first.view()
                + "/" + first.viewVersion()
                + "/" + first.lane().id()
                + "/" + (entries.size() == 1 ? from + ONE : from + "_" + to + SEVERAL);
    }

    /** Whether an object holds several records. */
    public static boolean holdsSeveral(String objectKey) {
        return objectKey.endsWith(SEVERAL);
    }

    /** A record's name: its object's key, plus its position if the object holds several. */
    public static String recordKey(String objectKey, Entry entry) {
        return holdsSeveral(objectKey)
                ? objectKey + IN + entry.record().position().text()
                : objectKey;
    }

    /** The key of the object that holds the record of this name. */
    public static String objectKey(String recordKey) {
        int in = recordKey.indexOf(IN);
        return in < 0 ? recordKey : recordKey.substring(0, in);
    }

    /** A key that all names of one record share, because it may be in several objects; any other text unchanged. */
    public static String identity(String recordKey) {
        int name = recordKey.lastIndexOf('/') + 1;
        int in = recordKey.indexOf(IN);
        if (in >= name) {
            return recordKey.substring(0, name) + recordKey.substring(in + 1);
        }
        try {
            String position =
                    recordKey.endsWith(ONE) ? recordKey.substring(name, recordKey.length() - ONE.length()) : "";
            return recordKey.substring(0, name) + PositionText.parse(position).text();
        } catch (IllegalArgumentException noPosition) {
            return recordKey;
        }
    }
}

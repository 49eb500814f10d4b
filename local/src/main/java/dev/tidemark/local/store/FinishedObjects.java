package dev.tidemark.local.store;

import java.util.List;
import java.util.regex.Pattern;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.blobstore.ForwardingBlobStore;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Lists only objects that are stored whole, as S3 does. S3Proxy writes an object of key {@code a/1.json} into a file {@code
 * a/1.json-<UUID>} and renames it, and lists that file meanwhile; for ever if the process was killed.
 */
final class FinishedObjects extends ForwardingBlobStore {

    private static final Pattern UNFINISHED =
            Pattern.compile(".*\\.[A-Za-z0-9]+-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    FinishedObjects(BlobStore store) {
        super(store);
    }

    @Override
    public ListObjectsV2Response list(ListObjectsV2Request request) {
        ListObjectsV2Response listed = super.list(request);
        List<S3Object> whole = listed.contents().stream()
                .filter(object -> !UNFINISHED.matcher(object.key()).matches())
                .toList();
        int hidden = listed.contents().size() - whole.size();
        return hidden == 0
                ? listed
                : listed.toBuilder()
                        .contents(whole)
                        .keyCount(listed.keyCount() == null ? null : listed.keyCount() - hidden)
                        .build();
    }
}

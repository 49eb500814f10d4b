package dev.tidemark.aws.s3;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Some keys of a bucket, sorted.
 *
 * @param next what to pass as {@code after} for the keys that follow; null if there are none
 */
public record KeyPage(List<String> keys, @Nullable String next) {

    /** S3's largest page. */
    public static final int MAX_KEYS = 1_000;

    public KeyPage {
        keys = List.copyOf(keys);
    }
}

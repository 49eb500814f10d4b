package dev.tidemark.kinesis;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A record to be put.
 *
 * @param partitionKey 1 to 256 characters
 * @param explicitHashKey a decimal hash key that decides the shard instead of the partition key's hash; null: none
 * @param data with the partition key at most 1 MiB; not copied, so the caller must not change it afterwards
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record NewRecord(String partitionKey, @Nullable String explicitHashKey, byte[] data) {

    /** The bytes that count against the limits: data and partition key. */
    int sizeBytes() {
        return data.length + partitionKey.getBytes(StandardCharsets.UTF_8).length;
    }
}

package dev.tidemark.core.learn;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import java.nio.charset.StandardCharsets;

/** Which rows a sample keeps; docs/format.md says it too. */
final class Sample {

    private static final Hasher64 HASHER = Hashing.xxh3_64(6);
    private static final int FRACTION_BITS = 53;

    private Sample() {}

    /** Whether a sample of this share has the row. One of a greater share has it too, at whatever cut. */
    static boolean keeps(String id, double share) {
        return fraction(id) < share;
    }

    /** Where an id stands, from 0 inclusive to 1 exclusive. */
    static double fraction(String id) {
        long hash = HASHER.hashBytesToLong(id.getBytes(StandardCharsets.UTF_8));
        return (hash >>> (Long.SIZE - FRACTION_BITS)) * 0x1.0p-53;
    }
}

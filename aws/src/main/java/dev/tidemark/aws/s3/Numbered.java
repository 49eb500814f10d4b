package dev.tidemark.aws.s3;

import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongFunction;

/** Objects that are numbered from 1 without a gap, and written once. */
final class Numbered {

    private Numbered() {}

    /** The number in a key; such keys sort by number. */
    static String digits(long number) {
        return String.format(Locale.ROOT, "%010d", number);
    }

    /**
     * The last number; 0 if there is none.
     *
     * @throws IllegalStateException if one before it is missing
     */
    static long last(Set<Long> numbers, LongFunction<String> key) {
        return last(0, numbers, key);
    }

    /**
     * Likewise, of those after one that is there, or after 0.
     *
     * @param numbers greater than {@code after}
     */
    static long last(long after, Set<Long> numbers, LongFunction<String> key) {
        for (long number = after + 1; number <= after + numbers.size(); number++) {
            if (!numbers.contains(number)) {
                throw new IllegalStateException(key.apply(number) + " is missing although later ones are there, so it "
                        + "is not known what it said: restore the object (the bucket keeps versions)");
            }
        }
        return after + numbers.size();
    }

    /**
     * Stores an object unless its key is taken. The stored one may be our own, from an attempt whose answer was lost.
     *
     * @return whether the stored one is this
     */
    static CompletableFuture<Boolean> append(S3Objects objects, String key, String contentType, byte[] body) {
        return objects.putOnce(key, contentType, body)
                .thenCompose(stored -> stored
                        ? CompletableFuture.completedFuture(true)
                        : objects.get(key).thenApply(found -> Arrays.equals(found, body)));
    }
}

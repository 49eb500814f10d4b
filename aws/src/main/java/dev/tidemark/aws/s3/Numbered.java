package dev.tidemark.aws.s3;

import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongFunction;
import java.util.stream.Collectors;

/** Objects that are numbered from 1 without a gap, and written once. */
final class Numbered {

    /** How the key of a JSON object ends. */
    static final String JSON = ".json";

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
     * The last number of the JSON objects below a prefix; 0 if there is none. Completes with {@link IllegalStateException} if
     * one before it is missing.
     *
     * @param after of an object that is there, or 0: only later ones are listed
     * @param key by number: the prefix, the digits, {@link #JSON}
     */
    static CompletableFuture<Long> last(S3Objects objects, String prefix, long after, LongFunction<String> key) {
        return objects.listAll(prefix, after == 0 ? null : key.apply(after), null)
                .thenApply(found -> last(
                        after,
                        found.stream()
                                .map(S3Objects.Found::key)
                                .map(one -> one.substring(prefix.length(), one.length() - JSON.length()))
                                .map(Long::valueOf)
                                .collect(Collectors.toSet()),
                        key));
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

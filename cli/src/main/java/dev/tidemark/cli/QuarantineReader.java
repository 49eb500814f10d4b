package dev.tidemark.cli;

import dev.tidemark.aws.s3.KeyPage;
import dev.tidemark.aws.s3.QuarantineSieve;
import dev.tidemark.aws.s3.S3Quarantine;
import dev.tidemark.core.port.Quarantine;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/** Reads records in quarantine, several at a time. */
final class QuarantineReader {

    /** Reads of objects with one record that are under way at once; one with several takes the place of some. */
    private static final int WIDTH = 64;

    private static final int WEIGHT_OF_SEVERAL = 8;

    /** Is shown one record after the other. */
    interface Visitor {

        void visit(String key, Quarantine.Entry entry);
    }

    private final Stores stores;
    private final S3Quarantine quarantine;

    /** The object read last: records that are asked for one by one mostly lie beside each other. */
    private String readKey = "";

    private Map<String, Quarantine.Entry> readEntries = Map.of();

    QuarantineReader(Stores stores) {
        this.stores = stores;
        this.quarantine = stores.quarantine();
    }

    /** @throws Failure if nothing is in quarantine under the key */
    Quarantine.Entry read(String key) {
        String objectKey = S3Quarantine.objectKey(key);
        if (!objectKey.equals(readKey)) {
            List<Quarantine.Entry> entries =
                    stores.await(quarantine.read(objectKey).exceptionally(failure -> {
                        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
                        if (cause instanceof NoSuchKeyException) {
                            return List.of();
                        }
                        throw new CompletionException(cause);
                    }));
            readEntries = new HashMap<>();
            entries.forEach(entry -> readEntries.put(S3Quarantine.recordKey(objectKey, entry), entry));
            readKey = objectKey;
        }
        Quarantine.Entry entry = readEntries.get(key);
        if (entry == null) {
            throw new Failure("nothing is in quarantine under " + key + ": `tidemark quarantine list` shows the keys");
        }
        return entry;
    }

    /**
     * Every record once, in the order of the keys.
     *
     * @param view null for all views
     */
    void forEach(@Nullable String view, Visitor visitor) {
        QuarantineSieve sieve = new QuarantineSieve();
        String after = null;
        do {
            KeyPage page = stores.await(quarantine.list(view, after, KeyPage.MAX_KEYS));
            List<String> together = new ArrayList<>();
            int weight = 0;
            for (String key : page.keys()) {
                together.add(key);
                weight += S3Quarantine.holdsSeveral(key) ? WEIGHT_OF_SEVERAL : 1;
                if (weight >= WIDTH) {
                    show(together, sieve, visitor);
                    together.clear();
                    weight = 0;
                }
            }
            show(together, sieve, visitor);
            after = page.next();
        } while (after != null);
    }

    private void show(List<String> keys, QuarantineSieve sieve, Visitor visitor) {
        List<CompletableFuture<List<Quarantine.Entry>>> objects = new ArrayList<>();
        keys.forEach(key -> objects.add(quarantine.read(key)));
        for (int i = 0; i < keys.size(); i++) {
            String key = keys.get(i);
            for (Quarantine.Entry entry : sieve.next(key, stores.await(objects.get(i)))) {
                visitor.visit(S3Quarantine.recordKey(key, entry), entry);
            }
        }
    }
}

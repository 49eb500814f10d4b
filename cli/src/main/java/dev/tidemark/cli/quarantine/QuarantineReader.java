package dev.tidemark.cli.quarantine;

import dev.tidemark.aws.s3.KeyPage;
import dev.tidemark.aws.s3.QuarantineSieve;
import dev.tidemark.aws.s3.S3Quarantine;
import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.core.store.Quarantine;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/** Reads records in quarantine, several at a time. */
final class QuarantineReader {

    /** How many objects with one record are read at once; an object with several takes the place of some. */
    private static final int WIDTH = 64;

    private static final int WEIGHT_OF_SEVERAL = 8;

    /** Is shown one record after the other. */
    interface Visitor {

        void visit(String key, Quarantine.Entry entry);
    }

    private final Stores stores;
    private final S3Quarantine quarantine;

    /** The object read last: records that are read one by one are mostly neighbours. */
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
     * Every record once, in the order of the keys. Reads hardly more than are wanted, one bucket page after the other.
     *
     * @param view null for all views
     * @param wanted asked before records are read: how many more, at most
     * @return whether keys are left that were not read
     */
    boolean forEach(@Nullable String view, IntSupplier wanted, Visitor visitor) {
        QuarantineSieve sieve = new QuarantineSieve();
        String after = null;
        do {
            KeyPage page = stores.await(quarantine.list(view, after, KeyPage.MAX_KEYS));
            int read = 0;
            while (read < page.keys().size()) {
                int width = Math.min(WIDTH, wanted.getAsInt());
                if (width <= 0) {
                    return true;
                }
                int to = together(page.keys(), read, width);
                show(page.keys().subList(read, to), sieve, visitor);
                read = to;
            }
            after = page.next();
        } while (after != null);
        return false;
    }

    /** Where to end when reading from a key on, at least one further. */
    private static int together(List<String> keys, int from, int width) {
        int to = from;
        for (int weight = 0; to < keys.size() && weight < width; to++) {
            weight += S3Quarantine.holdsSeveral(keys.get(to)) ? WEIGHT_OF_SEVERAL : 1;
        }
        return to;
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

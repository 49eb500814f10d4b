package dev.tidemark.cli;

import dev.tidemark.aws.s3.KeyPage;
import dev.tidemark.aws.s3.S3Quarantine;
import dev.tidemark.core.port.Quarantine;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/** Reads records in quarantine, several at a time. */
final class QuarantineReader {

    /** Reads that are under way at once. */
    private static final int WIDTH = 64;

    /** Is shown one record after the other. */
    interface Visitor {

        void visit(String key, Quarantine.Entry entry);
    }

    private final Stores stores;
    private final S3Quarantine quarantine;

    QuarantineReader(Stores stores) {
        this.stores = stores;
        this.quarantine = stores.quarantine();
    }

    /** @throws Failure if nothing is in quarantine under the key */
    Quarantine.Entry read(String key) {
        return stores.await(quarantine.read(key).exceptionally(failure -> {
            Throwable cause = failure.getCause() == null ? failure : failure.getCause();
            if (cause instanceof NoSuchKeyException) {
                throw new Failure(
                        "nothing is in quarantine under " + key + ": `tidemark quarantine list` shows the keys");
            }
            throw new CompletionException(cause);
        }));
    }

    /**
     * Reads no more than are wanted, one bucket page after the other.
     *
     * @param view null for all views
     * @param wanted asked before records are read: how many more, at most
     * @return whether keys are left that were not read
     */
    boolean forEach(@Nullable String view, IntSupplier wanted, Visitor visitor) {
        String after = null;
        do {
            KeyPage page = stores.await(quarantine.list(view, after, KeyPage.MAX_KEYS));
            int read = 0;
            while (read < page.keys().size()) {
                int width = Math.min(WIDTH, wanted.getAsInt());
                if (width <= 0) {
                    return true;
                }
                int to = Math.min(page.keys().size(), read + width);
                show(page.keys().subList(read, to), visitor);
                read = to;
            }
            after = page.next();
        } while (after != null);
        return false;
    }

    private void show(List<String> keys, Visitor visitor) {
        List<CompletableFuture<Quarantine.Entry>> entries = new ArrayList<>();
        keys.forEach(key -> entries.add(quarantine.read(key)));
        for (int i = 0; i < keys.size(); i++) {
            visitor.visit(keys.get(i), stores.await(entries.get(i)));
        }
    }
}

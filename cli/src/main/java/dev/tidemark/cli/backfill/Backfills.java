package dev.tidemark.cli.backfill;

import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.change.Backfill;
import java.time.Instant;
import java.util.Objects;

/** Backfills of a deployment. */
final class Backfills {

    private Backfills() {}

    /** Of the views of the next catalog. */
    static Backfill of(Stores stores, Catalogs catalogs) {
        return of(stores, catalogs, Backfill.Settings.DEFAULT);
    }

    /** How long a view of pairs has to wait. */
    static String warmsUp(long untilMillis) {
        return "its pairs warm up until each lane has folded an event that arrived after "
                + Instant.ofEpochMilli(untilMillis) + "; `tidemark backfill run` goes on then";
    }

    static Backfill of(Stores stores, Catalogs catalogs, Backfill.Settings settings) {
        return new Backfill(Objects.requireNonNull(catalogs.next()), stores.change(catalogs), settings);
    }
}

package dev.tidemark.core.change;

import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.store.ControlStore;
import dev.tidemark.core.store.InMemoryArchive;
import dev.tidemark.core.store.InMemoryBackfillLog;
import dev.tidemark.core.store.InMemoryCheckpoints;
import dev.tidemark.core.store.InMemoryQuarantine;
import dev.tidemark.core.store.ItemStore;
import dev.tidemark.core.store.Lineage;
import dev.tidemark.core.store.RedriveLog;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

/** Ports of jobs in memory, which never rest. */
public final class MemoryPorts {

    private MemoryPorts() {}

    /** Of redrives, which touch nothing but these. */
    public static ChangePorts ofRedrives(
            RedriveLog redrives, ControlStore control, ItemStore items, LongSupplier clockMillis) {
        return new ChangePorts(
                new HistoryPorts(new InMemoryArchive(), redrives, new InMemoryCheckpoints(), control),
                items,
                new InMemoryQuarantine(),
                new InMemoryBackfillLog(),
                Lineage.NEVER_RESHARDED,
                millis -> CompletableFuture.completedFuture(null),
                clockMillis,
                new Random(1));
    }
}

package dev.tidemark.core.change;

import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.fold.FoldPorts;
import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.history.LanePart;
import dev.tidemark.core.store.BackfillLog;
import dev.tidemark.core.store.ControlStore;
import dev.tidemark.core.store.ImportLog;
import dev.tidemark.core.store.ItemStore;
import dev.tidemark.core.store.Lineage;
import dev.tidemark.core.store.Pause;
import dev.tidemark.core.store.Quarantine;
import dev.tidemark.core.store.RedriveLog;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * The outside world of the jobs that change the state; each uses a part of it.
 *
 * @param past what is read; its control table belongs to the state that is changed
 * @param items of the state that is changed
 * @param quarantine takes what a view cannot fold, under the lane that has the record
 * @param lineage of the live stream
 * @param clockMillis wall clock, for expiry and notes; a restore uses arrivals instead
 * @param random spreads retries
 * @param imports of all sources
 */
public record ChangePorts(
        HistoryPorts past,
        ItemStore items,
        Quarantine quarantine,
        BackfillLog backfills,
        Lineage lineage,
        Pause pause,
        LongSupplier clockMillis,
        RandomGenerator random,
        ImportLog imports) {

    /** Where nothing was ever imported. */
    public ChangePorts(
            HistoryPorts past,
            ItemStore items,
            Quarantine quarantine,
            BackfillLog backfills,
            Lineage lineage,
            Pause pause,
            LongSupplier clockMillis,
            RandomGenerator random) {
        this(past, items, quarantine, backfills, lineage, pause, clockMillis, random, ImportLog.NONE);
    }

    ControlStore control() {
        return past.control();
    }

    RedriveLog redrives() {
        return past.redrives();
    }

    /**
     * Where the past is folded. It is archived already, so nothing is appended (rule F7 holds).
     *
     * @param control with the rows of the lanes that are folded
     */
    FoldPorts fold(ControlStore control, Quarantine refused, Lineage ancestors, LongSupplier clock) {
        return new FoldPorts(
                items,
                control,
                segment -> CompletableFuture.completedFuture(null),
                refused,
                ancestors,
                pause,
                clock,
                random,
                past.inputs());
    }

    /** Where a redrive folds its records of one view, in its own lanes (rule Q1). */
    FoldPorts foldOfRedrive(ControlRow control, LanePart part, LongSupplier clock) {
        Set<String> version = Set.of(part.views().get(0).version());
        return fold(
                new FleetingLanes(control.generation(), version, Map.of()),
                ChangePorts::refuse,
                Lineage.NEVER_RESHARDED,
                clock);
    }

    /** A manifest holds only what its view takes, and a view version always decides the same way. */
    private static CompletableFuture<Void> refuse(List<Quarantine.Entry> entries) {
        Quarantine.Entry entry = entries.get(0);
        return CompletableFuture.failedFuture(new IllegalStateException("a redriven record of view version "
                + entry.viewVersion() + " is bad after all: " + entry.reason().getMessage()
                + "; was it redriven by another release?"));
    }
}

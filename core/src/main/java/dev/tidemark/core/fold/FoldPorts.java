package dev.tidemark.core.fold;

import dev.tidemark.core.store.Archive;
import dev.tidemark.core.store.ControlStore;
import dev.tidemark.core.store.ItemStore;
import dev.tidemark.core.store.Lineage;
import dev.tidemark.core.store.Pause;
import dev.tidemark.core.store.Quarantine;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * The outside world of the fold.
 *
 * @param clockMillis wall clock, used for time-outs and expiry only: what an item holds never depends on it
 * @param random spreads retries
 * @param inputs what reading the records needs
 */
public record FoldPorts(
        ItemStore items,
        ControlStore control,
        Archive archive,
        Quarantine quarantine,
        Lineage lineage,
        Pause pause,
        LongSupplier clockMillis,
        RandomGenerator random,
        Inputs inputs) {

    /** For sources whose records are read without anything else. */
    public FoldPorts(
            ItemStore items,
            ControlStore control,
            Archive archive,
            Quarantine quarantine,
            Lineage lineage,
            Pause pause,
            LongSupplier clockMillis,
            RandomGenerator random) {
        this(items, control, archive, quarantine, lineage, pause, clockMillis, random, Inputs.NONE);
    }
}

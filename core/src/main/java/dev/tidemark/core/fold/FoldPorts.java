package dev.tidemark.core.fold;

import dev.tidemark.core.port.Archive;
import dev.tidemark.core.port.ControlStore;
import dev.tidemark.core.port.ItemStore;
import dev.tidemark.core.port.Lineage;
import dev.tidemark.core.port.Pause;
import dev.tidemark.core.port.Quarantine;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * Everything outside that the fold touches.
 *
 * @param clockMillis wall clock, used for time-outs and expiry only: what an item holds never depends on it
 * @param random spreads retries
 */
public record FoldPorts(
        ItemStore items,
        ControlStore control,
        Archive archive,
        Quarantine quarantine,
        Lineage lineage,
        Pause pause,
        LongSupplier clockMillis,
        RandomGenerator random) {}

package dev.tidemark.core.change;

import dev.tidemark.core.store.ControlStore;
import dev.tidemark.core.store.ItemStore;
import dev.tidemark.core.store.Pause;
import dev.tidemark.core.store.RedriveLog;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * Everything outside that a redrive touches.
 *
 * @param control only read
 * @param clockMillis wall clock: the time of a manifest, and which blocks are about to expire
 * @param random spreads retries
 */
public record RedrivePorts(
        ItemStore items,
        ControlStore control,
        RedriveLog log,
        Pause pause,
        LongSupplier clockMillis,
        RandomGenerator random) {}

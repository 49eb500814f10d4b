package dev.tidemark.core.fold;

import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * What everything that works on one batch shares.
 *
 * @param stop true from the moment on which nothing further is issued (rule F9)
 */
record RunContext(
        FoldPorts ports,
        FoldSettings settings,
        ItemCache cache,
        FoldCounts counts,
        Troubles troubles,
        List<String> violations,
        BooleanSupplier stop) {}

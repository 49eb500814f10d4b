package dev.tidemark.core.catalog;

import dev.tidemark.core.expression.FilterExpression;
import dev.tidemark.core.pair.Halves.Match;
import java.util.List;

/** Pairs of a source's events as the catalog defines them, checked and with their defaults filled in. */
record PairDefinition(
        String name,
        SourceDefinition source,
        Side left,
        Side right,
        long withinMillis,
        long earlyMillis,
        Match match,
        int maxHalves,
        Notes notes) {

    /** @param key of the source's events; as many fields on both sides */
    record Side(FilterExpression where, List<Field> key) {}
}

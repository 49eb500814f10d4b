package dev.tidemark.cli.imports;

import dev.tidemark.cli.terminal.Plural;
import dev.tidemark.core.change.Importer.Written;
import dev.tidemark.core.store.ImportLog.Part;
import dev.tidemark.core.view.WriteCost;
import java.util.List;
import java.util.Locale;

/**
 * What an import would write, from what one of its parts would: parts divide entities by a hash, so they are alike.
 *
 * @param parts of the import
 * @param folded one of them
 * @param written what that would write
 */
record ImportEstimate(List<Part> parts, Part folded, Written written) {

    ImportEstimate {
        parts = List.copyOf(parts);
    }

    /** Items, write units and dollars, and how they were counted. */
    String text() {
        double share = (double) parts.stream().mapToLong(Part::rows).sum() / folded.rows();
        long units = Math.round(written.writeUnits() * share);
        return String.format(
                Locale.ROOT,
                "%s%s of %s, $%.2f: counted by folding %s in memory.",
                isExact() ? "" : "About ",
                Plural.of(Math.round(written.items() * share), "item"),
                Plural.of(units, "write unit"),
                units * WriteCost.DOLLARS_PER_MILLION_UNITS / 1_000_000,
                isExact() ? "them" : "one of " + Plural.of(parts.size(), "part"));
    }

    private boolean isExact() {
        return parts.size() == 1;
    }
}

package dev.tidemark.cli.quarantine;

import dev.tidemark.cli.catalog.CatalogOption;
import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.event.InvalidEvent;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The selected records in quarantine. */
final class QuarantineSelection {

    @Option(names = "--view", paramLabel = "NAME", description = "Only records that this view could not fold.")
    private @Nullable String view;

    @Option(
            names = "--reason",
            paramLabel = "REASON",
            description = "Only records with this reason: ${COMPLETION-CANDIDATES}.")
    private InvalidEvent.@Nullable Reason reason;

    boolean isEmpty() {
        return view == null && reason == null;
    }

    /** @throws Failure if the view that is named is none of the catalog's */
    void checkView(Catalog catalog) {
        if (view != null) {
            CatalogOption.view(catalog, view);
        }
    }

    /** All selected records, in the order of their keys. */
    void forEach(QuarantineReader quarantine, QuarantineReader.Visitor visitor) {
        forEach(quarantine, () -> Integer.MAX_VALUE, visitor);
    }

    /**
     * Reads until enough was visited.
     *
     * @param wanted how many more, asked again and again; with a reason, others may have to be read to find them
     * @return whether there may be more
     */
    boolean forEach(QuarantineReader quarantine, IntSupplier wanted, QuarantineReader.Visitor visitor) {
        return quarantine.forEach(view, wanted, (key, entry) -> {
            if (reason == null || entry.reason().reason() == reason) {
                visitor.visit(key, entry);
            }
        });
    }
}

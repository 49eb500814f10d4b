package dev.tidemark.cli;

import dev.tidemark.core.event.InvalidEvent;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which records in quarantine are meant. */
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

    /** All that are meant, in the order of their keys. */
    void forEach(QuarantineReader quarantine, QuarantineReader.Visitor visitor) {
        quarantine.forEach(view, (key, entry) -> {
            if (reason == null || entry.reason().reason() == reason) {
                visitor.visit(key, entry);
            }
        });
    }
}

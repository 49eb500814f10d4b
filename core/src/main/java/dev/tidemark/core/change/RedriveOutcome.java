package dev.tidemark.core.change;

import java.util.List;

/**
 * The result of folding one manifest.
 *
 * @param manifest its number
 * @param records how many it lists
 * @param gone how many of them were skipped, because their view version is no longer folded
 * @param expiredBlocks how many writes were left out because DynamoDB is about to delete the block (rule F10); no
 *     window looks that far back
 * @param troubles why requests failed; if the manifest is not done, this is why
 * @param isDone whether everything is durably folded; otherwise the next redrive continues it
 */
public record RedriveOutcome(
        long manifest, int records, int gone, long expiredBlocks, List<String> troubles, boolean isDone) {

    public RedriveOutcome {
        troubles = List.copyOf(troubles);
    }
}

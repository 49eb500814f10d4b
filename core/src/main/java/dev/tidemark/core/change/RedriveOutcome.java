package dev.tidemark.core.change;

import java.util.List;

/**
 * What became of one manifest.
 *
 * @param manifest its number
 * @param records how many it lists
 * @param gone how many of them were passed over, because their view version is not folded any more
 * @param expiredBlocks how many writes were left out because DynamoDB is about to delete the block (rule F10); no window
 *     looks that far back
 * @param troubles why requests failed, and why the manifest is not done if it is not
 * @param isDone whether everything is durably folded; otherwise the next redrive goes on with it
 */
public record RedriveOutcome(
        long manifest, int records, int gone, long expiredBlocks, List<String> troubles, boolean isDone) {

    public RedriveOutcome {
        troubles = List.copyOf(troubles);
    }
}

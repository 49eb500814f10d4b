package dev.tidemark.core.change;

import java.util.List;

/**
 * What a redrive did, or would do.
 *
 * @param decisions one for each candidate, in their order
 * @param outcomes of the manifests that were folded: first unfinished older ones, then the new one if there is one
 */
public record RedriveReport(List<Decision> decisions, List<RedriveOutcome> outcomes) {

    public RedriveReport {
        decisions = List.copyOf(decisions);
        outcomes = List.copyOf(outcomes);
    }
}

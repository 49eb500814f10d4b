package dev.tidemark.functions.ingest;

import dev.tidemark.aws.lambda.Mapping;
import java.util.ArrayList;
import java.util.List;

/** Rule F1: how a mapping must deliver so that every record is folded once. */
final class MappingRules {

    private MappingRules() {}

    /**
     * A setting that breaks the rule.
     *
     * @param folding whether folding under it loses records; if not, the mapping itself has lost or will lose them
     * @param words what is wrong, and what to set instead
     */
    record Breach(boolean folding, String words) {}

    static List<Breach> breaches(Mapping mapping) {
        List<Breach> breaches = new ArrayList<>();
        if (mapping.parallelizationFactor() != 1) {
            breaches.add(new Breach(
                    true,
                    "delivers " + mapping.parallelizationFactor() + " batches of one shard at once; set its"
                            + " parallelization factor to 1 and add shards instead"));
        }
        if (!mapping.reportsItemFailures()) {
            breaches.add(new Breach(
                    true,
                    "does not heed which records failed; set its function response types to"
                            + " ReportBatchItemFailures"));
        }
        if (mapping.filters()) {
            breaches.add(new Breach(false, "filters records before they are archived; remove its filter criteria"));
        }
        if (mapping.maximumRetryAttempts() >= 0) {
            breaches.add(new Breach(
                    false,
                    "gives up on a batch after " + mapping.maximumRetryAttempts()
                            + " retries; set its maximum retry attempts to -1"));
        }
        if (mapping.maximumRecordAgeSeconds() >= 0) {
            breaches.add(new Breach(
                    false,
                    "gives up on records older than " + mapping.maximumRecordAgeSeconds()
                            + " s; set its maximum record age to -1"));
        }
        if (mapping.startsAtLatest()) {
            breaches.add(new Breach(
                    false,
                    "began at LATEST, which leaves out records put while it was being made; make it anew at"
                            + " TRIM_HORIZON"));
        }
        return breaches;
    }
}

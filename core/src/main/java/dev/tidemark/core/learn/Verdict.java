package dev.tidemark.core.learn;

import java.math.BigDecimal;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Whether a candidate may take the champion's place, and why.
 *
 * @param findings one for each thing that was looked at, in a fixed order
 */
public record Verdict(List<Finding> findings) {

    /**
     * What was found.
     *
     * @param name such as {@code paired_loss}
     * @param text with the numbers, in one line
     * @param numbers the same by name, with every digit; those that are no numbers are left out
     */
    public record Finding(String name, boolean passed, String text, Map<String, BigDecimal> numbers) {

        public Finding {
            numbers = Collections.unmodifiableMap(new LinkedHashMap<>(numbers));
        }
    }

    public Verdict {
        findings = List.copyOf(findings);
    }

    /** Whether all findings are as wanted. */
    public boolean passed() {
        return findings.stream().allMatch(Finding::passed);
    }
}

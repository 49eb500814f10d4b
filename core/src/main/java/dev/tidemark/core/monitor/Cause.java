package dev.tidemark.core.monitor;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Why a model is not as good as it should be, or why that is not known. Causes are decided in a fixed order: what comes first
 * would make what comes after it meaningless.
 *
 * @param kind the first that holds
 * @param evidence for it first, and for all others that hold, in the order of the kinds; then what no window shows
 */
public record Cause(Kind kind, List<Evidence> evidence) {

    /** In the order of decision. */
    public enum Kind {
        /** Outcomes are missing, or come later than they did: quality is not known. */
        LABELS("labels", "outcomes are missing: the quality is not known"),
        /** The state is behind or incomplete, or inputs became null. */
        PIPELINE("pipeline", "what the model reads is incomplete, behind, or null"),
        /** Predictions were made with another definition of the model than the one it was trained with. */
        DEFINITION("definition", "predictions were made with another definition of the vector"),
        /** Who asked changed the vector after the answer. */
        CLIENT("client", "the features that were used are not those that were answered"),
        /** Inputs have moved. */
        DRIFT("drift", "inputs have moved away from the baseline"),
        /** The share of positives has moved, and the scores with it. */
        PRIOR("prior", "the share of positives has moved, and the scores have moved with it"),
        /** With the same inputs, outcomes are others than the scores promise. */
        CONCEPT("concept", "inputs are as they were, but outcomes are not what the scores promise"),
        /** None of these. */
        UNKNOWN("unknown", "no cause was found");

        private final String word;
        private final String meaning;

        Kind(String word, String meaning) {
            this.word = word;
            this.meaning = meaning;
        }

        public String word() {
            return word;
        }

        /** What it says, in one sentence without its full stop. */
        public String meaning() {
            return meaning;
        }
    }

    /**
     * What speaks for a cause.
     *
     * @param text with the numbers
     */
    public record Evidence(Kind kind, String text) {}

    public Cause {
        evidence = List.copyOf(evidence);
    }

    /**
     * The first kind, in their order, that something speaks for.
     *
     * @param found in the windows of checks that fail
     * @param beside of no window, all of one kind: it decides only where nothing else does
     */
    static Cause of(List<Evidence> found, List<Evidence> beside) {
        List<Evidence> ordered =
                found.stream().sorted(Comparator.comparing(Evidence::kind)).toList();
        List<Evidence> all = Stream.concat(ordered.stream(), beside.stream()).toList();
        return new Cause(all.isEmpty() ? Kind.UNKNOWN : all.get(0).kind(), all);
    }
}

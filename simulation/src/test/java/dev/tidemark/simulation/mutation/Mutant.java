package dev.tidemark.simulation.mutation;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A broken variant of the product code.
 *
 * @param rule the rule of docs/protocol.md that it breaks
 * @param words what it does instead
 * @param check the class that runs seeds, see {@link Hunt#of}
 * @param edits the changes that make it, at least one
 */
record Mutant(String rule, String words, String check, List<Edit> edits) {

    private static final String LIVE = "dev.tidemark.simulation.SeedCheck";
    private static final String PACKED = "dev.tidemark.simulation.PackedCheck";
    private static final String PAST = "dev.tidemark.simulation.PastCheck";

    Mutant {
        edits = List.copyOf(edits);
        if (edits.isEmpty() || rule.isBlank() || words.isBlank() || (rule + words).indexOf('|') >= 0) {
            throw new IllegalArgumentException("a mutant needs a rule, words without '|' and a change: " + rule + ", "
                    + words + ", " + edits.size() + " changes");
        }
    }

    /** Looked for in the live fold. */
    static Mutant of(String rule, String words, Edit... edits) {
        return new Mutant(rule, words, LIVE, Arrays.asList(edits));
    }

    /** Looked for where producers pack several events into one record. */
    static Mutant ofPacked(String rule, String words, Edit... edits) {
        return new Mutant(rule, words, PACKED, Arrays.asList(edits));
    }

    /** Looked for in what is said of the past. */
    static Mutant ofPast(String rule, String words, Edit... edits) {
        return new Mutant(rule, words, PAST, Arrays.asList(edits));
    }

    /**
     * The changed sources by file.
     *
     * @throws IllegalStateException if the product code no longer has what is to be changed, exactly once
     */
    Map<String, String> sources(Product product) {
        Map<String, String> sources = new LinkedHashMap<>();
        for (Edit edit : edits) {
            String before = sources.computeIfAbsent(edit.file(), product::source);
            sources.put(edit.file(), edit.applyTo(before));
        }
        return sources;
    }

    @Override
    public String toString() {
        return rule + ": " + words;
    }

    /**
     * One change.
     *
     * @param file module and class, for example {@code core/dev/tidemark/core/fold/ItemFold}
     * @param find text that occurs in it exactly once
     * @param replacement what stands there instead
     */
    record Edit(String file, String find, String replacement) {

        String applyTo(String source) {
            int at = source.indexOf(find);
            if (at < 0 || source.indexOf(find, at + 1) >= 0) {
                throw new IllegalStateException(
                        file + (at < 0 ? " no longer has" : " has more than once") + " the text\n" + find
                                + "\nso the variant cannot be made. Change its text in Mutants to fit the code as it is now.");
            }
            return source.substring(0, at) + replacement + source.substring(at + find.length());
        }
    }
}

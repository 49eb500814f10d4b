package dev.tidemark.core.catalog;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** What somebody who wrote an unknown word may have meant. */
final class Suggestions {

    private Suggestions() {}

    /** Such as {@code did you mean 'windows'? keys here: …}. */
    static String remedy(String word, Collection<String> known, String what) {
        String all = what + ": " + String.join(", ", known);
        return nearest(word, known)
                .map(near -> "did you mean '" + near + "'? " + all)
                .orElse(all);
    }

    /**
     * The nearest word by edits, if it is near; else one that begins with this word; else one of which this word is a
     * longer form, as average of avg.
     */
    static Optional<String> nearest(String word, Collection<String> known) {
        int allowed = word.length() < 4 ? 1 : Math.max(2, word.length() / 3);
        Optional<String> near = known.stream()
                .filter(candidate -> edits(word, candidate) <= allowed)
                .min(Comparator.comparingInt(candidate -> edits(word, candidate)));
        return near.or(() -> known.stream()
                        .filter(candidate -> word.length() >= 3 && candidate.startsWith(word))
                        .findFirst())
                .or(() -> known.stream()
                        .filter(candidate -> candidate.length() >= 3 && isSpelledWithin(candidate, word))
                        .max(Comparator.comparingInt(String::length)));
    }

    private static boolean isSpelledWithin(String inner, String outer) {
        int at = 0;
        for (int i = 0; i < outer.length() && at < inner.length(); i++) {
            if (outer.charAt(i) == inner.charAt(at)) {
                at++;
            }
        }
        return at == inner.length() && inner.charAt(0) == outer.charAt(0);
    }

    /** Levenshtein distance; long words are far from everything. */
    private static int edits(String a, String b) {
        if (a.length() > 80) {
            return Integer.MAX_VALUE;
        }
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}

package dev.tidemark.cli;

/** Counts in messages. */
final class Plural {

    private Plural() {}

    /** {@code 1 event}, {@code 2 events}. */
    static String of(long count, String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }

    /** {@code 1 entity}, {@code 2 entities}. */
    static String of(long count, String one, String many) {
        return count + " " + (count == 1 ? one : many);
    }
}

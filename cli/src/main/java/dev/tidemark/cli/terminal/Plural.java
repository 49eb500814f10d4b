package dev.tidemark.cli.terminal;

/** Counts in messages. */
public final class Plural {

    private Plural() {}

    /** {@code 1 event}, {@code 2 events}. */
    public static String of(long count, String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }

    /** {@code 1 entity}, {@code 2 entities}. */
    public static String of(long count, String one, String many) {
        return count + " " + (count == 1 ? one : many);
    }
}

package dev.tidemark.cli.past;

import dev.tidemark.cli.terminal.Plural;
import dev.tidemark.training.TrainingSet;
import java.io.PrintWriter;

/** A finished training set in words. */
public final class TrainingSetText {

    private TrainingSetText() {}

    public static void print(TrainingSet set, PrintWriter out, PrintWriter err) {
        out.println((set.wasComplete() ? "Complete already: " : "") + Plural.of(set.rows(), "row"));
        set.files().forEach(file -> out.println("  " + file));
        if (set.profile() != null) {
            out.println("  " + set.profile() + " says how its columns are distributed");
        }
        out.println("  " + set.manifest() + " says what it was made from");
        if (!set.compared().isEmpty()) {
            out.println(Plural.of(set.rowsDifferent(), "row") + " with a difference");
            for (TrainingSet.Compared one : set.compared()) {
                if (one.different() > 0) {
                    out.println("  " + one.feature() + ": " + one.different());
                }
            }
        }
        out.flush();
        set.notes().forEach(note -> err.println("Note: " + note));
        err.flush();
    }
}

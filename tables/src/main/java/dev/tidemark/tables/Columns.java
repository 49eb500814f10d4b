package dev.tidemark.tables;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Whether a file has the columns that are wanted of it. */
final class Columns {

    private Columns() {}

    static void check(String file, List<String> has, Set<String> wanted) {
        Set<String> seen = new HashSet<>();
        for (String name : has) {
            if (!seen.add(name)) {
                throw new TableProblem(file + ": two columns are named '" + name + "': give each a name of its own");
            }
        }
        Set<String> missing = new TreeSet<>(wanted);
        missing.removeAll(seen);
        if (!missing.isEmpty()) {
            throw new TableProblem(file + " has no column " + String.join(", ", missing) + ": it has "
                    + String.join(", ", has) + "; correct the name, or write the column");
        }
    }
}

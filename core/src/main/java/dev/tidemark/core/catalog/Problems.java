package dev.tidemark.core.catalog;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects the mistakes of one catalog, and knows its lines so that a mistake inside a text is found there. */
final class Problems {

    /** More than this many do not help; a file with so many is probably not a catalog. */
    private static final int MAX_PROBLEMS = 200;

    private final List<String> lines;
    private final List<InvalidDefinition.Problem> found = new ArrayList<>();
    private int count;

    Problems(String text) {
        lines = text.lines().toList();
    }

    /** The line of that number, from 0; empty beyond the end. */
    String line(int number) {
        return number < lines.size() ? lines.get(number) : "";
    }

    /** Adds a mistake; line and column count from 1. */
    void add(int line, int column, String path, String problem, String remedy) {
        count++;
        // An anchored part of the file is read once for each alias; its mistakes are reported only once.
        boolean known = found.stream()
                .anyMatch(other -> other.line() == line
                        && other.column() == column
                        && other.problem().equals(problem));
        if (!known && found.size() < MAX_PROBLEMS) {
            found.add(new InvalidDefinition.Problem(line, column, path, problem, remedy));
        }
    }

    /** How often something was reported. */
    int count() {
        return count;
    }

    void throwIfAny() {
        if (!found.isEmpty()) {
            throw new InvalidDefinition(found.stream()
                    .sorted(Comparator.comparingInt(InvalidDefinition.Problem::line)
                            .thenComparingInt(InvalidDefinition.Problem::column))
                    .toList());
        }
    }
}

package dev.tidemark.core.catalog;

import java.util.List;
import java.util.stream.Collectors;

/** A catalog with mistakes; carries all of them. */
public final class InvalidDefinition extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    /**
     * One mistake.
     *
     * @param line from 1
     * @param column from 1
     * @param path where in the definitions, such as {@code views.user.features.avg_price.windows[1]}
     * @param problem what is wrong, naming the offending value
     * @param remedy what to write instead
     */
    public record Problem(int line, int column, String path, String problem, String remedy) {

        @Override
        public String toString() {
            return line + ":" + column + " " + path + ": " + problem + " — " + remedy;
        }
    }

    public InvalidDefinition(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    /** In file order, not empty. */
    public List<Problem> problems() {
        return problems;
    }
}

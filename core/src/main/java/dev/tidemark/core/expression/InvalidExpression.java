package dev.tidemark.core.expression;

import java.util.List;
import java.util.stream.Collectors;

/** An expression that does not compile, with all its mistakes. */
public final class InvalidExpression extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient List<ExpressionProblem> problems;

    public InvalidExpression(List<ExpressionProblem> problems) {
        super(problems.stream().map(ExpressionProblem::problem).collect(Collectors.joining("; ")));
        this.problems = List.copyOf(problems);
    }

    /** In the order of the text, not empty. */
    public List<ExpressionProblem> problems() {
        return problems;
    }
}

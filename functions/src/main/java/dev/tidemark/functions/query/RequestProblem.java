package dev.tidemark.functions.query;

/** Ends the handling of a request with a problem document. Carries no stack trace: it is an answer, not a defect. */
final class RequestProblem extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    RequestProblem(Problem problem) {
        super(problem.detail(), null, false, false);
        this.problem = problem;
    }

    RequestProblem(Problem.Kind kind, String detail, String remedy) {
        this(new Problem(kind, detail, remedy));
    }

    Problem problem() {
        return problem;
    }
}

package dev.tidemark.core.serve;

/**
 * A question without an answer, because the live state does not hold it or no event can have its entity key. The
 * message says what is wrong.
 */
public final class Unanswerable extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String problem;
    private final String remedy;

    public Unanswerable(String problem, String remedy) {
        super(problem, null, false, false);
        this.problem = problem;
        this.remedy = remedy;
    }

    /** What is wrong; never null, unlike a message. */
    public String describe() {
        return problem;
    }

    /** What to ask instead. */
    public String remedy() {
        return remedy;
    }
}

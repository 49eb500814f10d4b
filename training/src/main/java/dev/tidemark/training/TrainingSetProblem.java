package dev.tidemark.training;

import dev.tidemark.tables.TableProblem;

/** The training set cannot be made; the message says problem, cause and remedy. */
public final class TrainingSetProblem extends RuntimeException {

    private static final long serialVersionUID = 1L;

    TrainingSetProblem(String message) {
        super(message, null, false, false);
    }

    TrainingSetProblem(String message, Throwable cause) {
        super(message, cause);
    }

    /** What is wrong with a file of rows that a training set needs. */
    TrainingSetProblem(TableProblem problem) {
        this(String.valueOf(problem.getMessage()), problem);
    }
}

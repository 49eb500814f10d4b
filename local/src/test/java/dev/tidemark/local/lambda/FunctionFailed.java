package dev.tidemark.local.lambda;

/** A function reported an error, or its process ended. */
final class FunctionFailed extends RuntimeException {

    FunctionFailed(String message) {
        super(message);
    }
}

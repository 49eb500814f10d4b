package dev.tidemark.learning;

import dev.tidemark.core.learn.TrainingRules.Trigger;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a driver says. It may hand back more of an answer than is read.
 *
 * @param model the name of the model
 * @param trigger why a run is to start; null for a run that has started
 * @param run the name of the run; null before it has started
 * @param told up to which entry of the training log others have been told; negative if the run's start is not told
 * @param isTrained whether the training step has left a candidate
 * @param failure what went wrong in the training step; null if nothing did
 */
record TrainInput(
        String model,
        @Nullable Trigger trigger,
        @Nullable String run,
        long told,
        boolean isTrained,
        @Nullable String failure) {

    /** Before anything was told. */
    static final long NOT_TOLD = -1;

    /** @throws IllegalArgumentException if something is missing */
    static TrainInput of(Map<String, Object> input) {
        String run = text(input, "run").orElse(null);
        return new TrainInput(
                text(input, "model").orElseThrow(() -> missing("model", "the name of a model")),
                run == null ? trigger(input) : null,
                run,
                input.get("told") instanceof Number told ? told.longValue() : NOT_TOLD,
                Boolean.TRUE.equals(input.get("trained")),
                input.get("failed") instanceof Map<?, ?> failed ? failure(failed) : null);
    }

    private static Trigger trigger(Map<String, Object> input) {
        String driver = text(input, "driver")
                .orElseThrow(() -> missing(
                        "driver", "who carries the run out and alone may ask again, such as the name of an execution"));
        return new Trigger(
                text(input, "cause").orElseThrow(() -> missing("cause", "why a run is to start, such as schedule")),
                moment(input),
                driver);
    }

    /** When the cause happened. */
    static long moment(Map<?, ?> input) {
        String at = text(input, "at")
                .orElseThrow(
                        () -> missing("at", "when the cause happened (ISO 8601), the same whenever it is told again"));
        try {
            return Instant.parse(at).toEpochMilli();
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException("the input's 'at' is '" + at + "', which is no moment (ISO 8601)", e);
        }
    }

    private static String failure(Map<?, ?> failed) {
        String error = Objects.toString(failed.get("error"), "");
        String cause = Objects.toString(failed.get("cause"), "");
        return cause.isBlank() ? error : error.isBlank() ? cause : error + ": " + cause;
    }

    /** Empty where there is none, and where it is empty. */
    static Optional<String> text(Map<?, ?> input, String name) {
        return input.get(name) instanceof String text && !text.isBlank() ? Optional.of(text) : Optional.empty();
    }

    private static IllegalArgumentException missing(String name, String what) {
        return new IllegalArgumentException("the input has no '" + name + "': " + what);
    }
}

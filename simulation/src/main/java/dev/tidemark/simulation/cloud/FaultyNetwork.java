package dev.tidemark.simulation.cloud;

import dev.tidemark.simulation.engine.Dial;
import dev.tidemark.simulation.engine.Engine;
import dev.tidemark.simulation.engine.Happening;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * A network on which requests and answers take their time, get lost, and are overtaken; and in front of each service
 * something that may refuse or fail before or after the service has done what it was asked. A request that is on its
 * way arrives even if its sender has died.
 */
final class FaultyNetwork implements Network {

    /** As set for the product's clients. */
    private static final long ATTEMPT_TIMEOUT_MILLIS = 5_000;

    private static final long LATEST_LANDING_MILLIS = 600_000;

    private final Engine engine;

    FaultyNetwork(Engine engine) {
        this.engine = engine;
    }

    @Override
    public <T> CompletableFuture<T> send(Caller caller, Call<T> call, int maxAttempts) {
        Sending<T> sending = new Sending<>(caller, call, maxAttempts);
        sending.attempt();
        return sending.answer;
    }

    /** What becomes of one attempt. */
    private enum Fate {
        ANSWERED,
        THROTTLED,
        BROKEN,
        BROKEN_AFTER_EFFECT,
        REQUEST_LOST,
        ANSWER_LOST,
        LANDS_LATE
    }

    private final class Sending<T> {

        private final Caller caller;
        private final Call<T> call;
        private final int maxAttempts;
        private final boolean outage;
        private final CompletableFuture<T> answer = new CompletableFuture<>();
        private int attempt;

        Sending(Caller caller, Call<T> call, int maxAttempts) {
            this.caller = caller;
            this.call = call;
            this.maxAttempts = maxAttempts;
            this.outage = call.outage() != null && engine.strikes(call.outage());
        }

        void attempt() {
            attempt++;
            long there = engine.between(1, 8);
            long back = engine.strikes(Dial.SLOW) ? engine.between(200, 4_900) : engine.between(1, 8);
            if (engine.strikes(Dial.CRASH)) {
                engine.after(engine.between(0, there + back), caller::crash);
            }
            Fate fate = fate();
            if (fate != Fate.ANSWERED) {
                note(() -> fate.toString());
            }
            switch (fate) {
                case ANSWERED -> engine.after(there, () -> apply(back));
                case THROTTLED ->
                    engine.after(there + back, () -> failed(call.service().throttled(attempt)));
                case BROKEN ->
                    engine.after(there + back, () -> failed(call.service().broken(attempt)));
                case BROKEN_AFTER_EFFECT -> {
                    engine.after(there, this::applyUnheard);
                    engine.after(there + back, () -> failed(call.service().broken(attempt)));
                }
                case REQUEST_LOST -> engine.after(ATTEMPT_TIMEOUT_MILLIS, this::timedOut);
                case ANSWER_LOST -> {
                    engine.after(there, this::applyUnheard);
                    engine.after(ATTEMPT_TIMEOUT_MILLIS, this::timedOut);
                }
                case LANDS_LATE -> {
                    engine.after(engine.between(ATTEMPT_TIMEOUT_MILLIS, LATEST_LANDING_MILLIS), this::applyUnheard);
                    engine.after(ATTEMPT_TIMEOUT_MILLIS, this::timedOut);
                }
            }
        }

        private Fate fate() {
            boolean throttled = engine.strikes(Dial.THROTTLED);
            boolean broken = engine.strikes(Dial.SERVER_ERROR);
            boolean brokenAfter = call.writes() && engine.strikes(Dial.ERROR_BUT_APPLIED);
            boolean requestLost = engine.strikes(Dial.REQUEST_LOST);
            boolean answerLost = call.writes() && engine.strikes(Dial.ANSWER_LOST);
            boolean landsLate = call.writes() && engine.strikes(Dial.LANDS_LATE);
            if (outage) {
                return landsLate ? Fate.LANDS_LATE : answerLost ? Fate.ANSWER_LOST : Fate.BROKEN;
            }
            if (throttled) {
                return Fate.THROTTLED;
            }
            if (broken) {
                return Fate.BROKEN;
            }
            if (brokenAfter) {
                return Fate.BROKEN_AFTER_EFFECT;
            }
            if (requestLost) {
                return Fate.REQUEST_LOST;
            }
            return answerLost ? Fate.ANSWER_LOST : landsLate ? Fate.LANDS_LATE : Fate.ANSWERED;
        }

        private void apply(long back) {
            int number = attempt;
            try {
                T result = call.effect().apply(number);
                engine.after(back, () -> answered(result, null));
            } catch (SdkException refusal) {
                engine.after(back, () -> answered(null, refusal));
            }
        }

        /** The effect without its answer, which is lost or replaced by an error. */
        private void applyUnheard() {
            if (!caller.isAlive()) {
                engine.happened(Happening.WRITE_LANDED_AFTER_ITS_CALLER);
            }
            try {
                call.effect().apply(attempt);
                note(() -> "applied, nobody hears of it");
            } catch (SdkException refusal) {
                note(() -> "refused, nobody hears of it: " + brief(refusal));
            }
        }

        private void answered(@Nullable T result, @Nullable SdkException refusal) {
            if (!caller.isAlive() || answer.isDone()) {
                return;
            }
            if (refusal == null) {
                note(() -> "ok");
                answer.complete(result);
            } else {
                note(() -> brief(refusal));
                answer.completeExceptionally(refusal);
            }
        }

        private void timedOut() {
            failed(ApiCallAttemptTimeoutException.builder()
                    .message("no answer in " + ATTEMPT_TIMEOUT_MILLIS + " ms")
                    .writableStackTrace(false)
                    .build());
        }

        private void failed(SdkException failure) {
            if (!caller.isAlive()) {
                return;
            }
            if (attempt < maxAttempts) {
                engine.after(engine.between(20, 200), () -> {
                    if (caller.isAlive()) {
                        attempt();
                    }
                });
            } else {
                note(() -> brief(failure));
                answer.completeExceptionally(failure);
            }
        }

        private void note(Supplier<String> outcome) {
            engine.note(caller.name(), () -> call.what().get() + " → " + outcome.get());
        }

        private static String brief(SdkException failure) {
            return failure instanceof AwsServiceException answer && answer.awsErrorDetails() != null
                    ? answer.awsErrorDetails().errorCode()
                    : failure.getClass().getSimpleName();
        }
    }
}

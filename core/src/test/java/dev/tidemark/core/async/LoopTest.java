package dev.tidemark.core.async;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Whatever a step does, whoever waits for the end hears of it. */
class LoopTest {

    private final CompletableFuture<Boolean> first = new CompletableFuture<>();

    @Test
    void anErrorOfAStepThatAnotherThreadTakesIsTheEnd() {
        Deque<CompletableFuture<Boolean>> steps = new ArrayDeque<>(List.of(first));
        CompletableFuture<Void> end = Loop.whileTrue(() -> {
            if (steps.isEmpty()) {
                throw new StackOverflowError("in a step");
            }
            return steps.remove();
        });
        assertThat(end).isNotDone();

        first.complete(true);

        assertThat(end).isCompletedExceptionally();
        assertThatThrownBy(end::join).hasMessageContaining("in a step");
    }

    @Test
    void anErrorOfTheFirstStepIsTheEndAndNotThrown() {
        CompletableFuture<Void> end = Loop.whileTrue(() -> {
            throw new AssertionError("at once");
        });

        assertThatThrownBy(end::join).hasMessageContaining("at once");
    }

    @Test
    void theFailureOfAStepIsTheEnd() {
        CompletableFuture<Void> end = Loop.whileTrue(() -> first);

        first.completeExceptionally(new IllegalStateException("not answered"));

        assertThatThrownBy(end::join).hasMessageContaining("not answered");
    }
}

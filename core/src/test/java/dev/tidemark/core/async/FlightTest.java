package dev.tidemark.core.async;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Whatever a task does, whoever waits for the landing hears of it. */
class FlightTest {

    private final CompletableFuture<Void> first = new CompletableFuture<>();

    @Test
    void anErrorOfATaskThatAnotherThreadStartsIsAFailure() {
        CompletableFuture<Void> landed = Flight.all(List.of(1, 2), 1, task -> {
            if (task == 2) {
                throw new StackOverflowError("in a task");
            }
            return first;
        });
        assertThat(landed).isNotDone();

        first.complete(null);

        assertThat(landed).isCompletedExceptionally();
        assertThatThrownBy(landed::join).hasMessageContaining("in a task");
    }

    @Test
    void whatBreaksWhenAFailureIsToldIsNotSwallowed() {
        CompletableFuture<Void> landed =
                Flight.run(List.of(1, 2), 1, () -> false, task -> first.thenApply(done -> false), (task, error) -> {
                    throw new IllegalStateException("broken bookkeeping");
                });

        first.complete(null);

        assertThat(landed).isCompletedExceptionally();
        assertThatThrownBy(landed::join).hasMessageContaining("broken bookkeeping");
    }
}

package dev.tidemark.core.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.store.Cas;
import dev.tidemark.core.store.ControlStore;
import dev.tidemark.core.store.InMemoryControlStore;
import dev.tidemark.core.stream.Lane;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class ProgressCacheTest {

    private final Counting store = new Counting();
    private final ProgressCache cache = new ProgressCache(store, 1_000);

    @Test
    void rowsAreReadAgainOnceTheyAreTooOld() {
        cache.get(5_000).join();
        cache.get(6_000).join();
        assertThat(store.reads).isEqualTo(1);

        cache.get(6_001).join();
        assertThat(store.reads).isEqualTo(2);
    }

    /** As after a snapshot was restored on a host whose clock is behind. */
    @Test
    void rowsFromTheFutureAreNotTrusted() {
        cache.get(5_000).join();
        cache.get(4_999).join();

        assertThat(store.reads).isEqualTo(2);
    }

    @Test
    void aFailureIsNotKept() {
        store.failing = true;
        assertThatThrownBy(() -> cache.get(5_000).join()).hasCauseInstanceOf(StoreUnavailable.class);

        store.failing = false;
        assertThat(cache.get(5_000).join().lanes()).isEmpty();
    }

    private static final class Counting implements ControlStore {

        private final InMemoryControlStore target = new InMemoryControlStore();
        private int reads;
        private boolean failing;

        @Override
        public CompletableFuture<Optional<ControlRow>> readControl() {
            return target.readControl();
        }

        @Override
        public CompletableFuture<List<LaneRow>> readLanes() {
            reads++;
            return failing ? CompletableFuture.failedFuture(new TimeoutException("throttled")) : target.readLanes();
        }

        @Override
        public CompletableFuture<Cas<ControlRow>> writeControl(ControlRow next) {
            return target.writeControl(next);
        }

        @Override
        public CompletableFuture<Optional<LaneRow>> readLane(Lane lane) {
            return target.readLane(lane);
        }

        @Override
        public CompletableFuture<Cas<LaneRow>> createLane(LaneRow row, long controlRev) {
            return target.createLane(row, controlRev);
        }

        @Override
        public CompletableFuture<Cas<LaneRow>> writeLane(LaneRow next) {
            return target.writeLane(next);
        }
    }
}

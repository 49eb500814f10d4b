package dev.tidemark.serve;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;

/**
 * Instances of a function, as many as are called at once: as on Lambda, an instance handles one call at a time and is
 * kept for the next.
 */
final class Sandboxes<F> {

    private final Supplier<? extends F> supplier;
    private final Queue<F> idle = new ConcurrentLinkedQueue<>();

    Sandboxes(Supplier<? extends F> supplier) {
        this.supplier = supplier;
    }

    F take() {
        F warm = idle.poll();
        return warm != null ? warm : supplier.get();
    }

    void giveBack(F instance) {
        idle.add(instance);
    }
}

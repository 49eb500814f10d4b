package dev.tidemark.functions;

import org.crac.Context;
import org.crac.Core;
import org.crac.Resource;

/**
 * Runs a function's code once before its SnapStart snapshot is taken, so that a restored sandbox has the classes loaded
 * and the hot methods compiled. Where there is no checkpointing the hook never runs.
 *
 * <p>The context holds its resources weakly: a function keeps the instance in a field.
 */
public final class Priming implements Resource {

    private final Runnable warmUp;

    private Priming(Runnable warmUp) {
        this.warmUp = warmUp;
    }

    /**
     * Registers the hook.
     *
     * @param warmUp must not change anything outside the process, and must not draw unique ids: every sandbox restored
     *     from the snapshot would have the same
     */
    public static Priming register(Runnable warmUp) {
        Priming priming = new Priming(warmUp);
        Core.getGlobalContext().register(priming);
        return priming;
    }

    @Override
    public void beforeCheckpoint(Context<? extends Resource> context) {
        warmUp.run();
    }

    @Override
    public void afterRestore(Context<? extends Resource> context) {
        // Nothing depends on the old sandbox: clients reconnect, and caches know the age of their entries.
    }
}

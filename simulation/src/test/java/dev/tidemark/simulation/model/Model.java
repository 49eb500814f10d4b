package dev.tidemark.simulation.model;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What an {@link Explorer} explores: from any state, everything that can happen next, and what must hold. */
interface Model<S extends State> {

    /** Told every step that is possible. */
    interface Sink<S> {

        /** @param words what happened, in words, computed when somebody wants to read it */
        void to(S next, Supplier<String> words);
    }

    S first();

    S of(byte[] cells);

    /** Everything that can happen next. */
    void steps(S state, Sink<S> sink);

    /** @return what is wrong with a step; null if nothing is */
    @Nullable
    String wrongStep(S before, S after);

    /** @return what is wrong with a state; null if nothing is */
    @Nullable
    String wrongState(S state);

    /** Whether all is done and reported, and nothing is under way. */
    boolean isQuiescent(S state);

    /** @return what is wrong with a quiescent state; null if nothing is */
    @Nullable
    String wrongAtQuiescence(S state);
}

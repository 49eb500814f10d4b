package dev.tidemark.core.aggregate;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An aggregate function bound to one feature: which states a tile keeps for it and how a value is read off them. */
public interface Computation {

    /** The states needed in each tile, in the order in which {@link TileStates} presents them. */
    List<StateType> states();

    /**
     * Whether the state at this index of {@link #states()} takes every event of the view, also those that do not pass
     * the feature's {@code where}.
     */
    default boolean ignoresWhere(int state) {
        return false;
    }

    /** The computation to use where events can be taken back: of states that can be subtracted, as far as there are such. */
    default Computation subtractable() {
        return this;
    }

    /**
     * Computes the value. Called once per read, never per event.
     *
     * @param tiles the states of the window
     * @return null (nothing to compute from), {@link Boolean}, {@link Long}, {@link java.math.BigDecimal},
     *     {@link String}, or a {@link List} or {@link java.util.Map} of these in a deterministic order; never
     *     {@link Double}
     */
    @Nullable
    Object value(TileStates tiles);

    /** Whether and how the value may be inexact, for this window; null when it is exact. */
    default @Nullable Approximation approximation(TileStates tiles) {
        return null;
    }

    /**
     * @param method such as {@code ultraloglog}
     * @param relativeError one standard error, or a bound, as the method's documentation says; of a value with members
     *     the worst of them; for {@code score_buckets} an absolute error
     * @param memberErrors the error of each member, in their order, where they differ; empty where all have the same
     */
    record Approximation(String method, double relativeError, Map<String, Double> memberErrors) {

        public Approximation {
            memberErrors = Collections.unmodifiableMap(new LinkedHashMap<>(memberErrors));
        }

        public Approximation(String method, double relativeError) {
            this(method, relativeError, Map.of());
        }

        /** What holds for this value and for another one of its kind. */
        Approximation worst(Approximation other) {
            Approximation worst = other.relativeError > relativeError ? other : this;
            Map<String, Double> errors = new LinkedHashMap<>(worst.memberErrors);
            errors.replaceAll((member, error) -> Math.max(errorOf(member), other.errorOf(member)));
            return new Approximation(worst.method, worst.relativeError, errors);
        }

        private double errorOf(String member) {
            return memberErrors.getOrDefault(member, relativeError);
        }
    }
}

package dev.tidemark.core.past;

/** Which events a value of a past moment contains (rule T1). */
public enum Knowledge {
    /** As served: what had arrived by {@code t}, by the lane's running maximum of arrivals (rule T1). */
    SERVED {
        @Override
        public long orderMillis(long eventTimeMillis, long knownMillis) {
            return knownMillis;
        }
    },
    /** As known now: everything in the archive that happened at or before {@code t}, to the millisecond. */
    NOW {
        @Override
        public long orderMillis(long eventTimeMillis, long knownMillis) {
            return eventTimeMillis;
        }
    };

    /**
     * The first moment whose answer contains the event.
     *
     * @param eventTimeMillis when it happened, after clamping to its arrival
     * @param knownMillis the running maximum of its lane's arrivals, or the time of its redrive
     */
    public abstract long orderMillis(long eventTimeMillis, long knownMillis);
}

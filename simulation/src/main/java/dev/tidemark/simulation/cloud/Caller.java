package dev.tidemark.simulation.cloud;

/** Whoever sends requests; one that has died gets no answers. */
public interface Caller {

    /** Short, for the trace. */
    String name();

    boolean isAlive();

    /** Dies: from now on nothing of it happens any more, except for requests that are on their way. */
    void crash();
}

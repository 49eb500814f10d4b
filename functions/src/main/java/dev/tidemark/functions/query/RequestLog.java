package dev.tidemark.functions.query;

/** Is told the outcome of every request. Must not throw. */
interface RequestLog {

    /** Ignores everything. */
    RequestLog NONE = new RequestLog() {
        @Override
        public void primed() {}

        @Override
        public void answered(RequestCost cost, int status, String problem, String requestId, long latencyMillis) {}
    };

    /** Reads so far belong to no request. */
    void primed();

    /**
     * @param cost the route, and what was read for it
     * @param problem the kind of problem, as the API names it; empty if there was none
     */
    void answered(RequestCost cost, int status, String problem, String requestId, long latencyMillis);
}

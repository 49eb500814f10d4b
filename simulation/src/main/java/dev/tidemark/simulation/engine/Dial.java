package dev.tidemark.simulation.engine;

/**
 * A fault or an adversity that a run may have. Each has a strength of its own in {@link Dials}: how many times in a
 * thousand it strikes where it can, or whether a run has it at all.
 */
public enum Dial {
    // The network, for every service.
    THROTTLED("a request is refused, not applied", 200),
    SERVER_ERROR("a request fails with a 500, not applied", 150),
    ERROR_BUT_APPLIED("a request fails with a 500, applied", 150),
    REQUEST_LOST("no answer, not applied", 60),
    ANSWER_LOST("no answer, applied", 100),
    LANDS_LATE("no answer or an error, applied up to ten minutes later", 120),
    SLOW("an answer takes seconds, so that answers come in another order", 200),
    SDK_RETRIES("the client for writes sends again by itself what failed", 500),
    // DynamoDB, S3 and Kinesis, each for itself.
    STALE_READ("an eventually consistent read shows any older version", 500),
    UNPROCESSED_KEYS("BatchGetItem leaves keys unread", 400),
    SMALL_PAGES("a page of a query ends after a few items", 900),
    TRANSACTION_CONFLICT("a transaction is cancelled by another one, or is in progress", 300),
    ARCHIVE_FAILS("the archive cannot be written", 200),
    QUARANTINE_FAILS("the quarantine cannot be written", 400),
    OBJECT_CONFLICT("S3 answers 409 to a conditional write", 300),
    STREAM_UNDESCRIBED("Kinesis does not describe the stream", 300),
    TTL_DELETION("an expired item is deleted", 700),
    // Sandboxes.
    CRASH("a sandbox dies with requests under way", 12),
    SHORT_TIMEOUT("the function's time-out is a few seconds", 500),
    COLD_START("an invocation gets a new sandbox although a warm one is free", 400),
    SMALL_CACHE("a sandbox has room for a few items only, or none", 800),
    FEW_ATTEMPTS("the fold gives up after one or two attempts", 700),
    CLOCK_SKEW("a sandbox's clock is minutes off", 700),
    // The event source mapping.
    REDELIVERY("a batch that succeeded comes again, with the same or other boundaries", 300),
    LOST_REPORT("the answer of an invocation does not reach the mapping", 150),
    ABANDONED("the mapping gives up on an invocation that goes on", 100),
    NO_BISECT("failed batches are not halved", 1000),
    SECOND_POLLER("another poller reads a shard too, from any position before", 600),
    POLLER_RESTART("a poller begins again at its checkpoint", 60),
    EARLY_CHILD("a child shard is read before its parents are finished", 1000),
    LAGGING_PARENT("a shard that was split or merged is not read for minutes", 800),
    OUTAGE("nothing is delivered for hours or days", 500),
    // The stream.
    RESHARD("shards are split and merged, again and again", 1000),
    REGRESSING_ARRIVAL("a record's arrival lies before that of the one ahead of it", 200),
    PRODUCER_DUPLICATE("a producer sends an event again", 300),
    AGGREGATED("a producer packs several events into one record", 200),
    WRONG_SHARD("a packed record holds events of another shard", 500),
    // Events.
    LATE("an event is late, within the retention or at its edge", 250),
    TOO_LATE("an event is later than the retention of some views", 80),
    CLOCK_AHEAD("an event time lies after the arrival, within the skew or at its edge", 150),
    FAR_FUTURE("an event time lies too far after the arrival", 60),
    BAD("a record that some views, or all, cannot fold", 150),
    BULKY("texts as long as they may be", 300),
    // Deployment.
    ROLLING("old and new code run side by side, and the control row changes", 1000),
    IN_STEPS("the views of the new code become active one after the other", 600),
    ROLLBACK("the old code comes back for a while", 700),
    FLAPPING("the share of the new code jumps", 700),
    EARLY_SWITCH("the control row changes before any new code runs", 400),
    OPERATOR_CRASH("an operator who changes the control row stops midway and begins anew, or two do", 700),
    // Drawn aside, see Engine.aside(): they came later.
    SMALL_PORTIONS("a sandbox folds a few items at a time", 800),
    CROWDED("a packed record holds many events", 150),
    ANY_PACKER("the code's source says that any packer aggregates its records, so that all of them count", 500),
    OVERFULL("a packed record holds more events than are read of one", 1),
    OUTCOMES("the code's catalog has views of pairs too, whose outcomes come early, late, twice, or never", 900);

    private final String meaning;
    private final int maxPerMille;

    Dial(String meaning, int maxPerMille) {
        this.meaning = meaning;
        this.maxPerMille = maxPerMille;
    }

    public String meaning() {
        return meaning;
    }

    int maxPerMille() {
        return maxPerMille;
    }

    /** Whether a run has the fault throughout, or not at all. */
    boolean isAllOrNothing() {
        return maxPerMille == 1000;
    }
}

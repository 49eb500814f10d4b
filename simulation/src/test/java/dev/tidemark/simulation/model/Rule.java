package dev.tidemark.simulation.model;

/** The rules of docs/protocol.md that the model can do without, each with what an implementation without it does. */
enum Rule {
    P1_CREATION_TIME("a stream that was created anew has the lanes of the old one"),
    P2_NUMERIC_ORDER("sequence numbers are compared as text, so that 10 comes before 9"),
    P3_VERSION("both versions of a view share their items"),
    P3_LANE("all lanes share their items"),
    L1_TRANSACTION("a lane row is created without a look at the control row's revision"),
    L1_ALL_VIEWS("a lane is born with the views that its code knows, not with all active ones"),
    L2_UNKNOWN_VIEW("code folds the views it knows and moves a lane row that has others"),
    L3_OWN_POSITION("a view is activated from the batch's first record instead of the lane's position"),
    L3_FENCE("a view is activated without a condition on the lane row's revision"),
    F3_QUARANTINE("a failed write to the quarantine holds up nothing"),
    F4_CONDITION("items are put without a condition"),
    F4_MARK("records that the item's mark says are in it are folded again"),
    F4_ACT("records at or below act are folded live"),
    F4_CONFLICT("every failed condition counts as one's own write"),
    F4_OUTSIDE("a record that is outside its shard is left out of its batch"),
    F5_CONFIRMED("the cache is filled from a put of unknown outcome"),
    F6_MINIMUM("done ends before the lowest record of one failed item, not of all"),
    F6_UNKNOWN("a put of unknown outcome counts as done"),
    F7_ARCHIVE("done passes what the archive has confirmed"),
    F8_FENCE("the lane row is written without a condition on its revision"),
    F8_MAXIMUM("the lane row goes to where the batch ends, even if it was farther"),
    F8_VIEWS("the lane row is written on its new revision without folding the view that was activated"),
    F9_AFTER_ROW("success is reported before the lane row is written"),
    F10_EXPIRY("a block is written when it may have been deleted"),
    F11_DONE_FIRST("the next portion of a batch is folded although the one before is not done");

    private final String without;

    Rule(String without) {
        this.without = without;
    }

    /** What happens in an implementation that breaks the rule. */
    String without() {
        return without;
    }
}

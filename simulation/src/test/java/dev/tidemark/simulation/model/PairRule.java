package dev.tidemark.simulation.model;

/** The rules of pairs in docs/protocol.md that {@link PairModel} can break, each with what an implementation without it does. */
enum PairRule {
    J1_FENCE("tiles are put before the halves of their keys are confirmed"),
    J1_LIMIT("a key whose halves failed holds up its own pairs only, not the others of the view"),
    J1_SETTLING("a half is forgotten although a record that needs it is not done"),
    J1_BY_ARRIVAL("what is remembered depends on what the batch holds besides the key's records"),
    J1_ONE_PUT("what a record takes back and what it adds are two puts"),
    J2_ADOPTION("a child lane begins with no halves"),
    J2_FINAL("a child lane takes over what its parent remembers before the parent is at its end"),
    J4_WARM_UP("pairs go into tiles from the activation on"),
    J4_TWICE("a warm-up lasts for the reach only"),
    J4_CUT("a batch is not cut where the warm-up ends"),
    J4_CHILD("a child lane of one that warmed up at its end does not warm up");

    private final String without;

    PairRule(String without) {
        this.without = without;
    }

    /** What happens in an implementation that breaks the rule. */
    String without() {
        return without;
    }
}

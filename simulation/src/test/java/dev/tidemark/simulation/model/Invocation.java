package dev.tidemark.simulation.model;

/** One invocation of the function: a window onto the bytes of a {@link FoldState}. Idle is all zeros. */
final class Invocation {

    /** Where an invocation stands; what it does next. */
    enum Phase {
        IDLE,
        /** Reads the control row and the lane row. */
        OPENING,
        /** Creates the lane row. */
        CREATING,
        /** Writes the second view into the lane row. */
        ACTIVATING,
        /** Writes items, archive and quarantine, in any order. */
        FOLDING,
        /** Writes the lane row, then reports. */
        ADVANCING;

        private static final Phase[] VALUES = values();
    }

    /** How many bytes of a state are one invocation's. */
    static final int CELLS = 11;

    private final byte[] cells;
    private final int at;
    private final int number;

    Invocation(byte[] cells, int at, int number) {
        this.cells = cells;
        this.at = at;
        this.number = number;
    }

    String name() {
        return number == 0 ? "A" : "B";
    }

    int number() {
        return number;
    }

    Phase phase() {
        return Phase.VALUES[cells[at]];
    }

    @SuppressWarnings("EnumOrdinal") // The codes live as long as one exploration.
    void setPhase(Phase phase) {
        cells[at] = (byte) phase.ordinal();
    }

    void start(int lane, int from, int to, boolean knowsSecondView) {
        setPhase(Phase.OPENING);
        cells[at + 1] = (byte) lane;
        cells[at + 2] = (byte) from;
        cells[at + 3] = (byte) to;
        cells[at + 4] = (byte) (knowsSecondView ? 1 : 0);
    }

    /** However it ended: nothing of it is left. */
    void end() {
        for (int i = 0; i < CELLS; i++) {
            cells[at + i] = 0;
        }
    }

    int lane() {
        return cells[at + 1];
    }

    /** The batch's first position. */
    int from() {
        return cells[at + 2];
    }

    void skipTo(int position) {
        cells[at + 2] = (byte) position;
    }

    /** The batch's last position. */
    int to() {
        return cells[at + 3];
    }

    /** The batch was a portion of a longer one. */
    void extendTo(int position) {
        cells[at + 3] = (byte) position;
    }

    /** Whether its code is the new one. */
    boolean knowsSecondView() {
        return cells[at + 4] != 0;
    }

    // The rows as it read them.

    /** @return {@link FoldState#NONE} if there was no row */
    int last() {
        return cells[at + 5];
    }

    int activatedAfter(int view) {
        return cells[at + 6 + view];
    }

    boolean sawSecondViewWanted() {
        return (cells[at + 8] & 2) != 0;
    }

    /** Whether the lane row still has the revision that was read. */
    boolean isRowUnchanged() {
        return (cells[at + 8] & 1) != 0;
    }

    void rowChanged() {
        cells[at + 8] &= (byte) ~1;
    }

    void sawRow(int last, int firstAct, int secondAct, boolean secondViewWanted) {
        cells[at + 5] = (byte) last;
        cells[at + 6] = (byte) firstAct;
        cells[at + 7] = (byte) secondAct;
        cells[at + 8] = (byte) (secondViewWanted ? 3 : 1);
    }

    // How far it is.

    boolean isDone(int task) {
        return (cells[at + 9] & 1 << task) != 0;
    }

    void setDone(int task) {
        cells[at + 9] |= (byte) (1 << task);
    }

    void setUndone(int task) {
        cells[at + 9] &= (byte) ~(1 << task);
    }

    /** Nothing is done yet. What the control row said no longer matters, so states that differ in it become one. */
    void fold() {
        cells[at + 8] &= 1;
        cells[at + 9] = 0;
        cells[at + 10] = 0;
        setPhase(Phase.FOLDING);
    }

    /** What it found to be done, and writes into the lane row. */
    int done() {
        return cells[at + 10];
    }

    void advanceTo(int position) {
        cells[at + 9] = 0;
        cells[at + 10] = (byte) position;
        setPhase(Phase.ADVANCING);
    }
}

package dev.tidemark.simulation.model;

/**
 * One state of the {@link PairModel}'s world. Items are marks only, as in {@link HeadWorld}: the model stops at the first put
 * of a content that is not the one of its key and mark.
 */
final class PairWorld extends State {

    static final int NONE = -1;

    /** A lane's item of tiles; the others are its keys' halves. */
    static final int TILES = PairLog.KEYS;

    private static final int ITEMS = PairLog.KEYS + 1;
    private static final int WRONG = 0;
    private static final int LATE_PUT = 1;
    private static final int LANES = 5;
    private static final int LANE_CELLS = 2 + ITEMS;
    private static final int INVOCATION_CELLS = 5 + ITEMS + PairLog.KEYS;

    /** In place of the position after which a lane's pairs count. */
    static final int WARMS_UP = -2;

    /** What became of a key's halves in an invocation. */
    static final int OPEN = 0;

    static final int CONFIRMED = 1;

    static final int FAILED = 2;

    /** Confirmed, and what was decided is what is right. */
    static final int RIGHT = 3;

    PairWorld(byte[] cells) {
        super(cells, INVOCATION_CELLS);
    }

    static PairWorld first(int lanes) {
        PairWorld state = new PairWorld(new byte[LANES + LANE_CELLS * lanes + INVOCATION_CELLS * INVOCATIONS]);
        state.cells[LATE_PUT] = NONE;
        return state;
    }

    PairWorld copy() {
        return new PairWorld(cells.clone());
    }

    /** What went wrong, as the model's code; 0 if nothing did. */
    int wrong() {
        return cells[WRONG];
    }

    void setWrong(int code) {
        cells[WRONG] = (byte) code;
    }

    int last(int lane) {
        return cells[LANES + LANE_CELLS * lane];
    }

    void setLast(int lane, int position) {
        cells[LANES + LANE_CELLS * lane] = (byte) position;
    }

    /** The position after which pairs count, in the lane row; {@link #WARMS_UP} while that is not known. */
    int countsAfter(int lane) {
        return cells[LANES + LANE_CELLS * lane + 1];
    }

    void setCountsAfter(int lane, int position) {
        cells[LANES + LANE_CELLS * lane + 1] = (byte) position;
    }

    int mark(int lane, int item) {
        return cells[LANES + LANE_CELLS * lane + 2 + item];
    }

    void store(int lane, int item, int mark) {
        cells[LANES + LANE_CELLS * lane + 2 + item] = (byte) mark;
    }

    // The put that is in flight.

    boolean hasLatePut() {
        return cells[LATE_PUT] != NONE;
    }

    void delayPut(int lane, int item, int base, int mark, int wrong) {
        cells[LATE_PUT] = (byte) (lane * ITEMS + item);
        cells[LATE_PUT + 1] = (byte) base;
        cells[LATE_PUT + 2] = (byte) mark;
        cells[LATE_PUT + 3] = (byte) wrong;
    }

    /** Whether it did. */
    boolean landLatePut() {
        int lane = cells[LATE_PUT] / ITEMS;
        int item = cells[LATE_PUT] % ITEMS;
        boolean lands = mark(lane, item) == cells[LATE_PUT + 1];
        if (lands) {
            store(lane, item, cells[LATE_PUT + 2]);
            setWrong(Math.max(wrong(), cells[LATE_PUT + 3]));
        }
        delayPut(0, 0, 0, 0, 0);
        cells[LATE_PUT] = NONE;
        return lands;
    }

    // Invocations.

    boolean isIdle(int number) {
        return to(number) == 0;
    }

    int lane(int number) {
        return cells[invocationCell(number)];
    }

    int from(int number) {
        return cells[invocationCell(number) + 1];
    }

    int to(int number) {
        return cells[invocationCell(number) + 2];
    }

    /** The mark of the version that is known of an item; {@link #NONE} if it is not read. */
    int base(int number, int item) {
        return cells[invocationCell(number) + 5 + item];
    }

    void setBase(int number, int item, int mark) {
        cells[invocationCell(number) + 5 + item] = (byte) mark;
    }

    int halves(int number, int key) {
        return cells[invocationCell(number) + 5 + ITEMS + key];
    }

    void setHalves(int number, int key, int what) {
        cells[invocationCell(number) + 5 + ITEMS + key] = (byte) what;
    }

    /** How much of the parent's lane was done when the batch was begun. */
    int parent(int number) {
        return cells[invocationCell(number) + 3];
    }

    /** What the lane row said about {@link #countsAfter} when the batch was begun. */
    int knownCountsAfter(int number) {
        return cells[invocationCell(number) + 4];
    }

    void start(int number, int lane, int from, int to, int parent) {
        end(number);
        int cell = invocationCell(number);
        cells[cell] = (byte) lane;
        cells[cell + 1] = (byte) from;
        cells[cell + 2] = (byte) to;
        cells[cell + 3] = (byte) parent;
        cells[cell + 4] = (byte) countsAfter(lane);
        for (int item = 0; item < ITEMS; item++) {
            setBase(number, item, NONE);
        }
    }

    void end(int number) {
        for (int i = 0; i < INVOCATION_CELLS; i++) {
            cells[invocationCell(number) + i] = 0;
        }
    }
}

package dev.tidemark.simulation.model;

/**
 * One state of the model's world, as a few dozen bytes. Positions are 1, 2, ... in each lane; 0 is before every record.
 * A content has two bits for each record: how often it is in the item, up to 3.
 *
 * <p>What is not here: revisions. A writer only asks whether a row is still the one it read, so each invocation keeps a
 * bit that says so, and the number of states stays finite however often a row is written.
 */
final class FoldState extends State {

    static final int NONE = -1;

    private static final int CONTROL_CELLS = 9;
    private static final int LANE_CELLS = 5;
    private static final int ITEM_CELLS = 3;

    private final Bounds bounds;

    private FoldState(Bounds bounds, byte[] cells) {
        super(cells, Invocation.CELLS);
        this.bounds = bounds;
    }

    static FoldState first(Bounds bounds) {
        int items = items(bounds);
        int size = CONTROL_CELLS
                + LANE_CELLS * bounds.lanes().size()
                + ITEM_CELLS * items
                + Invocation.CELLS * INVOCATIONS;
        FoldState state = new FoldState(bounds, new byte[size]);
        state.dropLatePut();
        for (int lane = 0; lane < bounds.lanes().size(); lane++) {
            state.setLast(lane, NONE);
            state.setAct(lane, 0, NONE);
            state.setAct(lane, 1, NONE);
        }
        for (int item = 0; item < items; item++) {
            state.show(item, 0);
        }
        return state;
    }

    static FoldState of(Bounds bounds, byte[] cells) {
        return new FoldState(bounds, cells);
    }

    static int items(Bounds bounds) {
        return bounds.views() * bounds.entities() * bounds.lanes().size();
    }

    FoldState copy() {
        return new FoldState(bounds, cells.clone());
    }

    // The control row, and what an operator declares.

    /** Whether the control row wants the second view. */
    boolean wantsSecondView() {
        return cells[0] != 0;
    }

    void wantSecondView() {
        cells[0] = 1;
    }

    /** Whether the second view was declared complete. */
    boolean isComplete() {
        return cells[1] != 0;
    }

    void declareComplete() {
        cells[1] = 1;
    }

    /** Of the blocks of entity a. */
    Age age() {
        return Age.of(cells[2]);
    }

    void setAge(Age age) {
        cells[2] = age.code();
    }

    int quarantined(int view) {
        return cells[3 + view];
    }

    void quarantine(int view, int record) {
        cells[3 + view] |= (byte) (1 << record);
    }

    // The put that is in flight.

    /** @return the item it goes to; {@link #NONE} if there is none */
    int lateItem() {
        return cells[5];
    }

    int lateBase() {
        return cells[6];
    }

    int lateMark() {
        return cells[7];
    }

    int lateContent() {
        return cells[8] & 0xff;
    }

    void delayPut(int item, int base, int mark, int content) {
        cells[5] = (byte) item;
        cells[6] = (byte) base;
        cells[7] = (byte) mark;
        cells[8] = (byte) content;
    }

    void dropLatePut() {
        delayPut(NONE, 0, 0, 0);
    }

    // The lane rows, and what is known of a lane elsewhere.

    private int lane(int lane) {
        return CONTROL_CELLS + LANE_CELLS * lane;
    }

    /** @return the lane row's position; {@link #NONE} if there is no row */
    int last(int lane) {
        return cells[lane(lane)];
    }

    void setLast(int lane, int position) {
        cells[lane(lane)] = (byte) position;
    }

    /** @return {@link #NONE} if the lane row lacks the view */
    int activatedAfter(int lane, int view) {
        return cells[lane(lane) + 1 + view];
    }

    void setAct(int lane, int view, int activatedAfter) {
        cells[lane(lane) + 1 + view] = (byte) activatedAfter;
    }

    /** Up to where the event source mapping was told that a lane's records are done. */
    int checkpoint(int lane) {
        return cells[lane(lane) + 3];
    }

    void setCheckpoint(int lane, int position) {
        cells[lane(lane) + 3] = (byte) position;
    }

    boolean isArchived(int lane, int position) {
        return (cells[lane(lane) + 4] & 1 << position) != 0;
    }

    void archive(int lane, int position) {
        cells[lane(lane) + 4] |= (byte) (1 << position);
    }

    // The items.

    private int item(int item) {
        return CONTROL_CELLS + LANE_CELLS * bounds.lanes().size() + ITEM_CELLS * item;
    }

    /** @return 0 if no item is stored */
    int mark(int item) {
        return cells[item(item)];
    }

    int content(int item) {
        return cells[item(item) + 1] & 0xff;
    }

    /** How often a record is in an item. */
    int times(int item, int record) {
        return (content(item) >> (2 * record)) & 3;
    }

    void store(int item, int mark, int content) {
        cells[item(item)] = (byte) mark;
        cells[item(item) + 1] = (byte) content;
        show(item, mark);
    }

    /**
     * Whether a cache or a stale read may show the item with this mark: every version that was ever stored, and its
     * absence.
     */
    boolean mayShow(int item, int mark) {
        return (cells[item(item) + 2] & 1 << mark) != 0;
    }

    void show(int item, int mark) {
        cells[item(item) + 2] |= (byte) (1 << mark);
    }

    // The invocations.

    Invocation invocation(int number) {
        return new Invocation(cells, invocationCell(number), number);
    }

    /** How far a block is from its deletion by the store. */
    enum Age {
        /** Far. */
        YOUNG,
        /** Nearer than the margin of rule F10, which is longer than a put can be in flight. */
        OLD,
        DELETED;

        private static final Age[] VALUES = values();

        private static Age of(byte code) {
            return VALUES[code];
        }

        @SuppressWarnings("EnumOrdinal") // The codes live as long as one exploration.
        private byte code() {
            return (byte) ordinal();
        }
    }
}

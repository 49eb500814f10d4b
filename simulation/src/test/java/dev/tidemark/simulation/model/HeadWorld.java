package dev.tidemark.simulation.model;

import java.util.Arrays;

/**
 * One state of the {@link HeadModel}'s world. Items are marks only: the model stops at the first put of a content that is
 * not the one of its key and mark, so until then the mark says all.
 */
final class HeadWorld extends State {

    static final int NONE = -1;

    private static final int TIME = 0;
    private static final int WRONG = 1;
    private static final int RESTORED_ITEM = 2;
    private static final int RESTORED_FROM = 3;
    private static final int LATE_PUT = 4;
    private static final int QUERY_ITEM = 8;
    private static final int SCAN = 9;
    private static final int SCAN_CELLS = 5;
    private static final int LANES = SCAN + SCAN_CELLS;
    private static final int LANE_CELLS = 6 + HeadBounds.ITEMS;
    private static final int INVOCATION_CELLS = 7;

    /** Before the long pause in a lane, after it began, and after what arrived before it has left the stream. */
    enum Time {
        BEFORE,
        AFTER_PAUSE,
        STREAM_EXPIRED;

        private static final Time[] VALUES = values();
    }

    /** Where an invocation stands; what it does next. */
    enum Phase {
        IDLE,
        PUTS_IDS,
        READS_HEAD,
        PUTS;

        private static final Phase[] VALUES = values();
    }

    HeadWorld(byte[] cells) {
        super(cells, INVOCATION_CELLS);
    }

    static HeadWorld first(HeadBounds bounds) {
        HeadWorld state =
                new HeadWorld(new byte[LANES + LANE_CELLS * bounds.lanes().size() + INVOCATION_CELLS * INVOCATIONS]);
        state.dropLatePut();
        state.endQuery(bounds);
        state.endScan();
        return state;
    }

    HeadWorld copy() {
        return new HeadWorld(cells.clone());
    }

    Time time() {
        return Time.VALUES[cells[TIME]];
    }

    @SuppressWarnings("EnumOrdinal") // The codes live as long as one exploration.
    void setTime(Time time) {
        cells[TIME] = (byte) time.ordinal();
    }

    /** What went wrong, as the model's code; 0 if nothing did. */
    int wrong() {
        return cells[WRONG];
    }

    void setWrong(int code) {
        cells[WRONG] = (byte) code;
    }

    // A restore. Items below do not depend on each other, so that a checkpoint follows one of them and forgets the
    // others.

    /** @return 0 if nothing was restored */
    int restoredItem() {
        return cells[RESTORED_ITEM];
    }

    /** The position that the lane row was restored with. */
    int restoredFrom() {
        return cells[RESTORED_FROM];
    }

    void restore(int item, int position) {
        cells[RESTORED_ITEM] = (byte) item;
        cells[RESTORED_FROM] = (byte) position;
    }

    /** Whether the item is still followed. */
    boolean follows(int item) {
        return restoredItem() == 0 || restoredItem() == item;
    }

    // The put that is in flight.

    boolean hasLatePut() {
        return cells[LATE_PUT] != NONE;
    }

    int lateLane() {
        return cells[LATE_PUT] / HeadBounds.ITEMS;
    }

    int lateItem() {
        return cells[LATE_PUT] % HeadBounds.ITEMS;
    }

    int lateBase() {
        return cells[LATE_PUT + 1];
    }

    int lateMark() {
        return cells[LATE_PUT + 2];
    }

    boolean isLateRight() {
        return cells[LATE_PUT + 3] != 0;
    }

    void delayPut(int lane, int item, int base, int mark, boolean right) {
        cells[LATE_PUT] = (byte) (lane * HeadBounds.ITEMS + item);
        cells[LATE_PUT + 1] = (byte) base;
        cells[LATE_PUT + 2] = (byte) mark;
        cells[LATE_PUT + 3] = (byte) (right ? 1 : 0);
    }

    void dropLatePut() {
        cells[LATE_PUT] = NONE;
        Arrays.fill(cells, LATE_PUT + 1, LATE_PUT + 4, (byte) 0);
    }

    // The query. Tiles do not depend on each other either: it asks for those of one item.

    /** @return 0 if nobody asks */
    int queryItem() {
        return cells[QUERY_ITEM];
    }

    void startQuery(int item) {
        cells[QUERY_ITEM] = (byte) item;
    }

    void endQuery(HeadBounds bounds) {
        cells[QUERY_ITEM] = 0;
        for (int lane = 0; lane < bounds.lanes().size(); lane++) {
            queryReadRow(lane, 0);
            queryReadHead(lane, NONE);
            queryReadItem(lane, NONE);
            cells[lane(lane) + 5] = 0;
        }
    }

    /** The lane row's position as the query read it. */
    int queryLast(int lane) {
        return cells[lane(lane) + 2];
    }

    void queryReadRow(int lane, int last) {
        cells[lane(lane) + 2] = (byte) last;
    }

    int queryHead(int lane) {
        return cells[lane(lane) + 3];
    }

    void queryReadHead(int lane, int mark) {
        cells[lane(lane) + 3] = (byte) mark;
    }

    int queryItem(int lane) {
        return cells[lane(lane) + 4];
    }

    void queryReadItem(int lane, int mark) {
        cells[lane(lane) + 4] = (byte) mark;
    }

    boolean queryHasReadAgain(int lane) {
        return cells[lane(lane) + 5] != 0;
    }

    void queryReadAgain(int lane, int mark) {
        queryReadItem(lane, mark);
        cells[lane(lane) + 5] = 1;
    }

    // The checkpoint's scan, of one item and its head.

    boolean isScanning() {
        return cells[SCAN] != 0;
    }

    int scanItem() {
        return cells[SCAN];
    }

    /** P: the lane row's position before the scan. */
    int scanLast() {
        return cells[SCAN + 1];
    }

    void startScan(int item, int last) {
        cells[SCAN] = (byte) item;
        cells[SCAN + 1] = (byte) last;
    }

    void endScan() {
        cells[SCAN] = 0;
        cells[SCAN + 1] = 0;
        for (int item = 0; item < 3; item++) {
            scan(item, NONE);
        }
    }

    /** @param item {@link HeadBounds#HEAD}, {@link HeadBounds#IDS} or {@link HeadBounds#FIRST_BELOW} for the one below */
    int scanned(int item) {
        return cells[SCAN + 2 + item];
    }

    void scan(int item, int mark) {
        cells[SCAN + 2 + item] = (byte) mark;
    }

    // The lanes.

    private static int lane(int lane) {
        return LANES + LANE_CELLS * lane;
    }

    /** The lane row's position, and what was reported as done. */
    int last(int lane) {
        return cells[lane(lane)];
    }

    void setLast(int lane, int position) {
        cells[lane(lane)] = (byte) position;
    }

    /** The highest mark that a head ever had: a cache may still show it when the head is deleted. */
    int highestHead(int lane) {
        return cells[lane(lane) + 1];
    }

    /** @return 0 if no item is stored */
    int mark(int lane, int item) {
        return cells[lane(lane) + 6 + item];
    }

    void store(int lane, int item, int mark) {
        cells[lane(lane) + 6 + item] = (byte) mark;
        if (item == HeadBounds.HEAD && mark > highestHead(lane)) {
            cells[lane(lane) + 1] = (byte) mark;
        }
    }

    // The invocations.

    private int at(int number, int cell) {
        return cells[invocationCell(number) + cell];
    }

    private void set(int number, int cell, int value) {
        cells[invocationCell(number) + cell] = (byte) value;
    }

    Phase phase(int number) {
        return Phase.VALUES[at(number, 0)];
    }

    @SuppressWarnings("EnumOrdinal") // The codes live as long as one exploration.
    void setPhase(int number, Phase phase) {
        set(number, 0, phase.ordinal());
    }

    void start(int number, int lane, int from, int to, Phase phase) {
        setPhase(number, phase);
        set(number, 1, lane);
        set(number, 2, from);
        set(number, 3, to);
    }

    /** However it ended: nothing of it is left. */
    void end(int number) {
        for (int cell = 0; cell < INVOCATION_CELLS; cell++) {
            set(number, cell, 0);
        }
    }

    int lane(int number, HeadBounds bounds) {
        return bounds.lanes().size() == 1 ? 0 : at(number, 1);
    }

    int from(int number) {
        return at(number, 2);
    }

    void skipTo(int number, int position) {
        set(number, 2, position);
    }

    int to(int number) {
        return at(number, 3);
    }

    /** The mark of the ids item that it decides by. */
    int ids(int number) {
        return at(number, 4);
    }

    void decideByIds(int number, int mark) {
        set(number, 4, mark);
    }

    /** The mark of the head that it decides by. */
    int head(int number) {
        return at(number, 5);
    }

    void decideByHead(int number, int mark) {
        set(number, 5, mark);
    }

    /** Flags {@link HeadBounds#HEAD} and {@link HeadBounds#IDS}: it is confirmed. */
    boolean has(int number, int flag) {
        return (at(number, 6) & 1 << flag) != 0;
    }

    void set(int number, int flag) {
        set(number, 6, at(number, 6) | 1 << flag);
    }
}

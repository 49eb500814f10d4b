package dev.tidemark.simulation.model;

import java.util.Arrays;

/** One state of a model's world, as a few dozen bytes: first what all share, then the two invocations. */
abstract class State {

    static final int INVOCATIONS = 2;

    final byte[] cells;
    private final int invocationCells;

    State(byte[] cells, int invocationCells) {
        this.cells = cells;
        this.invocationCells = invocationCells;
    }

    byte[] cells() {
        return cells;
    }

    int invocationCell(int number) {
        return cells.length - invocationCells * (INVOCATIONS - number);
    }

    /** Equal for states that differ in the order of the two invocations only: which is which does not matter. */
    int symmetricHash() {
        int common = invocationCell(0);
        int hash = hash(0, common);
        for (int i = 0; i < INVOCATIONS; i++) {
            hash += 0x9e3779b9 ^ spread(hash(invocationCell(i), invocationCells));
        }
        return spread(hash);
    }

    boolean sameButForOrder(State other) {
        int common = invocationCell(0);
        return Arrays.equals(cells, 0, common, other.cells, 0, common)
                && ((sameInvocation(other, 0, 0) && sameInvocation(other, 1, 1))
                        || (sameInvocation(other, 0, 1) && sameInvocation(other, 1, 0)));
    }

    private boolean sameInvocation(State other, int mine, int others) {
        int from = invocationCell(mine);
        int otherFrom = invocationCell(others);
        return Arrays.equals(cells, from, from + invocationCells, other.cells, otherFrom, otherFrom + invocationCells);
    }

    private int hash(int from, int length) {
        int hash = 1;
        for (int i = from; i < from + length; i++) {
            hash = (hash ^ cells[i]) * 0x01000193 + (hash >>> 15);
        }
        return hash;
    }

    private static int spread(int hash) {
        int mixed = (hash ^ (hash >>> 16)) * 0x85ebca6b;
        return mixed ^ (mixed >>> 13);
    }
}

package dev.tidemark.core.fold;

import java.util.Arrays;

/** Rows of a batch, as numbers in ascending order. */
final class RowList {

    private static final int[] NONE = {};

    private int[] rows = NONE;
    private int size;

    void add(int row) {
        if (size == rows.length) {
            rows = Arrays.copyOf(rows, Math.max(2, 2 * size));
        }
        rows[size++] = row;
    }

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    int get(int place) {
        return rows[place];
    }

    /** The lowest row; there must be one. */
    int first() {
        return rows[0];
    }
}

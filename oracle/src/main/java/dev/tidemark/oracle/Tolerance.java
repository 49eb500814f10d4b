package dev.tidemark.oracle;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * How far an answer may be from the oracle's value.
 *
 * @param relative of each number's magnitude; 0 for equal
 * @param atMost where positive: the answer may hold only that many of the listed values or groups, each as listed
 * @param absolute of each number; 0 for equal
 * @param cells where positive: how far a number may be from the one that stands for its cell, as a part of it
 */
record Tolerance(double relative, int atMost, double absolute, double cells) {

    static final Tolerance EXACT = new Tolerance(0, 0);

    Tolerance(double relative, int atMost) {
        this(relative, atMost, 0, 0);
    }

    static Tolerance relative(double relative) {
        return new Tolerance(relative, 0);
    }

    static Tolerance absolute(double absolute) {
        return new Tolerance(0, 0, absolute, 0);
    }

    static Tolerance cells(double cells) {
        return new Tolerance(0, 0, 0, cells);
    }

    boolean isExact() {
        return equals(EXACT);
    }

    /** The wider of both in each respect. */
    Tolerance or(Tolerance other) {
        return new Tolerance(
                Math.max(relative, other.relative),
                Math.max(atMost, other.atMost),
                Math.max(absolute, other.absolute),
                Math.max(cells, other.cells));
    }

    ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        if (relative > 0) {
            json.put("relative", relative);
        }
        if (atMost > 0) {
            json.put("at_most", atMost);
        }
        if (absolute > 0) {
            json.put("absolute", absolute);
        }
        if (cells > 0) {
            json.put("cells", cells);
        }
        return json;
    }
}

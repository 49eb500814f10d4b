package dev.tidemark.oracle;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * How far an answer may be from the oracle's value.
 *
 * @param relative of each number's magnitude; 0 for equal
 * @param atMost where positive: the answer may hold only that many of the listed values or groups, each as listed
 */
record Tolerance(double relative, int atMost) {

    static final Tolerance EXACT = new Tolerance(0, 0);

    static Tolerance relative(double relative) {
        return new Tolerance(relative, 0);
    }

    boolean isExact() {
        return relative == 0 && atMost == 0;
    }

    /** The wider of both in each respect. */
    Tolerance or(Tolerance other) {
        return new Tolerance(Math.max(relative, other.relative), Math.max(atMost, other.atMost));
    }

    ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        if (relative > 0) {
            json.put("relative", relative);
        }
        if (atMost > 0) {
            json.put("at_most", atMost);
        }
        return json;
    }
}

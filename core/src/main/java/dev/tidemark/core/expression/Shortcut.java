package dev.tidemark.core.expression;

import dev.tidemark.core.event.EventRow;
import java.util.Set;

/**
 * The common shapes of filters without CEL: a field compared with a literal, {@code in} a list of strings, and these
 * joined by {@code && || !}. CEL's interpreter takes 250 to 750 ns for such a filter, about as long as reading the
 * event; this takes a few. Wherever the answer is not plain (an error, a number beyond exact doubles) it is
 * {@link #UNDECIDED} and CEL is asked, so there is one semantics, not two.
 */
interface Shortcut {

    int FALSE = 0;
    int TRUE = 1;
    /** Not decided here, but {@code && false} and {@code || true} decide it. */
    int UNDECIDED = 2;

    /** Fails in CEL, whatever it is joined with: a condition that is neither true nor false. */
    int NO_CONDITION = 3;

    /** One of the constants. */
    int test(EventRow row);

    private static int answer(boolean value) {
        return value ? TRUE : FALSE;
    }

    /** What is not of the wanted kind is unequal; of a flawed value that cannot be said. */
    private static int unequal(EventRow row, int slot) {
        return row.kind(slot) == EventRow.Kind.FLAWED ? UNDECIDED : FALSE;
    }

    /** False if any part is false, even where another part cannot be evaluated: CEL's logic is commutative. */
    record And(Shortcut left, Shortcut right) implements Shortcut {
        @Override
        public int test(EventRow row) {
            int first = left.test(row);
            if (first == FALSE || first == NO_CONDITION) {
                return first;
            }
            int second = right.test(row);
            return second == FALSE ? FALSE : Math.max(first, second);
        }
    }

    /** True if any part is true. */
    record Or(Shortcut left, Shortcut right) implements Shortcut {
        @Override
        public int test(EventRow row) {
            int first = left.test(row);
            if (first == TRUE || first == NO_CONDITION) {
                return first;
            }
            int second = right.test(row);
            return second == TRUE ? TRUE : Math.max(first, second);
        }
    }

    record Not(Shortcut part) implements Shortcut {
        @Override
        public int test(EventRow row) {
            int answer = part.test(row);
            return answer >= UNDECIDED ? answer : 1 - answer;
        }
    }

    record IsString(int slot, String literal) implements Shortcut {
        @Override
        public int test(EventRow row) {
            return row.kind(slot) == EventRow.Kind.STRING
                    ? answer(literal.equals(row.string(slot)))
                    : unequal(row, slot);
        }
    }

    record IsAnyOf(int slot, Set<String> literals) implements Shortcut {
        @Override
        public int test(EventRow row) {
            return row.kind(slot) == EventRow.Kind.STRING
                    ? answer(literals.contains(row.string(slot)))
                    : unequal(row, slot);
        }
    }

    record IsBoolean(int slot, boolean literal) implements Shortcut {
        @Override
        public int test(EventRow row) {
            return row.kind(slot) == EventRow.Kind.BOOLEAN ? answer(row.bool(slot) == literal) : unequal(row, slot);
        }
    }

    record IsNull(int slot) implements Shortcut {
        @Override
        public int test(EventRow row) {
            return row.isAbsent(slot) ? TRUE : unequal(row, slot);
        }
    }

    /** A field that is itself the condition. */
    record IsTrue(int slot) implements Shortcut {
        @Override
        public int test(EventRow row) {
            return switch (row.kind(slot)) {
                case BOOLEAN -> answer(row.bool(slot));
                case FLAWED -> UNDECIDED;
                default -> NO_CONDITION;
            };
        }
    }

    /**
     * A number compared with a literal.
     *
     * @param ifLess what the comparison says of a field below the literal; likewise for the others
     */
    record Comparison(int slot, double literal, boolean ifLess, boolean ifEqual, boolean ifGreater, boolean isEquality)
            implements Shortcut {

        private static final double[] POWERS_OF_TEN = {
            1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
            1e19, 1e20, 1e21, 1e22
        };

        @Override
        public int test(EventRow row) {
            if (row.kind(slot) != EventRow.Kind.NUMBER) {
                // What is no number differs from every number, but has no order among them.
                boolean undecided = !isEquality
                        || row.kind(slot) == EventRow.Kind.BIG_NUMBER
                        || row.kind(slot) == EventRow.Kind.FLAWED;
                return undecided ? UNDECIDED : answer(ifLess);
            }
            long unscaled = row.unscaled(slot);
            int scale = row.scale(slot);
            if (scale < 0
                    || scale >= POWERS_OF_TEN.length
                    || unscaled > ValueOrder.MAX_EXACT
                    || unscaled < -ValueOrder.MAX_EXACT) {
                return UNDECIDED;
            }
            // Both operands are exact doubles, so the quotient is the double nearest to the decimal (Clinger 1990).
            double value = unscaled / POWERS_OF_TEN[scale];
            return answer(value < literal ? ifLess : value > literal ? ifGreater : ifEqual);
        }
    }
}

package dev.tidemark.core.aggregate;

import dev.tidemark.core.value.ValueType;
import java.util.List;
import java.util.Map;

/**
 * An aggregate function as a user names it in the catalog. Adding one: a class, its line in {@link AggregateFunctions},
 * one line in the law test, one row in docs/semantics.md.
 *
 * <p>How the parts work together, for {@code avg} of {@code price} over 30 minutes:
 *
 * <ol>
 *   <li>{@link #bind} gives the feature's {@link Computation}: which {@link StateType}s each tile holds for it. Here a
 *       sum and a count of {@code price}; a feature {@code sum} of {@code price} shares the sum.
 *   <li>{@link StateType#create} makes empty {@link State}s in a tile: 0 and 0.
 *   <li>{@link State#add} takes one event: 19.99 and 1, then 25.00 and 2.
 *   <li>{@link State#merge} takes another tile's states: 25.00 and 2 with 35.00 and 1 give 60.00 and 3.
 *   <li>{@link State#writeTo} and {@link StateType#read} are the stored bytes.
 *   <li>{@link Computation#value} reads the value off the merged states, once: 60.00 / 3 = 20.
 * </ol>
 *
 * <p>The laws, which {@code AggregateLawTest} tries on every function. {@code a}, {@code b}, {@code c} are states,
 * {@code +} is {@code merge}:
 *
 * <ul>
 *   <li>{@code (a + b) + c = a + (b + c)}, so tiles may be merged in any grouping;
 *   <li>{@code a + b = b + a}, so events may come in any order, through any lanes;
 *   <li>{@code a + empty = a}, so an interval without events needs no tile;
 *   <li>equal states have equal bytes, and no more than {@link StateType#maxEncodedBytes}: so an audit compares bytes, and
 *       the size of an item is known before the first event.
 * </ul>
 *
 * Hence no locks, no order among lanes, and a replay that gives the same bytes. No {@code subtract} is stored: a window moves
 * on by leaving old tiles out, so functions that cannot be undone, such as {@code max}, need nothing special. Where single
 * events can be taken back, {@link Net} keeps what was taken back beside what was added.
 */
public interface AggregateFunction {

    /** What a feature aggregates. */
    enum Input {
        /** No {@code input:} in the definition. */
        NONE,
        /** A JSON number. */
        NUMBER,
        /** A JSON string, number or boolean. A feature may be content with one of these, by its {@code type:}. */
        SCALAR,
        /** A JSON string. */
        TEXT,
        /** A JSON boolean. */
        BOOLEAN,
        /** A JSON number from 0 to 1. */
        PROBABILITY,
        /** A JSON boolean, or the number 0 or 1. */
        BINARY;

        /** Whether an input of this kind may be a {@code NUMBER}, {@code TEXT} or {@code BOOLEAN}, whatever its value. */
        public boolean accepts(Input found) {
            return switch (this) {
                case SCALAR -> true;
                case PROBABILITY -> found == NUMBER;
                case BINARY -> found == NUMBER || found == BOOLEAN;
                case NONE, NUMBER, TEXT, BOOLEAN -> found == this;
            };
        }

        /** What the values of such an input are. */
        public ValueType type() {
            return switch (this) {
                case NUMBER, PROBABILITY -> ValueType.NUMBER;
                case TEXT -> ValueType.STRING;
                case BOOLEAN -> ValueType.BOOLEAN;
                case NONE, SCALAR, BINARY -> ValueType.SCALAR;
            };
        }
    }

    /** The name in the catalog, such as {@code avg}. */
    String name();

    /** One line for messages and documentation. */
    String summary();

    /** The widest that it takes. */
    Input input();

    /** The widest that it takes with these arguments. */
    default Input input(Map<String, Object> arguments) {
        return input();
    }

    /** What its {@link Label} must be, if that is a field; {@code NONE} for functions without one. */
    default Input label() {
        return Input.NONE;
    }

    /** Whether events without the input count for something, so that none is bad for the lack of it. */
    default boolean takesMissing() {
        return false;
    }

    /** Whether the input may be a list, of which each element counts once; not where the order among them decides. */
    default boolean takesLists() {
        return input() != Input.NONE && label() == Input.NONE;
    }

    List<Parameter> parameters();

    /**
     * What the values of one feature are, where they are not null.
     *
     * @param input what its inputs are; ignored when {@link #input()} is {@code NONE}
     * @param arguments see {@link #bind}
     */
    default ValueType type(ValueType input, Map<String, Object> arguments) {
        return ValueType.NUMBER;
    }

    /** Whether a {@code lifetime} window makes sense; not for functions that look at the age of a tile. */
    default boolean allowsLifetime() {
        return true;
    }

    /** Whether a feature of this function must have a {@code where} of its own. */
    default boolean needsWhere() {
        return false;
    }

    /**
     * Resolves the function for one feature.
     *
     * @param input the slot and path of the input; ignored when {@link #input()} is {@code NONE}
     * @param arguments validated values of the declared parameters, defaults filled in
     * @throws IllegalArgumentException naming the value, if the arguments break a rule that {@link Parameter} cannot
     *     express; the catalog's author sees the message
     */
    Computation bind(FieldInput input, Map<String, Object> arguments);
}

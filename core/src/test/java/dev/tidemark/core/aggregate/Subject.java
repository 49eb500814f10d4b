package dev.tidemark.core.aggregate;

import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.value.ValueType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One line of the law test: a function with its arguments, and what its value should be where that is simple to say.
 *
 * @param name shown in the test's name
 * @param function the function's name in the catalog; null for a computation that is made otherwise
 * @param computation the bound function; its input is slot {@link Traffic#INPUT}
 * @param type what the function says that its values are
 * @param optional whether events may lack the input
 * @param ofLists whether the input of an event is a list
 * @param naive the value by another way; null where there is none
 */
record Subject(
        String name,
        @Nullable String function,
        AggregateFunction.Input input,
        Computation computation,
        ValueType type,
        boolean optional,
        boolean ofLists,
        @Nullable Function<List<EventRow>, @Nullable Object> naive) {

    /** A registered function; arguments that are not given take their defaults. */
    static Subject of(String function, Map<String, Object> arguments) {
        return bind(function, arguments, null, false, null);
    }

    static Subject of(
            String function, Map<String, Object> arguments, Function<List<EventRow>, @Nullable Object> naive) {
        return bind(function, arguments, null, false, naive);
    }

    /** The same with {@code optional: true}: some events lack the input. */
    static Subject ofOptional(String function, Map<String, Object> arguments) {
        return bind(function, arguments, null, true, null);
    }

    /** The same with {@code optional: true}: some events lack the input. */
    static Subject ofOptional(
            String function, Map<String, Object> arguments, Function<List<EventRow>, @Nullable Object> naive) {
        return bind(function, arguments, null, true, naive);
    }

    /** A function of any single value with {@code type: number}: no event has a text or a boolean. */
    static Subject ofNumbers(
            String function, Map<String, Object> arguments, Function<List<EventRow>, @Nullable Object> naive) {
        return bind(function, arguments, AggregateFunction.Input.NUMBER, false, naive);
    }

    /** The same for each group of slot {@link Traffic#GROUP}. */
    Subject groupedBy(GroupBy.Spec groups) {
        boolean overInput = input != AggregateFunction.Input.NONE;
        return new Subject(
                name + " by " + groups,
                null,
                input,
                GroupBy.of(computation, groups),
                GroupBy.type(type, groups),
                optional,
                ofLists,
                naive == null ? null : Naive.grouped(naive, groups, overInput));
    }

    /** The same of lists of the input, each element of which counts as an event. */
    Subject ofEach() {
        return new Subject(
                "each " + name,
                null,
                input,
                Each.of(computation, Traffic.INPUT),
                type,
                optional,
                true,
                naive == null ? null : Naive.ofEach(naive));
    }

    /** The same over events of which some are taken back. */
    Subject net() {
        return new Subject("net " + name, null, input, Net.of(computation), type, optional, ofLists, null);
    }

    private static Subject bind(
            String name,
            Map<String, Object> arguments,
            AggregateFunction.@Nullable Input type,
            boolean optional,
            @Nullable Function<List<EventRow>, @Nullable Object> naive) {
        AggregateFunction function = AggregateFunctions.find(name).orElseThrow();
        Map<String, Object> complete = new HashMap<>(arguments);
        complete.putIfAbsent("label", Label.of(Traffic.LABEL_FIELD));
        complete.putIfAbsent("other", Traffic.OTHER_FIELD);
        for (Parameter parameter : function.parameters()) {
            if (parameter.defaultValue() != null) {
                complete.putIfAbsent(parameter.name(), parameter.defaultValue());
            }
        }
        AggregateFunction.Input kind = type == null ? function.input(arguments) : type;
        FieldInput input = function.input() == AggregateFunction.Input.NONE
                ? FieldInput.NONE
                : new FieldInput(Traffic.INPUT, "item.price", optional, kind);
        return new Subject(
                name + arguments + (type == null ? "" : " of " + type) + (optional ? " optional" : ""),
                name,
                kind,
                function.bind(input, complete),
                function.type(kind.type(), complete),
                optional,
                false,
                naive);
    }

    /** Seeded events with an input of this kind. */
    List<EventRow> events(Traffic traffic, Random random, int count, int shards) {
        List<EventRow> events = traffic.events(random, count, input, optional, shards);
        return ofLists ? traffic.inLists(random, events, input) : events;
    }

    @Override
    public String toString() {
        return name;
    }
}

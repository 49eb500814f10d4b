package dev.tidemark.core.aggregate;

import dev.tidemark.core.value.ValueType;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code first} and {@code last} (one value; null for no events), {@code first_n} and {@code last_n} (a list, oldest
 * first or newest first; empty for no events), by event time, ties by sequence number, shard, subsequence number.
 */
final class Ordered implements AggregateFunction {

    private static final Parameter N =
            new Parameter("n", Parameter.Kind.INTEGER, null, 1, 100, "how many values are kept");

    private final boolean latest;
    private final boolean list;

    private Ordered(boolean latest, boolean list) {
        this.latest = latest;
        this.list = list;
    }

    static Ordered first() {
        return new Ordered(false, false);
    }

    static Ordered last() {
        return new Ordered(true, false);
    }

    static Ordered firstN() {
        return new Ordered(false, true);
    }

    static Ordered lastN() {
        return new Ordered(true, true);
    }

    @Override
    public String name() {
        return (latest ? "last" : "first") + (list ? "_n" : "");
    }

    @Override
    public String summary() {
        return (latest ? "latest " : "earliest ") + (list ? "n values of a field" : "value of a field");
    }

    @Override
    public Input input() {
        return Input.SCALAR;
    }

    @Override
    public boolean takesLists() {
        return false;
    }

    @Override
    public ValueType type(ValueType input, Map<String, Object> arguments) {
        return list ? ValueType.list(input) : input;
    }

    @Override
    public List<Parameter> parameters() {
        return list ? List.of(N) : List.of();
    }

    @Override
    public Computation bind(FieldInput input, Map<String, Object> arguments) {
        int limit = list ? Arguments.get(arguments, N, Integer.class) : 1;
        StateType type = new OrderedState.Type(input.slot(), input.path(), limit, latest);
        return new BoundFunction(List.of(type), list ? Ordered::values : Ordered::single);
    }

    private static List<Object> values(TileStates tiles) {
        return ((OrderedState) tiles.merged(0)).values();
    }

    private static @Nullable Object single(TileStates tiles) {
        List<Object> values = values(tiles);
        return values.isEmpty() ? null : values.get(0);
    }
}

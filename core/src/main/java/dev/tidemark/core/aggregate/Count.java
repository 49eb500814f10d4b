package dev.tidemark.core.aggregate;

import dev.tidemark.core.value.ValueType;
import java.util.List;
import java.util.Map;

/** {@code count}: how many events; 0 for none. */
final class Count implements AggregateFunction {

    @Override
    public String name() {
        return "count";
    }

    @Override
    public String summary() {
        return "number of events";
    }

    @Override
    public Input input() {
        return Input.NONE;
    }

    @Override
    public ValueType type(ValueType input, Map<String, Object> arguments) {
        return ValueType.INTEGER;
    }

    @Override
    public List<Parameter> parameters() {
        return List.of();
    }

    @Override
    public Computation bind(FieldInput input, Map<String, Object> arguments) {
        return new BoundFunction(List.of(CountState.Type.ALL), tiles -> count(tiles, 0));
    }

    static long count(TileStates tiles, int state) {
        return ((CountState) tiles.merged(state)).count();
    }
}

package dev.tidemark.core.aggregate;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

/** {@code sum}: exact; 0 for no events. */
final class Sum implements AggregateFunction {

    @Override
    public String name() {
        return "sum";
    }

    @Override
    public String summary() {
        return "exact sum of a number";
    }

    @Override
    public Input input() {
        return Input.NUMBER;
    }

    @Override
    public List<Parameter> parameters() {
        return List.of();
    }

    @Override
    public Computation bind(FieldInput input, Map<String, Object> arguments) {
        return new BoundFunction(List.of(SumState.Type.of(input)), tiles -> sum(tiles, 0));
    }

    static BigDecimal sum(TileStates tiles, int state) {
        return ((SumState) tiles.merged(state)).value();
    }
}

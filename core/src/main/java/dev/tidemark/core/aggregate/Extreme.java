package dev.tidemark.core.aggregate;

import java.util.List;
import java.util.Map;

/** {@code min} and {@code max}: exact; null for no events. */
final class Extreme implements AggregateFunction {

    private final boolean greatest;

    private Extreme(boolean greatest) {
        this.greatest = greatest;
    }

    static Extreme min() {
        return new Extreme(false);
    }

    static Extreme max() {
        return new Extreme(true);
    }

    @Override
    public String name() {
        return greatest ? "max" : "min";
    }

    @Override
    public String summary() {
        return greatest ? "greatest value of a number" : "least value of a number";
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
        return new BoundFunction(
                List.of(new ExtremeState.Type(input.slot(), input.path(), greatest)),
                tiles -> ((ExtremeState) tiles.merged(0)).value());
    }
}
